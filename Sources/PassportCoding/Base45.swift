/// Base45 (RFC 9285): bytes as the characters that a QR code stores most densely.
public enum Base45 {
    private static let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:".utf8)
    /// The value of each byte, or nil; as long as there are byte values.
    private static let values: [Int?] = (0...255).map { byte in
        alphabet.firstIndex { Int($0) == byte }
    }

    /// Bytes as text: three characters for two bytes, two for a last single one.
    public static func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count * 3 + 1) / 2)
        var high: Int?
        for byte in bytes {
            guard let first = high else {
                high = Int(byte)
                continue
            }
            append(first * 256 + Int(byte), characters: 3, to: &text)
            high = nil
        }
        if let high { append(high, characters: 2, to: &text) }
        return String(decoding: text, as: UTF8.self)
    }

    private static func append(_ value: Int, characters: Int, to text: inout [UInt8]) {
        var rest = value
        for _ in 0..<characters {
            text.append(alphabet[rest % 45])
            rest /= 45
        }
    }

    /// Reads text strictly: upper case only, and no group that stands for more than its bytes.
    public static func decode(_ text: String) throws(CodingError) -> [UInt8] {
        var bytes: [UInt8] = []
        // The group read so far: its value, the weight of its next character and their number.
        var value = 0
        var weight = 1
        var count = 0
        for (position, character) in text.utf8.enumerated() {
            guard let digit = values[Int(character)] else {
                throw CodingError(.malformedText, "base45: a foreign character at \(position)")
            }
            value += digit * weight
            weight *= 45
            count += 1
            guard count == 3 else { continue }
            guard let pair = UInt16(exactly: value) else {
                throw CodingError(.malformedText, "base45: more than two bytes before \(position)")
            }
            bytes.append(UInt8(pair >> 8))
            bytes.append(UInt8(pair & 0xFF))
            (value, weight, count) = (0, 1, 0)
        }
        guard count != 1 else {
            throw CodingError(.malformedText, "base45: a single character at the end")
        }
        if count == 2 {
            guard let byte = UInt8(exactly: value) else {
                throw CodingError(.malformedText, "base45: more than one byte at the end")
            }
            bytes.append(byte)
        }
        return bytes
    }
}
