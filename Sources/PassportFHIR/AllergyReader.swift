import CarePassport
import PassportCoding

/// AllergyIntolerance.
struct AllergyReader {
    private static let read: Set<String> = [
        "code", "clinicalStatus", "verificationStatus", "criticality", "category", "reaction",
        "onsetDateTime", "recordedDate",
    ]

    static func read(_ resource: JSON) -> Reading<Alert> {
        if let rule = ClinicalWords.refusal(of: resource, FHIRNames.allergyVerification) {
            return .dropped(rule)
        }
        if let statement = AbsentCodes.statement(resource["code"]) { return .statement(statement) }
        let reactions = resource.list("reaction")
        var named = Concept(resource["code"])
        if named.codes.isEmpty, reactions.count == 1, let substance = reactions.first?["substance"]
        {
            named = Concept(substance)
        }
        if named.isBlocked { return .dropped(.doNotTravel) }
        guard !named.codes.isEmpty else { return .dropped(.noCode) }
        var partial = named.partial.union(Leftovers.rules(of: resource, read: read))
        partial.formUnion(
            ClinicalWords.notUnderstood(
                resource, FHIRNames.allergyClinical, FHIRNames.allergyVerification))
        var alert = Alert(.allergy, codes: named.codes)
        alert.status = ClinicalWords.status(resource, FHIRNames.allergyClinical)
        alert.certainty = ClinicalWords.certainty(resource, FHIRNames.allergyVerification)
        alert.criticality = resource.text("criticality").flatMap { Term($0) }
        alert.categories = resource.list("category")
            .compactMap { $0.string.flatMap { Term($0) } }
            .prefixArray(Limits.elementsPerInnerList)
        alert.since = resource.date("onsetDateTime")
        alert.recorded = resource.date("recordedDate")
        for json in reactions { read(reaction: json, into: &alert, &partial) }
        return .item(alert, partial)
    }

    private static func read(
        reaction json: JSON, into alert: inout Alert, _ partial: inout Set<ImportRule>
    ) {
        if json.has("description") || json.has("note") { partial.insert(.freeText) }
        if json.has("substance") || json.has("exposureRoute") || json.has("onset") {
            partial.insert(.notInDictionary)
        }
        for manifestation in json.list("manifestation") {
            let concept = Concept(manifestation)
            partial.formUnion(concept.partial)
            guard !concept.isBlocked else {
                partial.insert(.doNotTravel)
                continue
            }
            guard !concept.codes.isEmpty else {
                partial.insert(.noCode)
                continue
            }
            guard alert.reactions.count < Limits.elementsPerInnerList else {
                partial.insert(.overLimit)
                return
            }
            alert.reactions.append(
                Reaction(
                    codes: concept.codes, severity: json.text("severity").flatMap { Term($0) }))
        }
    }
}
