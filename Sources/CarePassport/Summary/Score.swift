import PassportCoding

/// A raw total: cut-offs and labels do not travel, because they differ by population.
public struct Score: Element {
    static let elementName = "score"

    /// The instrument: LOINC where verified, else local.
    public var instrument: Code
    /// The instrument's version.
    public var version: String?
    /// The language it was given in.
    public var language: String?
    /// How it was given.
    public var mode: Term<ScoreMode>?
    /// Who answered.
    public var informant: Term<Informant>?
    /// The raw total.
    public var total: DecimalNumber
    /// How many items were not answered.
    public var missingItems: Int?
    /// When.
    public var date: PartialDate?
    /// What a higher total means.
    public var direction: Term<Direction>
    /// The cut-off that the author used.
    public var cutOff: DecimalNumber?
    /// Where that cut-off comes from.
    public var cutOffSource: String?
    /// What a later version added.
    public internal(set) var extras = Extras()

    /// A score.
    public init(_ instrument: Code, total: DecimalNumber, direction: Term<Direction>) {
        self.instrument = instrument
        self.total = total
        self.direction = direction
    }

    var members: [(Int, CBORItem?)] {
        [
            (1, instrument.item), (2, version.map(CBORItem.text)),
            (3, language.map(CBORItem.text)), (4, mode?.item), (5, informant?.item),
            (6, total.item), (7, missingItems.map { CBORItem($0) }), (8, date?.item),
            (9, direction.item), (10, cutOff?.item), (11, cutOffSource.map(CBORItem.text)),
        ]
    }

    init(reading reader: inout ElementReader) throws(CodingError) {
        guard let instrument: Code = try reader.element(1, "instrument") else {
            throw CodingError(.missingKey, "score: instrument is missing")
        }
        self.instrument = instrument
        version = try reader.optionalText(2, "version", maximum: Limits.shortTextCharacters)
        language = try reader.language(3, "language")
        mode = try reader.optionalTerm(4, "mode")
        informant = try reader.optionalTerm(5, "informant")
        total = try DecimalNumber(try reader.take(6, "total"))
        missingItems = try reader.int(7, "missing items", in: 0...Limits.sessions)
        date = try reader.date(8, "date")
        direction = try reader.term(9, "direction")
        cutOff = try reader.decimal(10, "cut-off")
        cutOffSource = try reader.optionalText(
            11, "cut-off source", maximum: Limits.displayCharacters)
    }
}

/// How the person manages daily life, as one number.
public struct FunctionScore: Element {
    static let elementName = "function"

    /// On which scale.
    public var scale: Term<FunctionScale>
    /// The number: WHODAS 0 to 48 or 0 to 100 as given, self-rated 0 to 4.
    public var total: DecimalNumber
    /// When.
    public var date: PartialDate?
    /// What a later version added.
    public internal(set) var extras = Extras()

    /// A function score.
    public init(_ scale: Term<FunctionScale>, total: DecimalNumber, date: PartialDate? = nil) {
        self.scale = scale
        self.total = total
        self.date = date
    }

    var members: [(Int, CBORItem?)] { [(1, scale.item), (2, total.item), (3, date?.item)] }

    init(reading reader: inout ElementReader) throws(CodingError) {
        scale = try reader.term(1, "scale")
        total = try DecimalNumber(try reader.take(2, "total"))
        date = try reader.date(3, "date")
    }
}

/// The content of a `scores` section.
public struct ScoresContent: Element {
    static let elementName = "scores"

    /// Scores of instruments.
    public var scores: [Score] = []
    /// Scores of function.
    public var function: [FunctionScore] = []
    /// What a later version added.
    public internal(set) var extras = Extras()

    /// Empty content.
    public init() {}

    var members: [(Int, CBORItem?)] { [(1, scores.listItem), (2, function.listItem)] }

    init(reading reader: inout ElementReader) throws(CodingError) {
        scores = try reader.elements(1, "scores")
        function = try reader.elements(2, "function", maximum: Limits.elementsPerInnerList)
    }
}
