import CarePassport
import PassportCrypto
import PassportSealing
internal import PassportSecrecy

/// Rings at rest: encrypted by the vault under the object they belong to.
enum RingStorage {
    static func seal(
        _ ring: Ring, of object: Digest, in home: borrowing Home
    ) throws -> [UInt8] {
        var bytes = ring.bytesForSealing()
        defer { bytes.wipe() }
        return try home.keys.vault().seal(
            bytes, place: "ring/\(object)", randomness: home.randomness)
    }

    static func open(
        _ sealed: [UInt8], of object: Digest, profile: Profile, in home: borrowing Home
    ) throws -> Ring {
        var bytes = try home.keys.vault().open(sealed, place: "ring/\(object)")
        return try Ring(consuming: &bytes, profile: profile)
    }
}
