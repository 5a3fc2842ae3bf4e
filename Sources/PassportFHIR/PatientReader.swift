import CarePassport
import PassportCoding

/// Takes from a Patient what care needs to know of the person, and nothing that names them.
struct PatientReader {
    private static let read: Set<String> = ["gender", "communication"]

    /// Fills the subject, the languages and what must be provided for.
    static func read(
        _ patient: JSON, into content: inout EmergencyContent
    ) -> Set<ImportRule> {
        var partial = Leftovers.rules(of: patient, read: read.union(["birthDate", "identifier"]))
        if let birth = patient.date("birthDate") {
            content.subject.birthYear = birth.year
            if birth.month != nil { partial.insert(.demographics) }
        } else if patient.has("birthDate") {
            partial.insert(.invalidValue)
        }
        content.subject.sex = patient.text("gender").flatMap { Term($0) }
        content.subject.ageBand = patient.extensionTerm("age-band")
        for identifier in patient.list("identifier") {
            if identifier.text("system") == FHIRNames.pseudonym,
                let value = identifier.text("value"),
                let text = CareText.cleaned(value, maximum: Limits.shortTextCharacters), !text.cut
            {
                content.subject.pseudonym = text.text
            } else {
                partial.insert(.identifiers)
            }
        }
        readLanguages(patient, into: &content, &partial)
        content.interpreter = patient.extensionTerm("interpreter")
        for need in patient.extensionValues("access-need").prefix(Limits.elementsPerInnerList) {
            guard let code = need.extensionCode("need"), let term = Term<AccessNeed>(code) else {
                continue
            }
            content.accessNeeds.append(
                AccessRequirement(term, need.extensionTerm("difficulty")))
        }
        return partial
    }

    private static func readLanguages(
        _ patient: JSON, into content: inout EmergencyContent, _ partial: inout Set<ImportRule>
    ) {
        for communication in patient.list("communication") {
            let tag = (communication["language"]?.list("coding") ?? [])
                .compactMap { $0.text("code") }.first(where: Tags.isLanguage)
            guard let tag else {
                partial.insert(.invalidValue)
                continue
            }
            guard content.languages.count < Limits.elementsPerInnerList else {
                partial.insert(.overLimit)
                return
            }
            let language = SpokenLanguage(
                tag, uses: communication.extensionTerms("language-use"),
                isPreferred: communication["preferred"]?.bool ?? false)
            if !content.languages.contains(language) { content.languages.append(language) }
        }
    }
}
