/// What tells a home that a carry half is not the one that a passport was sealed for.
///
/// Attack, or a busy desk: the card of the next person in the pile. It is one byte of what is
/// printed on the half, and no more: of 256 cards that are mixed up one passes, and whoever
/// takes the home and its passphrase learns of a card that he finds neither its PIN nor, among
/// the passports of a clinic, whose it is.
public struct CardMark: Hashable, Sendable {
    let value: UInt8

    /// Bytes of what is kept.
    public static let keptBytes = 2

    /// Reads what was kept.
    ///
    /// - Returns: nil where there is no mark.
    public init?(kept bytes: [UInt8]) {
        guard bytes.count == Self.keptBytes, bytes[0] == 1 else { return nil }
        value = bytes[1]
    }

    init(_ value: UInt8) { self.value = value }

    /// What is kept; as long where there is no mark, so that its size does not say who has a card.
    public static func kept(_ mark: CardMark?) -> [UInt8] { mark.map { [1, $0.value] } ?? [0, 0] }
}
