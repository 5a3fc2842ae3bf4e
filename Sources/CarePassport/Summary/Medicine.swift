import PassportCoding

/// One medicine.
public struct Medicine: Element {
    static let elementName = "medicine"

    /// What it is: generic substance first, never a brand alone where a code allows it.
    public var codes: [Code]
    /// Whether it is taken.
    public var status: Term<MedicineStatus>?
    /// How it is taken.
    public var dosages: [Dosage] = []
    /// Since when.
    public var start: PartialDate?
    /// Until when.
    public var end: PartialDate?
    /// When it was last given (injections).
    public var lastGiven: PartialDate?
    /// When it is due next.
    public var nextDue: PartialDate?
    /// When the person runs out.
    public var supplyEnd: PartialDate?
    /// The training of the prescriber.
    public var prescriber: Term<Cadre>?
    /// What the next prescriber must know.
    public var warnings: [Term<StopWarning>] = []
    /// When this was recorded.
    public var recorded: PartialDate?
    /// What a later version added.
    public internal(set) var extras = Extras()

    /// A medicine.
    public init(codes: [Code]) { self.codes = codes }

    var members: [(Int, CBORItem?)] {
        [
            (1, codes.listItem), (2, status?.item), (3, dosages.listItem), (4, start?.item),
            (5, end?.item), (6, lastGiven?.item), (7, nextDue?.item), (8, supplyEnd?.item),
            (9, prescriber?.item), (10, warnings.termsItem()), (11, recorded?.item),
        ]
    }

    init(reading reader: inout ElementReader) throws(CodingError) {
        codes = try reader.codes(1, "codes")
        status = try reader.optionalTerm(2, "status")
        dosages = try reader.elements(3, "dosages", maximum: Limits.elementsPerInnerList)
        start = try reader.date(4, "start")
        end = try reader.date(5, "end")
        lastGiven = try reader.date(6, "last given")
        nextDue = try reader.date(7, "next due")
        supplyEnd = try reader.date(8, "supply end")
        prescriber = try reader.optionalTerm(9, "prescriber")
        warnings = try reader.terms(10, "warnings")
        recorded = try reader.date(11, "recorded")
    }
}

/// The content of a `medication` section.
public struct MedicationContent: Element {
    static let elementName = "medication"

    /// The medicines.
    public var medicines: [Medicine] = []
    /// Statements: none known, or no information.
    public var statements: [Term<AbsenceStatement>] = []
    /// What a later version added.
    public internal(set) var extras = Extras()

    /// Empty content.
    public init() {}

    var members: [(Int, CBORItem?)] {
        [(1, medicines.listItem), (2, statements.termsItem())]
    }

    init(reading reader: inout ElementReader) throws(CodingError) {
        medicines = try reader.elements(1, "medicines")
        statements = try reader.terms(2, "statements")
    }
}
