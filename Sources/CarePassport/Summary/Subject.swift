import PassportCoding

/// Who the person is to care: a pseudonym at most, never a name or a number of an authority.
public struct Subject: Element {
    static let elementName = "subject"

    /// What the issuing helpers call the person.
    public var pseudonym: String?
    /// The year of birth, never the day.
    public var birthYear: Int?
    /// An age band, where a year is too much.
    public var ageBand: Term<AgeBand>?
    /// Sex as asked by care.
    public var sex: Term<Sex>?
    /// What a later version added.
    public internal(set) var extras = Extras()

    /// A subject of whom nothing is told.
    public init() {}

    /// True when nothing is told.
    public var isEmpty: Bool { self == Subject() }

    var members: [(Int, CBORItem?)] {
        [
            (1, pseudonym.map(CBORItem.text)), (2, birthYear.map { CBORItem($0) }),
            (3, ageBand?.item), (4, sex?.item),
        ]
    }

    init(reading reader: inout ElementReader) throws(CodingError) {
        pseudonym = try reader.optionalText(1, "pseudonym", maximum: Limits.shortTextCharacters)
        birthYear = try reader.int(2, "birth year", in: 1000...9999)
        ageBand = try reader.optionalTerm(3, "age band")
        sex = try reader.optionalTerm(4, "sex")
    }
}

/// A language that the person uses.
public struct SpokenLanguage: Element {
    static let elementName = "language"

    /// A BCP-47 tag; script and region as far as they matter.
    public var tag: String
    /// What the person does in it; empty where not told.
    public var uses: [Term<LanguageUse>]
    /// True for the language to choose first.
    public var isPreferred: Bool
    /// What a later version added.
    public internal(set) var extras = Extras()

    /// A language.
    public init(_ tag: String, uses: [Term<LanguageUse>] = [], isPreferred: Bool = false) {
        self.tag = tag
        self.uses = uses
        self.isPreferred = isPreferred
    }

    var members: [(Int, CBORItem?)] {
        [(1, .text(tag)), (2, uses.termsItem()), (3, isPreferred ? .bool(true) : nil)]
    }

    init(reading reader: inout ElementReader) throws(CodingError) {
        guard let tag = try reader.language(1, "tag") else {
            throw CodingError(.missingKey, "language: tag is missing")
        }
        self.tag = tag
        uses = try reader.terms(2, "uses")
        // False has one encoding only: absence.
        isPreferred = try reader.flag(3, "preferred")
    }
}

/// A difficulty that care must provide for.
public struct AccessRequirement: Element {
    static let elementName = "access need"

    /// In what.
    public var need: Term<AccessNeed>
    /// How great.
    public var difficulty: Term<Difficulty>?
    /// What a later version added.
    public internal(set) var extras = Extras()

    /// A difficulty.
    public init(_ need: Term<AccessNeed>, _ difficulty: Term<Difficulty>? = nil) {
        self.need = need
        self.difficulty = difficulty
    }

    var members: [(Int, CBORItem?)] { [(1, need.item), (2, difficulty?.item)] }

    init(reading reader: inout ElementReader) throws(CodingError) {
        need = try reader.term(1, "need")
        difficulty = try reader.optionalTerm(2, "difficulty")
    }
}

extension ElementReader {
    /// A flag that is written only when true.
    mutating func flag(_ key: Int, _ name: String) throws(CodingError) -> Bool {
        guard let value = try bool(key, name) else { return false }
        guard value else {
            throw CodingError(.notDeterministic, "\(name): false is written by absence")
        }
        return true
    }
}
