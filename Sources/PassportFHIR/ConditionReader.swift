import CarePassport

/// Condition: a diagnosis, or a complaint in this project's own code system.
struct ConditionReader {
    /// What a Condition can become.
    enum Item {
        case diagnosis(Diagnosis)
        case complaint(Complaint)
    }

    private static let read: Set<String> = [
        "code", "clinicalStatus", "verificationStatus", "onsetDateTime", "onsetPeriod",
        "abatementDateTime", "abatementPeriod", "recordedDate", "category",
    ]

    static func read(_ resource: JSON) -> Reading<Item> {
        if let rule = ClinicalWords.refusal(of: resource, FHIRNames.conditionVerification) {
            return .dropped(rule)
        }
        if let statement = AbsentCodes.statement(resource["code"]) { return .statement(statement) }
        let leftovers = Leftovers.rules(of: resource, read: read).union(
            ClinicalWords.notUnderstood(
                resource, FHIRNames.conditionClinical, FHIRNames.conditionVerification))
        let problem = FHIRNames.system(PresentingProblem.name)
        if let word = Concept.code(resource["code"], in: problem),
            let category = Term<PresentingProblem>(word)
        {
            let complaint = Complaint(category, recorded: resource.date("recordedDate"))
            return .item(.complaint(complaint), leftovers)
        }
        let named = Concept(resource["code"])
        if named.isBlocked { return .dropped(.doNotTravel) }
        guard !named.codes.isEmpty else { return .dropped(.noCode) }
        var diagnosis = Diagnosis(codes: named.codes)
        diagnosis.status = ClinicalWords.status(resource, FHIRNames.conditionClinical)
        diagnosis.certainty = ClinicalWords.certainty(resource, FHIRNames.conditionVerification)
        diagnosis.cadre = resource.extensionTerm("cadre")
        diagnosis.since =
            resource.date("onsetDateTime") ?? resource["onsetPeriod"]?.date("start")
        diagnosis.until =
            resource.date("abatementDateTime") ?? resource["abatementPeriod"]?.date("start")
        diagnosis.recorded = resource.date("recordedDate")
        return .item(.diagnosis(diagnosis), leftovers.union(named.partial))
    }
}
