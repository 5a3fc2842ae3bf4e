internal import Crypto

/// SHA-256 over bytes that come in parts.
public struct StreamingDigest: Sendable {
    private var hash = SHA256()
    /// Bytes taken in so far.
    public private(set) var count = 0

    /// Starts with nothing.
    public init() {}

    /// Takes in more bytes.
    public mutating func update(_ bytes: some Sequence<UInt8>) {
        let taken: Void? = bytes.withContiguousStorageIfAvailable { memory in
            unsafe hash.update(bufferPointer: UnsafeRawBufferPointer(memory))
            count += memory.count
        }
        guard taken == nil else { return }
        let copy = Array(bytes)
        unsafe copy.withUnsafeBytes { unsafe hash.update(bufferPointer: $0) }
        count += copy.count
    }

    /// The digest of everything so far; more may follow.
    public func digest() -> Digest {
        let bytes = Array(hash.finalize())
        return Digest(bytes, at: 0)
    }
}
