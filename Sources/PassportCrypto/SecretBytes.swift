internal import CSodium
public import PassportCoding

/// Secret bytes in memory that is locked against swapping, fenced by guard pages, and zeroed
/// and unreadable once they end (`FencedPages`).
///
/// There is no copy, no description and no way to print one: reading goes through a borrow that
/// ends. The type has no public reader at all; only this package's code can look inside.
@safe public struct SecretBytes: ~Copyable, @unchecked Sendable {
    // Sendable is safe: the buffer is written only in `init`, before the value is shared.
    private let memory: UnsafeMutablePointer<UInt8>

    /// Number of bytes.
    public let count: Int

    /// Makes `count` bytes of locked memory and lets `fill` write them.
    package init(
        count: Int, filledBy fill: (UnsafeMutablePointer<UInt8>) -> Void
    ) throws(CryptoError) {
        let base = unsafe try FencedPages.take(count)
        unsafe memory = base.bindMemory(to: UInt8.self, capacity: max(count, 1))
        self.count = count
        unsafe fill(memory)
        unsafe FencedPages.protect(base, count)
    }

    /// Moves bytes in and zeroes the array they came from.
    package init(consuming bytes: inout [UInt8]) throws(CryptoError) {
        defer { bytes.wipe() }
        let count = bytes.count
        try unsafe self.init(count: count) { memory in
            unsafe memory.update(from: bytes, count: count)
        }
    }

    /// Fresh random bytes.
    public init(random count: Int, from randomness: Randomness) throws(CryptoError) {
        try unsafe self.init(count: count) { memory in unsafe randomness.fill(memory, count) }
    }

    /// Lends the bytes for the length of one call.
    package func withBytes<Result: ~Copyable, Problem: Error>(
        _ body: (UnsafePointer<UInt8>) throws(Problem) -> Result
    ) throws(Problem) -> Result {
        try unsafe body(UnsafePointer(memory))
    }

    /// A second locked copy of part of the bytes, for the case in which two owners need them.
    ///
    /// - Precondition: `range` lies within `0..<count`.
    package func copy(of range: Range<Int>) throws(CryptoError) -> SecretBytes {
        precondition(range.lowerBound >= 0 && range.upperBound <= count)
        let source = unsafe memory
        return try unsafe SecretBytes(count: range.count) { memory in
            unsafe memory.update(from: source + range.lowerBound, count: range.count)
        }
    }

    /// A second locked copy.
    package func copy() throws(CryptoError) -> SecretBytes { try copy(of: 0..<count) }

    /// True when both hold the same bytes, in time that depends on the length alone.
    package func equals(_ other: borrowing SecretBytes) -> Bool {
        guard count == other.count else { return false }
        return unsafe sodium_memcmp(memory, other.memory, count) == 0
    }

    deinit {
        unsafe FencedPages.end(memory, count)
    }
}

extension [UInt8] {
    /// Overwrites the array with zeros in a way that the optimiser may not remove.
    ///
    /// Use on the only reference: a shared array is copied first and the copy is wiped.
    package mutating func wipe() {
        unsafe sodium_memzero(&self, count)
    }

    /// True when both hold the same bytes, in time that depends on the length alone.
    package func equalsInConstantTime(_ other: [UInt8]) -> Bool {
        guard count == other.count else { return false }
        return unsafe sodium_memcmp(self, other, count) == 0
    }
}
