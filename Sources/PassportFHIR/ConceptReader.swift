import CarePassport
import PassportCoding

/// A CodeableConcept as the summary holds it.
struct Concept {
    /// At most `Limits.codesPerItem` codes, the most useful system first.
    var codes: [Code] = []
    /// What was left out of it.
    var partial: Set<ImportRule> = []
    /// True when it reveals a matter that does not travel.
    var isBlocked = false

    /// Systems in the order of their use to a stranger; others follow as the source had them.
    private static let preference: [CodeSystem] = [
        .icd11, .atc, .icd10, .icd10CM, .snomed, .rxNorm, .loinc,
    ]

    /// How many codings of one concept are compared with each other; all of them are checked
    /// for what does not travel.
    private static let codingsRead = 64

    /// Reads a concept; nil is one without codes.
    init(_ concept: JSON?) {
        guard let concept else { return }
        let text = concept.text("text")
        if concept.list("coding").count > Self.codingsRead { partial.insert(.overLimit) }
        if let text, DoNotTravel.blocks(text: text) { isBlocked = true }
        for (position, coding) in concept.list("coding").enumerated() {
            if DoNotTravel.blocks(
                system: coding.text("system"), code: coding.text("code"),
                display: coding.text("display"))
            {
                isBlocked = true
            }
            guard position < Self.codingsRead, let code = code(coding) else { continue }
            if !codes.contains(where: { $0.system == code.system && $0.code == code.code }) {
                codes.append(code)
            }
        }
        keepTheBest()
        nameByText(text)
    }

    /// True when any coding of a concept has both a system and a code.
    static func isCoded(_ concept: JSON?) -> Bool {
        (concept?.list("coding") ?? []).contains {
            !($0.text("system") ?? "").isEmpty && !($0.text("code") ?? "").isEmpty
        }
    }

    /// The code of a concept in a system, unchecked.
    static func code(_ concept: JSON?, in system: String) -> String? {
        (concept?.list("coding") ?? []).first { $0.text("system") == system }?.text("code")
    }

    mutating func code(_ coding: JSON) -> Code? {
        guard let rawSystem = coding.text("system"), let rawCode = coding.text("code"),
            let system = CareText.cleaned(rawSystem, maximum: Limits.systemCharacters),
            let code = CareText.cleaned(rawCode, maximum: Limits.codeCharacters)
        else { return nil }
        guard !system.cut, !code.cut else {
            partial.insert(.overLimit)
            return nil
        }
        var display: String?
        if let raw = coding.text("display"),
            let cleaned = CareText.cleaned(raw, maximum: Limits.displayCharacters)
        {
            display = cleaned.text
            if cleaned.cut { partial.insert(.truncated) }
        }
        return Code(
            CodeSystem(system.text), code.text, display: display,
            status: coding.extensionCode("code-status").flatMap { Term($0) })
    }

    private mutating func keepTheBest() {
        let ranked = codes.enumerated().map { offset, code in
            (
                rank: Self.preference.firstIndex(of: code.system) ?? Self.preference.count,
                offset: offset
            )
        }.sorted { ($0.rank, $0.offset) < ($1.rank, $1.offset) }
        if ranked.count > Limits.codesPerItem { partial.insert(.overLimit) }
        let all = codes
        codes = ranked.prefix(Limits.codesPerItem).compactMap { entry in
            all.indices.contains(entry.offset) ? all[entry.offset] : nil
        }
    }

    /// Gives the first code words when the source's codings have none: from the table of known
    /// medicines, else from the concept's text.
    private mutating func nameByText(_ text: String?) {
        guard !codes.isEmpty, codes.allSatisfy({ $0.display == nil }) else {
            if text != nil, codes.isEmpty { partial.insert(.freeText) }
            return
        }
        var first = codes.removeFirst()
        if let known = KnownMedicine.named(in: [first]) {
            first.display = known.name
        } else if let text,
            let cleaned = CareText.cleaned(text, maximum: Limits.displayCharacters)
        {
            first.display = cleaned.text
            partial.insert(.textAsDisplay)
            if cleaned.cut { partial.insert(.truncated) }
        }
        codes.insert(first, at: 0)
    }
}
