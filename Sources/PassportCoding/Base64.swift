private let common = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

/// Standard base64 with padding (RFC 4648 §4), as signed notes write it.
///
/// The reader takes exactly what the writer writes: one text for each sequence of bytes, so
/// that a signature or key cannot be written in two ways.
public enum Base64 {
    private static let text = BitText("base64", alphabet: common + "+/", bitsPerCharacter: 6)
    private static let pad = UInt8(ascii: "=")

    /// Bytes as text, a multiple of four characters.
    public static func encode(_ bytes: [UInt8]) -> String {
        var characters = text.encode(bytes)
        while !characters.count.isMultiple(of: 4) { characters.append(pad) }
        return String(decoding: characters, as: UTF8.self)
    }

    /// Reads canonical text: padded, no stray bits, no line breaks or spaces.
    public static func decode(_ text: String) throws(CodingError) -> [UInt8] {
        let characters = Array(text.utf8)
        guard characters.count.isMultiple(of: 4) else {
            throw CodingError(.malformedText, "base64: \(characters.count) characters, not padded")
        }
        // A pad that stands anywhere else is a foreign character; a third or fourth one leaves
        // a count of characters that no bytes have.
        var body = characters[...]
        while body.count > max(characters.count - 2, 0), body.last == pad { body.removeLast() }
        return try self.text.decode(body)
    }
}

/// Base64 for names and addresses (RFC 4648 §5), without padding.
public enum Base64URL {
    private static let text = BitText("base64url", alphabet: common + "-_", bitsPerCharacter: 6)

    /// Bytes as text.
    public static func encode(_ bytes: [UInt8]) -> String {
        String(decoding: text.encode(bytes), as: UTF8.self)
    }

    /// Reads canonical text: no padding, no stray bits, no line breaks or spaces.
    public static func decode(_ text: String) throws(CodingError) -> [UInt8] {
        try self.text.decode(text.utf8)
    }
}
