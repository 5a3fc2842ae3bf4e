internal import Crypto
internal import FoundationEssentials
public import PassportCoding

/// A SHA-256 value, 32 bytes.
///
/// Four words and not an array: an array is memory of its own, to be made and released for each
/// of the many hashes of a log.
public struct Digest: Hashable, Sendable, Comparable, CustomStringConvertible {
    // Big-endian, so that the words order as the bytes do.
    private let words: (UInt64, UInt64, UInt64, UInt64)

    /// Bytes in a digest.
    public static let byteCount = 32

    /// Takes exactly 32 bytes, or nothing.
    public init?(bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        self = unsafe bytes.withUnsafeBytes { unsafe Digest(unchecked: $0) }
    }

    /// - Precondition: `bytes` are 32 bytes.
    private init(unchecked bytes: UnsafeRawBufferPointer) {
        func word(_ index: Int) -> UInt64 {
            unsafe UInt64(
                bigEndian: bytes.loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self))
        }
        words = (word(0), word(1), word(2), word(3))
    }

    /// The 32 bytes.
    public var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.byteCount)
        append(to: &bytes)
        return bytes
    }

    /// Appends the 32 bytes.
    package func append(to bytes: inout [UInt8]) {
        unsafe withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
    }

    /// Lends the 32 bytes for the length of one call.
    package func withUnsafeBytes<Result>(
        _ body: (UnsafeRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        let words = (
            words.0.bigEndian, words.1.bigEndian, words.2.bigEndian, words.3.bigEndian
        )
        return try unsafe Swift.withUnsafeBytes(of: words) { try unsafe body($0) }
    }

    /// SHA-256 over bytes (FIPS 180-4).
    public static func sha256(of bytes: [UInt8]) -> Digest {
        var hash = Hashing()
        hash.update(bytes)
        return hash.digest()
    }

    /// SHA-256 over a label, a zero byte, and parts whose length the caller has fixed.
    ///
    /// The label keeps one use of the hash from being mistaken for another.
    public static func sha256(label: String, _ parts: [UInt8]...) -> Digest {
        var hash = Hashing()
        hash.update(Array(label.utf8) + [0])
        for part in parts { hash.update(part) }
        return hash.digest()
    }

    /// A hash in the making.
    struct Hashing {
        private var hash = SHA256()

        mutating func update(_ bytes: [UInt8]) {
            unsafe bytes.withUnsafeBytes { unsafe hash.update(bufferPointer: $0) }
        }

        func digest() -> Digest {
            unsafe hash.finalize().withUnsafeBytes { unsafe Digest(unchecked: $0) }
        }
    }

    /// Equal when all bytes are.
    public static func == (one: Digest, other: Digest) -> Bool { one.words == other.words }

    /// Hashes all of it: others choose the bytes.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
        hasher.combine(words.2)
        hasher.combine(words.3)
    }

    /// The digest as an item.
    public var item: CBORItem { .bytes(bytes) }

    /// Orders bytewise, as sorted lists of keys and hashes need it.
    public static func < (one: Digest, other: Digest) -> Bool {
        one.words < other.words
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
