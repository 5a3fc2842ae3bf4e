import CarePassport

/// Matters that never travel by default: a coding that could reveal one is dropped with the
/// whole resource that holds it.
///
/// Codes are compared by system and prefix, words by the beginnings of English words. Codes of
/// other systems with displays in other languages pass unseen; `Spec/care-summary.md` says so.
enum DoNotTravel {
    /// True when a coding reveals a blocked matter.
    static func blocks(system: String?, code: String?, display: String?) -> Bool {
        if let system, let code, let family = families[system] {
            let upper = code.uppercased()
            switch family {
            case .icd10: if icd10.contains(where: upper.hasPrefix) { return true }
            case .icd11: if icd11.contains(where: upper.hasPrefix) { return true }
            case .atc: if atc.contains(where: upper.hasPrefix) { return true }
            case .snomed: if snomed.contains(code) { return true }
            }
        }
        return display.map(blocks(text:)) ?? false
    }

    /// How much of a text is looked at: many times what a display may hold.
    private static let charactersRead = 2_000

    /// True when English text reveals a blocked matter.
    static func blocks(text: String) -> Bool {
        let start = String(String.UnicodeScalarView(text.unicodeScalars.prefix(charactersRead)))
        let words = start.lowercased().split { !$0.isLetter && !$0.isNumber }
        if words.contains(where: { word in stems.contains(where: word.hasPrefix) }) { return true }
        if words.contains(where: { exact.contains(String($0)) }) { return true }
        for (first, second) in pairs {
            if words.contains(where: { $0.hasPrefix(first) }),
                words.contains(where: { $0.hasPrefix(second) })
            {
                return true
            }
        }
        return false
    }

    /// True for a v3-ActCode label that marks a blocked matter.
    static func blocks(label: String) -> Bool { labels.contains(label) }

    private enum Family { case icd10, icd11, atc, snomed }

    private static let families: [String: Family] = [
        "http://hl7.org/fhir/sid/icd-10": .icd10, "http://hl7.org/fhir/sid/icd-10-cm": .icd10,
        "http://hl7.org/fhir/sid/icd-10-nl": .icd10, "http://hl7.org/fhir/sid/icd-10-gm": .icd10,
        "http://fhir.de/CodeSystem/bfarm/icd-10-gm": .icd10,
        "urn:oid:2.16.840.1.113883.6.3": .icd10, "urn:oid:2.16.840.1.113883.6.90": .icd10,
        "http://id.who.int/icd/release/11/mms": .icd11, "http://id.who.int/icd11/mms": .icd11,
        "http://www.whocc.no/atc": .atc, "urn:oid:2.16.840.1.113883.6.73": .atc,
        "http://snomed.info/sct": .snomed, "urn:oid:2.16.840.1.113883.6.96": .snomed,
    ]

    /// HIV, sexually transmitted infections, termination of pregnancy, gender and orientation,
    /// sexual and other maltreatment, imprisonment, persecution, torture and war.
    private static let icd10 = [
        "A5", "A60", "A63", "A64", "B20", "B21", "B22", "B23", "B24", "F64", "F65", "F66", "O04",
        "R75", "T74", "T76", "X92", "Y05", "Y06", "Y07", "Y36", "Z04.4", "Z21", "Z33.2", "Z60.5",
        "Z61.4", "Z61.5", "Z62.81", "Z65.0", "Z65.1", "Z65.2", "Z65.4", "Z65.5", "Z69", "Z72.5",
        "Z91.41",
    ]
    private static let icd11 = [
        "1A6", "1A7", "1A8", "1A9", "1C60", "1C61", "1C62", "HA6", "JA00.1", "PJ20", "PJ21",
        "PJ22", "QE82",
    ]
    /// Antivirals used against HIV alone, and mifepristone.
    private static let atc = ["J05AE", "J05AF", "J05AG", "J05AJ", "J05AR", "J05AX07", "G03XB"]
    /// HIV infection, AIDS, HIV positive, gonorrhoea, syphilis, chlamydial infection of the
    /// genital tract, sexual assault, rape, torture, gender dysphoria, induced termination.
    private static let snomed: Set<String> = [
        "86406008", "62479008", "165816005", "15628003", "76272004", "312099009", "422608009",
        "248110007", "95928004", "93461009", "57797005", "386639001", "10294002",
    ]
    private static let labels: Set<String> = ["HIV", "STD", "SDV", "SEX", "GENDER"]

    private static let stems = [
        "abort", "asylum", "chlamyd", "deport", "detain", "ethnic", "gonorr", "homosex",
        "immunodefic", "imprison", "incarcer", "lesbian", "persecut", "prison", "prostitut",
        "rape", "refugee", "religio", "smuggl", "syphil", "tortur", "traffick", "transgend",
        "transsex", "zidovud", "efaviren", "nevirap", "lamivud", "emtricit", "dolutegr",
        "raltegr", "mifepris",
    ]
    private static let exact: Set<String> = [
        "aids", "hiv", "gay", "bisexual", "war", "combat", "perpetrator", "undocumented",
    ]
    private static let pairs = [
        ("sexual", "abus"), ("sexual", "assault"), ("sexual", "violen"), ("sexual", "orientat"),
        ("sexual", "transmit"), ("sexually", "transmit"), ("genital", "mutilat"),
        ("gender", "dysphor"), ("gender", "identi"), ("gender", "incongru"),
        ("domestic", "violen"), ("domestic", "abus"), ("partner", "violen"), ("partner", "abus"),
        ("terminat", "pregnan"), ("forced", "recruit"), ("forced", "marri"), ("child", "soldier"),
        ("political", "opinion"), ("physical", "abus"), ("victim", "abus"), ("victim", "violen"),
    ]
}
