import PassportCoding

/// One diagnosis.
public struct Diagnosis: Element {
    static let elementName = "diagnosis"

    /// What it is.
    public var codes: [Code]
    /// Whether it is present.
    public var status: Term<ClinicalStatus>?
    /// How sure the author was.
    public var certainty: Term<Certainty>?
    /// The training of who made it.
    public var cadre: Term<Cadre>?
    /// Since when.
    public var since: PartialDate?
    /// Until when.
    public var until: PartialDate?
    /// When it was recorded.
    public var recorded: PartialDate?
    /// What a later version added.
    public internal(set) var extras = Extras()

    /// A diagnosis.
    public init(codes: [Code]) { self.codes = codes }

    var members: [(Int, CBORItem?)] {
        [
            (1, codes.listItem), (2, status?.item), (3, certainty?.item), (4, cadre?.item),
            (5, since?.item), (6, until?.item), (7, recorded?.item),
        ]
    }

    init(reading reader: inout ElementReader) throws(CodingError) {
        codes = try reader.codes(1, "codes")
        status = try reader.optionalTerm(2, "status")
        certainty = try reader.optionalTerm(3, "certainty")
        cadre = try reader.optionalTerm(4, "cadre")
        since = try reader.date(5, "since")
        until = try reader.date(6, "until")
        recorded = try reader.date(7, "recorded")
    }
}

/// The content of a `diagnosis` section.
public struct DiagnosisContent: Element {
    static let elementName = "diagnosis"

    /// The diagnoses.
    public var diagnoses: [Diagnosis] = []
    /// Statements: none known, or no information.
    public var statements: [Term<AbsenceStatement>] = []
    /// What a later version added.
    public internal(set) var extras = Extras()

    /// Empty content.
    public init() {}

    var members: [(Int, CBORItem?)] {
        [(1, diagnoses.listItem), (2, statements.termsItem())]
    }

    init(reading reader: inout ElementReader) throws(CodingError) {
        diagnoses = try reader.elements(1, "diagnoses")
        statements = try reader.terms(2, "statements")
    }
}
