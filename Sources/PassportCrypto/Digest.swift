internal import Crypto
internal import FoundationEssentials
public import PassportCoding

/// A SHA-256 value, 32 bytes.
public struct Digest: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The 32 bytes.
    public let bytes: [UInt8]

    /// Bytes in a digest.
    public static let byteCount = 32

    /// Takes exactly 32 bytes, or nothing.
    public init?(bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        self.bytes = bytes
    }

    private init(unchecked bytes: [UInt8]) { self.bytes = bytes }

    /// SHA-256 over bytes (FIPS 180-4).
    public static func sha256(of bytes: [UInt8]) -> Digest {
        Digest(unchecked: Array(SHA256.hash(data: bytes)))
    }

    /// SHA-256 over a label, a zero byte, and parts whose length the caller has fixed.
    ///
    /// The label keeps one use of the hash from being mistaken for another.
    public static func sha256(label: String, _ parts: [UInt8]...) -> Digest {
        var hash = SHA256()
        hash.update(data: Array(label.utf8))
        hash.update(data: [0])
        for part in parts { hash.update(data: part) }
        return Digest(unchecked: Array(hash.finalize()))
    }

    /// The digest as an item.
    public var item: CBORItem { .bytes(bytes) }

    /// Orders bytewise, as sorted lists of keys and hashes need it.
    public static func < (one: Digest, other: Digest) -> Bool {
        one.bytes.lexicographicallyPrecedes(other.bytes)
    }

    /// Lower-case hexadecimal.
    public var description: String { Hexadecimal.encode(bytes) }
}

extension CBORValue {
    /// A SHA-256 value.
    public func digest() throws(CodingError) -> Digest {
        guard let digest = Digest(bytes: try bytes(exactly: Digest.byteCount)) else {
            throw CodingError(.unexpectedItem, "\(place): not a digest")
        }
        return digest
    }
}
