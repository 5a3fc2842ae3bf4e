/// Crockford's base32, for what people read aloud and type: fingerprints and key cards.
///
/// There is no I, L, O or U in it. The reader takes what a hand may make of it (lower case,
/// hyphens and spaces between groups, I and L for 1, O for 0) but still only one sequence of
/// characters for each sequence of bytes.
public enum Base32 {
    private static let alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    private static let separators = [UInt8(ascii: "-"), UInt8(ascii: " ")]
    private static let text = BitText(
        "base32", alphabet: alphabet, bitsPerCharacter: 5,
        aliases: alphabet.filter(\.isLetter).map { (Character($0.lowercased()), $0) }
            + [("I", "1"), ("i", "1"), ("L", "1"), ("l", "1"), ("O", "0"), ("o", "0")])

    /// Bytes as upper-case text without separators.
    public static func encode(_ bytes: [UInt8]) -> String {
        String(decoding: text.encode(bytes), as: UTF8.self)
    }

    /// Reads text as a person may have typed it; positions in errors do not count separators.
    public static func decode(_ text: String) throws(CodingError) -> [UInt8] {
        try self.text.decode(text.utf8.lazy.filter { !separators.contains($0) })
    }
}
