public import PassportCrypto

/// The hashes of RFC 6962 §2.1: a leaf and a node begin with different bytes, so that neither
/// can be passed off as the other.
public enum MerkleTree {
    /// The root of a tree without leaves.
    public static let emptyRoot = Digest.sha256(of: [])

    /// The largest tree: sizes stay within 63 bits.
    public static let maximumSize = UInt64(Int64.max)

    /// SHA-256(0x00 ‖ data).
    public static func leafHash(of data: [UInt8]) -> Digest { Digest.sha256(of: [0x00] + data) }

    /// The hash of a leaf whose data is a digest, as those of this log are.
    static func leafHash(of data: Digest) -> Digest { Digest.sha256(0x00, data) }

    /// SHA-256(0x01 ‖ left ‖ right).
    public static func nodeHash(_ left: Digest, _ right: Digest) -> Digest {
        Digest.sha256(0x01, left, right)
    }
}

/// The place of a complete subtree: `index` counts the subtrees of 2^`level` leaves from the
/// left.
public struct MerklePosition: Hashable, Sendable {
    /// Height; 0 for leaves.
    public let level: Int
    /// Number within the level.
    public let index: UInt64

    /// Names a place.
    public init(level: Int, index: UInt64) {
        self.level = level
        self.index = index
    }
}

/// A complete subtree's place and hash, ready to be stored; it never changes again.
public struct MerkleNode: Hashable, Sendable {
    /// Where.
    public let position: MerklePosition
    /// Its hash.
    public let hash: Digest

    /// Puts place and hash together.
    public init(position: MerklePosition, hash: Digest) {
        self.position = position
        self.hash = hash
    }
}
