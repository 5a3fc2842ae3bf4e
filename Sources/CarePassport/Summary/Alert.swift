import PassportCoding

/// A danger that a stranger must know before acting: an allergy, a dangerous medicine, seizures,
/// and pregnancy where a medicine makes it matter.
public struct Alert: Element {
    static let elementName = "alert"

    /// What kind of danger.
    public var kind: Term<AlertKind>
    /// To or of what.
    public var codes: [Code]
    /// Whether it still holds.
    public var status: Term<ClinicalStatus>?
    /// How sure the author was.
    public var certainty: Term<Certainty>?
    /// What a next exposure could do.
    public var criticality: Term<Criticality>?
    /// What kinds of substance.
    public var categories: [Term<AllergyCategory>] = []
    /// What happened before.
    public var reactions: [Reaction] = []
    /// Since when.
    public var since: PartialDate?
    /// When it was recorded.
    public var recorded: PartialDate?
    /// What a later version added.
    public internal(set) var extras = Extras()

    /// An alert.
    public init(_ kind: Term<AlertKind>, codes: [Code]) {
        self.kind = kind
        self.codes = codes
    }

    var members: [(Int, CBORItem?)] {
        [
            (1, kind.item), (2, codes.listItem), (3, status?.item), (4, certainty?.item),
            (5, criticality?.item), (6, categories.termsItem()), (7, reactions.listItem),
            (8, since?.item), (9, recorded?.item),
        ]
    }

    init(reading reader: inout ElementReader) throws(CodingError) {
        kind = try reader.term(1, "kind")
        codes = try reader.codes(2, "codes")
        status = try reader.optionalTerm(3, "status")
        certainty = try reader.optionalTerm(4, "certainty")
        criticality = try reader.optionalTerm(5, "criticality")
        categories = try reader.terms(6, "categories")
        reactions = try reader.elements(7, "reactions", maximum: Limits.elementsPerInnerList)
        since = try reader.date(8, "since")
        recorded = try reader.date(9, "recorded")
    }
}

/// One reaction to a substance.
public struct Reaction: Element {
    static let elementName = "reaction"

    /// What was seen.
    public var codes: [Code]
    /// How severe it was.
    public var severity: Term<Severity>?
    /// What a later version added.
    public internal(set) var extras = Extras()

    /// A reaction.
    public init(codes: [Code], severity: Term<Severity>? = nil) {
        self.codes = codes
        self.severity = severity
    }

    var members: [(Int, CBORItem?)] { [(1, codes.listItem), (2, severity?.item)] }

    init(reading reader: inout ElementReader) throws(CodingError) {
        codes = try reader.codes(1, "codes")
        severity = try reader.optionalTerm(2, "severity")
    }
}

extension Term where V == AlertKind {
    /// An allergy or intolerance.
    public static var allergy: Self { Self(number: 1) }
}
