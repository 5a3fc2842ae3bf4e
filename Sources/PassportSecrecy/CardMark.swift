/// What tells a home whether a carry half, with its PIN, is the one that a passport was sealed for.
///
/// Attack, or a busy desk: the card of the next person in the pile. Whoever has that card would
/// hold the history of somebody else. Nothing can be opened with a mark, and it leads back to no
/// card: the card has 128 random bits, or 80 in words. It is kept where the home keeps its rings.
public struct CardMark: Hashable, Sendable {
    /// Bytes of a mark.
    public static let byteCount = 16
    /// They are not secret by themselves, and belong into no message.
    public let bytes: [UInt8]

    /// - Returns: nil for another number of bytes, and for zeros, which stand for no card.
    public init?(bytes: [UInt8]) {
        guard bytes.count == Self.byteCount, bytes.contains(where: { $0 != 0 }) else { return nil }
        self.bytes = bytes
    }
}
