/// A closed list of words with numbers, which later versions may lengthen.
public protocol Vocabulary: Sendable, Hashable {
    /// The list's name: `urn:care-passport:` before it makes a code system.
    static var name: String { get }
    /// The words by number. A number is never used for another word.
    static var words: [Int: String] { get }
}

/// One word of a vocabulary; a number that this version does not know is kept as it is.
public struct Term<V: Vocabulary>: Hashable, Sendable {
    /// The word's number.
    public let number: Int

    /// The word with a number.
    public init(number: Int) { self.number = number }

    /// The word with a name; a bare number stands for a word of a later version.
    public init?(_ word: some StringProtocol) {
        if let known = V.words.first(where: { $0.value == word }) {
            number = known.key
        } else if let unknown = Int(word), unknown > 0, V.words[unknown] == nil {
            number = unknown
        } else {
            return nil
        }
    }

    /// True when this version knows the word.
    public var isKnown: Bool { V.words[number] != nil }

    /// The word, or its number.
    public var word: String { V.words[number] ?? "\(number)" }

    /// The word's key in a table of translations.
    public var key: String { "term.\(V.name).\(word)" }
}
