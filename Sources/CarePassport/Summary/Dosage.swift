import PassportCoding

/// An amount with its unit.
public struct Quantity: Element {
    static let elementName = "quantity"

    /// How much.
    public var value: DecimalNumber
    /// The unit, in UCUM or as printed.
    public var unit: String?
    /// True when the unit is a UCUM code.
    public var isUCUM: Bool
    /// What a later version added.
    public internal(set) var extras = Extras()

    /// An amount.
    public init(_ value: DecimalNumber, unit: String? = nil, isUCUM: Bool = false) {
        self.value = value
        self.unit = unit
        self.isUCUM = isUCUM
    }

    var members: [(Int, CBORItem?)] {
        [(1, value.item), (2, unit.map(CBORItem.text)), (3, isUCUM ? .bool(true) : nil)]
    }

    init(reading reader: inout ElementReader) throws(CodingError) {
        value = try DecimalNumber(try reader.take(1, "value"))
        unit = try reader.optionalText(2, "unit", maximum: Limits.shortTextCharacters)
        isUCUM = try reader.flag(3, "ucum")
    }
}

/// How often: so many times in a period.
public struct Frequency: Element {
    static let elementName = "frequency"

    /// Times in the period.
    public var times: Int
    /// The period's length.
    public var period: DecimalNumber
    /// The period's unit.
    public var unit: Term<TimeUnit>
    /// What a later version added.
    public internal(set) var extras = Extras()

    /// So many times in a period.
    public init(times: Int, period: DecimalNumber, unit: Term<TimeUnit>) {
        self.times = times
        self.period = period
        self.unit = unit
    }

    var members: [(Int, CBORItem?)] {
        [(1, CBORItem(times)), (2, period.item), (3, unit.item)]
    }

    init(reading reader: inout ElementReader) throws(CodingError) {
        times = try reader.take(1, "times").int(in: 1...Limits.sessions)
        period = try DecimalNumber(try reader.take(2, "period"))
        unit = try reader.term(3, "unit")
    }
}

/// How a medicine is taken, as far as the source said it in structure.
public struct Dosage: Element {
    static let elementName = "dosage"

    /// How much at a time, or at least.
    public var dose: Quantity?
    /// How much at most, where the source gave a range.
    public var doseHigh: Quantity?
    /// How often.
    public var frequency: Frequency?
    /// At what times of the day.
    public var times: [Term<DayTime>] = []
    /// True when taken only as needed.
    public var asNeeded = false
    /// By what route.
    public var route: [Code] = []
    /// What a later version added.
    public internal(set) var extras = Extras()

    /// A dosage of which nothing is told.
    public init() {}

    /// True when nothing is told.
    public var isEmpty: Bool { self == Dosage() }

    var members: [(Int, CBORItem?)] {
        [
            (1, dose?.item), (2, doseHigh?.item), (3, frequency?.item), (4, times.termsItem()),
            (5, asNeeded ? .bool(true) : nil), (6, route.listItem),
        ]
    }

    init(reading reader: inout ElementReader) throws(CodingError) {
        dose = try reader.element(1, "dose")
        doseHigh = try reader.element(2, "highest dose")
        frequency = try reader.element(3, "frequency")
        times = try reader.terms(4, "times")
        asNeeded = try reader.flag(5, "as needed")
        route = try reader.elements(6, "route", maximum: Limits.codesPerItem)
    }
}
