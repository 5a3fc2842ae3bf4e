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
        unsafe [UInt8](unsafeUninitializedCapacity: Self.byteCount) { memory, count in
            unsafe store(to: UnsafeMutableRawBufferPointer(memory), at: 0)
            count = Self.byteCount
        }
    }

    /// Takes 32 bytes out of others.
    ///
    /// - Precondition: `start + 32` lies within the bytes.
    package init(_ bytes: [UInt8], at start: Int) {
        precondition(start >= 0 && start <= bytes.count - Self.byteCount)
        self = unsafe bytes.withUnsafeBytes { bytes in
            unsafe Digest(unchecked: UnsafeRawBufferPointer(rebasing: bytes[start...]))
        }
    }

    /// - Precondition: `start + 32` lies within the memory.
    func store(to memory: UnsafeMutableRawBufferPointer, at start: Int) {
        precondition(start >= 0 && start <= memory.count - Self.byteCount)
        unsafe memory.storeBytes(
            of: words.0.bigEndian, toByteOffset: start, as: UInt64.self)
        unsafe memory.storeBytes(
            of: words.1.bigEndian, toByteOffset: start + 8, as: UInt64.self)
        unsafe memory.storeBytes(
            of: words.2.bigEndian, toByteOffset: start + 16, as: UInt64.self)
        unsafe memory.storeBytes(
            of: words.3.bigEndian, toByteOffset: start + 24, as: UInt64.self)
    }

    /// SHA-256 over bytes (FIPS 180-4).
    public static func sha256(of bytes: [UInt8]) -> Digest {
        unsafe bytes.withUnsafeBytes { unsafe sha256(of: $0) }
    }

    static func sha256(of bytes: UnsafeRawBufferPointer) -> Digest {
        var hash = SHA256()
        unsafe hash.update(bufferPointer: bytes)
        return Digest(hash.finalize())
    }

    /// SHA-256 over a label, a zero byte, and parts whose length the caller has fixed.
    ///
    /// The label keeps one use of the hash from being mistaken for another.
    public static func sha256(label: String, _ parts: [UInt8]...) -> Digest {
        var hash = SHA256()
        for part in [Array(label.utf8) + [0]] + parts {
            unsafe part.withUnsafeBytes { unsafe hash.update(bufferPointer: $0) }
        }
        return Digest(hash.finalize())
    }

    /// SHA-256 over a byte and one or two digests: the leaves and nodes of RFC 6962.
    package static func sha256(_ first: UInt8, _ one: Digest, _ two: Digest? = nil) -> Digest {
        let count = 1 + (two == nil ? 1 : 2) * byteCount
        return unsafe withUnsafeTemporaryAllocation(byteCount: count, alignment: 1) { memory in
            unsafe memory[0] = first
            unsafe one.store(to: memory, at: 1)
            if let two { unsafe two.store(to: memory, at: 1 + byteCount) }
            return unsafe sha256(of: UnsafeRawBufferPointer(memory))
        }
    }

    private init(_ digest: SHA256Digest) {
        self = unsafe digest.withUnsafeBytes { unsafe Digest(unchecked: $0) }
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
