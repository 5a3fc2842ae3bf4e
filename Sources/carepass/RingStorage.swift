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
        var secrets = ring.bytesForSealing()
        defer { secrets.wipe() }
        // Room for both: an array that grows leaves secrets behind that nobody wipes.
        var bytes: [UInt8] = []
        bytes.reserveCapacity(secrets.count + CardMark.keptBytes)
        defer { bytes.wipe() }
        bytes += secrets
        bytes += CardMark.kept(card)
        return try home.keys.vault().seal(
            bytes, place: place(object), randomness: home.randomness)
    }

    static func open(
        _ sealed: [UInt8], of object: Digest, profile: Profile, in home: borrowing Home
    ) throws -> Ring {
        var bytes = try home.keys.vault().open(sealed, place: place(object))
        // Homes kept rings without marks once.
        if bytes.count > profile.ringBytes {
            bytes.removeLast(min(CardMark.keptBytes, bytes.count))
        }
        return try Ring(consuming: &bytes, profile: profile)
    }

    /// The mark of the card that a ring was made for; nil where none is kept.
    static func card(
        _ sealed: [UInt8], of object: Digest, profile: Profile, in home: borrowing Home
    ) throws -> CardMark? {
        var bytes = try home.keys.vault().open(sealed, place: place(object))
        defer { bytes.wipe() }
        return CardMark(kept: Array(bytes.dropFirst(profile.ringBytes)))
    }

    private static func place(_ object: Digest) -> String { "ring/\(object)" }
}
