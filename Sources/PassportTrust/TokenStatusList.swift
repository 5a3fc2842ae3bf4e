public import PassportCoding

/// The bits of a Token Status List (draft-ietf-oauth-status-list): 1, 2, 4 or 8 bits an entry,
/// entry 0 in the least significant bits of byte 0.
///
/// Lists of this project have 2 bits and use two values, `valid` and `ended`: whether something
/// expired, was replaced or withdrawn is told to recipients only, in a signed notice.
public struct TokenStatusList: Hashable, Sendable {
    /// Still good.
    public static let valid: UInt8 = 0
    /// Over.
    public static let ended: UInt8 = 1
    /// Entries that fit under `Limits.statusListInflatedBytes` at 2 bits each.
    public static let maximumEntries = Limits.statusListInflatedBytes * 4

    /// Bits an entry.
    public let bits: Int
    private var bytes: [UInt8]

    /// Number of entries.
    public var count: Int { bytes.count * (8 / bits) }

    /// A list of valid entries; `count` is rounded up to whole bytes.
    public init(count: Int) {
        bits = 2
        bytes = [UInt8](repeating: 0, count: (min(count, Self.maximumEntries) + 3) / 4)
    }

    /// Inflates the `bits` and `lst` of a status list.
    public init(bits: Int, compressed: [UInt8]) throws(CodingError) {
        guard [1, 2, 4, 8].contains(bits) else {
            throw CodingError(.unexpectedItem, "status list: bits is not 1, 2, 4 or 8")
        }
        self.bits = bits
        bytes = try Zlib.inflate(compressed, maximum: Limits.statusListInflatedBytes)
    }

    /// The bytes as a list carries them.
    public func compressed() -> [UInt8] { Zlib.deflate(bytes) }

    /// The status of one entry.
    ///
    /// - Throws: `overLimit` beyond the end; an absent entry is never "valid".
    public func status(at index: Int) throws(CodingError) -> UInt8 {
        guard index >= 0, index < count else {
            throw CodingError(.overLimit, "status list: index beyond the end")
        }
        let perByte = 8 / bits
        let shift = index % perByte * bits
        let mask = UInt8(truncatingIfNeeded: (1 << bits) - 1)
        return bytes[index / perByte] >> UInt8(shift) & mask
    }

    /// True when an entry has ended here that is valid, or no longer there, in `other`.
    public func ends(moreThan other: TokenStatusList) -> Bool {
        guard bits == 2, other.bits == 2 else { return bits == 2 }
        func ended(_ byte: UInt8) -> UInt8 { (byte | byte >> 1) & 0b0101_0101 }
        return bytes.indices.contains { index in
            let there = index < other.bytes.count ? ended(other.bytes[index]) : 0
            return ended(bytes[index]) & ~there != 0
        }
    }

    /// Marks an entry as ended; an index beyond the end is ignored.
    public mutating func end(_ index: Int) {
        guard bits == 2, index >= 0, index < count else { return }
        let shift = UInt8(index % 4 * 2)
        bytes[index / 4] = bytes[index / 4] & ~(3 << shift) | Self.ended << shift
    }
}
