/// Text that carries bytes a fixed number of bits per character, most significant bit first.
///
/// Base32 and both forms of base64 differ in their alphabet and in nothing else, so the one
/// rule that keeps each of them canonical stands here once.
struct BitText: Sendable {
    private let name: String
    private let bitsPerCharacter: Int
    private let characters: [UInt8]
    /// The value of each byte, or `none`; as long as there are byte values, so that a lookup
    /// cannot miss.
    private let values: [UInt8]
    private static let none: UInt8 = 0xFF

    /// - Parameter aliases: further characters that a reader takes for one in the alphabet.
    init(
        _ name: String, alphabet: String, bitsPerCharacter: Int,
        aliases: [(character: Character, meaning: Character)] = []
    ) {
        self.name = name
        self.bitsPerCharacter = bitsPerCharacter
        characters = Array(alphabet.utf8)
        var values = [UInt8](repeating: Self.none, count: 256)
        for (value, character) in characters.enumerated() {
            values[Int(character)] = UInt8(value)
        }
        for alias in aliases {
            if let character = alias.character.asciiValue, let meaning = alias.meaning.asciiValue {
                values[Int(character)] = values[Int(meaning)]
            }
        }
        self.values = values
    }

    func encode(_ bytes: [UInt8]) -> [UInt8] {
        let mask: UInt32 = 1 << UInt32(bitsPerCharacter) - 1
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count * 8 + bitsPerCharacter - 1) / bitsPerCharacter)
        var pending: UInt32 = 0
        var available = 0
        for byte in bytes {
            pending = pending << 8 | UInt32(byte)
            available += 8
            while available >= bitsPerCharacter {
                available -= bitsPerCharacter
                text.append(characters[Int(pending >> UInt32(available) & mask)])
            }
            pending &= 1 << UInt32(available) - 1
        }
        if available > 0 {
            let last = pending << UInt32(bitsPerCharacter - available)
            text.append(characters[Int(last & mask)])
        }
        return text
    }

    /// Reads what `encode` writes and nothing else: the bits that fill up the last character
    /// are zero, and there is no character that carries none of the bytes' bits.
    func decode(_ text: some Sequence<UInt8>) throws(CodingError) -> [UInt8] {
        var bytes: [UInt8] = []
        var pending: UInt32 = 0
        var available = 0
        var position = 0
        for character in text {
            let value = values[Int(character)]
            guard value != Self.none else {
                throw CodingError(.malformedText, "\(name): a foreign character at \(position)")
            }
            position += 1
            pending = pending << UInt32(bitsPerCharacter) | UInt32(value)
            available += bitsPerCharacter
            if available >= 8 {
                available -= 8
                bytes.append(UInt8(truncatingIfNeeded: pending >> UInt32(available)))
                pending &= 1 << UInt32(available) - 1
            }
        }
        guard available < bitsPerCharacter else {
            throw CodingError(.malformedText, "\(name): no bytes have \(position) characters")
        }
        guard pending == 0 else {
            throw CodingError(.malformedText, "\(name): the last character holds stray bits")
        }
        return bytes
    }
}
