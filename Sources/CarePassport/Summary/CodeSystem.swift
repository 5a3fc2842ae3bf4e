import PassportCoding

/// Where a code comes from.
///
/// Twelve systems have a number to save space. The table is final for this version: a system
/// outside it is written as text, and a number outside it is kept and counted as not understood.
public struct CodeSystem: Hashable, Sendable {
    private enum Storage: Hashable, Sendable {
        case text(String)
        case number(Int)
    }

    private static let numbers: [Int: String] = [
        1: "http://id.who.int/icd/release/11/mms",
        2: "http://hl7.org/fhir/sid/icd-10",
        3: "http://www.whocc.no/atc",
        4: "http://snomed.info/sct",
        5: "http://loinc.org",
        6: "http://www.nlm.nih.gov/research/umls/rxnorm",
        7: "http://hl7.org/fhir/sid/icd-10-cm",
        8: "urn:care-passport:instrument",
        9: "urn:care-passport:4ws",
        10: "http://standardterms.edqm.eu",
        11: "http://terminology.hl7.org/CodeSystem/v3-RouteOfAdministration",
        12: "urn:care-passport:alert",
    ]

    private static let unknownPrefix = "urn:care-passport:system:"

    /// WHO ICD-11.
    public static let icd11 = CodeSystem(table: 1)
    /// WHO ICD-10.
    public static let icd10 = CodeSystem(table: 2)
    /// WHO ATC, the classification of medicines.
    public static let atc = CodeSystem(table: 3)
    /// SNOMED CT.
    public static let snomed = CodeSystem(table: 4)
    /// LOINC.
    public static let loinc = CodeSystem(table: 5)
    /// RxNorm.
    public static let rxNorm = CodeSystem(table: 6)
    /// The ICD-10 of the United States.
    public static let icd10CM = CodeSystem(table: 7)
    /// This project's list of instruments.
    public static let instrument = CodeSystem(table: 8)
    /// The 4Ws list of activities.
    public static let fourWs = CodeSystem(table: 9)
    /// EDQM standard terms (routes).
    public static let edqm = CodeSystem(table: 10)
    /// HL7's list of routes.
    public static let route = CodeSystem(table: 11)
    /// This project's list of alerts.
    public static let alert = CodeSystem(table: 12)

    private let storage: Storage

    private init(table number: Int) { self.storage = .number(number) }

    /// The system with a URI or, failing that, with the name its users give it.
    public init(_ uri: String) {
        if let known = Self.numbers.first(where: { $0.value == uri }) {
            storage = .number(known.key)
        } else if uri.hasPrefix(Self.unknownPrefix),
            let number = Int(uri.dropFirst(Self.unknownPrefix.utf8.count)),
            (1...Limits.termNumber).contains(number), Self.numbers[number] == nil
        {
            storage = .number(number)
        } else {
            storage = .text(uri)
        }
    }

    /// The URI, or for a number of a later version one that keeps the number.
    public var uri: String {
        switch storage {
        case .text(let text): text
        case .number(let number): Self.numbers[number] ?? "\(Self.unknownPrefix)\(number)"
        }
    }

    /// False for a number of a later version.
    public var isKnown: Bool {
        if case .number(let number) = storage { return Self.numbers[number] != nil }
        return true
    }

    /// True for a system that this project made up because none was free or verified.
    public var isLocal: Bool { uri.hasPrefix("urn:care-passport:") }

    var item: CBORItem {
        switch storage {
        case .text(let text): .text(text)
        case .number(let number): CBORItem(number)
        }
    }

    init(_ value: CBORValue) throws(CodingError) {
        if case .text = value.item {
            self.init(try value.careText(maximum: Limits.systemCharacters))
            guard case .text = storage else {
                throw CodingError(
                    .notDeterministic, "\(value.place): a code system as text that has a number")
            }
        } else {
            self.init(table: try value.int(in: 1...Limits.termNumber))
        }
    }
}
