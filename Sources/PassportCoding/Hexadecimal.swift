/// Hexadecimal (RFC 4648 §8) in lower case, two digits for each byte.
///
/// One text for each sequence of bytes: upper case is refused, so that two names of one thing
/// can be compared as text.
public enum Hexadecimal {
    private static let digits = Array("0123456789abcdef".utf8)

    /// Bytes as lower-case text.
    public static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count * 2)
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 0xF)])
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Reads lower-case text without separators.
    public static func decode(_ text: String) throws(CodingError) -> [UInt8] {
        var bytes: [UInt8] = []
        var high: UInt8?
        for (position, character) in text.utf8.enumerated() {
            guard let digit = value(of: character) else {
                throw CodingError(
                    .malformedText, "hexadecimal: not a lower-case digit at \(position)")
            }
            if let first = high {
                bytes.append(first << 4 | digit)
                high = nil
            } else {
                high = digit
            }
        }
        guard high == nil else {
            throw CodingError(.malformedText, "hexadecimal: half a byte at the end")
        }
        return bytes
    }

    private static func value(of character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
