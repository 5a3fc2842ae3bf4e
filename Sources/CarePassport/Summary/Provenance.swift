import PassportCoding

/// Who wrote a section and from what: a training, a day and a hash, never a name.
public struct Provenance: Element {
    static let elementName = "provenance"

    /// The author's training.
    public var cadre: Term<Cadre>
    /// The day of writing.
    public var date: PartialDate
    /// SHA-256 of the source record; nil when entered by hand.
    public var sourceHash: [UInt8]?
    /// Whether the content was translated.
    public var translation: Term<Translation>
    /// What a later version added.
    public internal(set) var extras = Extras()

    /// A provenance.
    public init(
        cadre: Term<Cadre>, date: PartialDate, sourceHash: [UInt8]? = nil,
        translation: Term<Translation> = .none
    ) {
        self.cadre = cadre
        self.date = date
        self.sourceHash = sourceHash
        self.translation = translation
    }

    var members: [(Int, CBORItem?)] {
        [
            (1, cadre.item), (2, date.item), (3, sourceHash.map(CBORItem.bytes)),
            (4, translation.item),
        ]
    }

    init(reading reader: inout ElementReader) throws(CodingError) {
        cadre = try reader.term(1, "cadre")
        guard let date = try reader.date(2, "date") else {
            throw CodingError(.missingKey, "provenance: date is missing")
        }
        self.date = date
        sourceHash = try reader.optional(3, "source hash")?.bytes(exactly: 32)
        translation = try reader.term(4, "translation")
    }
}

extension Term where V == Translation {
    /// Not translated.
    public static var none: Self { Self(number: 1) }
    /// Translated by a person.
    public static var human: Self { Self(number: 2) }
    /// Translated by a machine.
    public static var machine: Self { Self(number: 3) }
}
