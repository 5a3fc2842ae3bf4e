import CarePassport

/// Status and certainty, which allergies and conditions write in the same words. Documents that
/// call themselves R4 but write the plain strings of its predecessor are read too: a status that
/// gets lost can turn a mistake into a diagnosis.
enum ClinicalWords {
    private static func word(_ json: JSON?, _ system: String) -> String? {
        if let word = json?.string ?? Concept.code(json, in: system) { return word }
        // Real bundles also name the value set, or the system's address before R4.
        return (json?.list("coding") ?? []).first {
            $0.text("system")?.hasPrefix("http://hl7.org/fhir/") == true
        }?.text("code")
    }

    /// The rule that keeps out what its author calls a mistake or untrue.
    static func refusal(of resource: JSON, _ system: String) -> ImportRule? {
        switch word(resource["verificationStatus"], system) {
        case "entered-in-error": .enteredInError
        case "refuted": .refuted
        default: nil
        }
    }

    /// Whether the problem is present.
    static func status(_ resource: JSON, _ system: String) -> Term<ClinicalStatus>? {
        resource.extensionTerm("clinical-status")
            ?? word(resource["clinicalStatus"], system).flatMap { Term($0) }
    }

    /// How sure the author was.
    static func certainty(_ resource: JSON, _ system: String) -> Term<Certainty>? {
        resource.extensionTerm("certainty")
            ?? word(resource["verificationStatus"], system).flatMap { Term($0) }
    }

    /// A rule for a status or certainty that is there and was not understood.
    static func notUnderstood(
        _ resource: JSON, _ clinical: String, _ verification: String
    ) -> Set<ImportRule> {
        let isLost =
            says(resource["clinicalStatus"]) && status(resource, clinical) == nil
            || says(resource["verificationStatus"]) && certainty(resource, verification) == nil
        return isLost ? [.invalidValue] : []
    }

    /// False for a concept that only says that it is absent.
    private static func says(_ json: JSON?) -> Bool {
        json?.string != nil || !(json?.list("coding") ?? []).isEmpty || json?.has("text") == true
    }
}
