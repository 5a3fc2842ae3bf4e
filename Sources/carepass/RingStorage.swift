import CarePassport
import PassportCoding
import PassportCrypto
import PassportSealing
import PassportSecrecy

/// Rings at rest: encrypted by the vault under the object they belong to, with the mark of the
/// card that they were made for.
enum RingStorage {
    /// - Parameter card: of whoever carries what the ring opens; nil where no card was shown.
    static func seal(
        _ ring: Ring, of object: Digest, card: CardMark?, in home: borrowing Home
    ) throws -> [UInt8] {
        var bytes = ring.bytesForSealing()
        defer { bytes.wipe() }
        // Zeros where there is none: the size must not say who has a card.
        bytes += card?.bytes ?? [UInt8](repeating: 0, count: CardMark.byteCount)
        return try home.keys.vault().seal(
            bytes, place: place(object), randomness: home.randomness)
    }

    static func open(
        _ sealed: [UInt8], of object: Digest, profile: Profile, in home: borrowing Home
    ) throws -> Ring {
        var bytes = try home.keys.vault().open(sealed, place: place(object))
        // Homes kept rings without marks once.
        if bytes.count > profile.ringBytes {
            bytes.removeLast(min(CardMark.byteCount, bytes.count))
        }
        return try Ring(consuming: &bytes, profile: profile)
    }

    /// The mark of the card that a ring was made for; nil where none is kept.
    static func card(
        _ sealed: [UInt8], of object: Digest, profile: Profile, in home: borrowing Home
    ) throws -> CardMark? {
        var bytes = try home.keys.vault().open(sealed, place: place(object))
        defer { bytes.wipe() }
        return CardMark(bytes: Array(bytes.dropFirst(profile.ringBytes)))
    }

    private static func place(_ object: Digest) -> String { "ring/\(object)" }
}
