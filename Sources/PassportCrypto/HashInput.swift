internal import Crypto

/// A place in which the parts of short hash inputs are put together, made once for many hashes.
///
/// Joining arrays would make a new one for each hash, and a log has nine hashes for each entry.
@safe package struct HashInput: ~Copyable {
    private let memory: UnsafeMutableRawBufferPointer

    /// Bytes put in so far.
    package private(set) var count: Int

    /// Room for `capacity` bytes, of which the label and a zero byte are the first.
    package init(label: String, capacity: Int) {
        let prefix = Array(label.utf8) + [0]
        unsafe memory = .allocate(byteCount: max(capacity, prefix.count), alignment: 16)
        unsafe memory.copyBytes(from: prefix)
        count = prefix.count
    }

    /// Bytes for which there is room still.
    package var room: Int { unsafe memory.count - count }

    /// Goes back to an earlier count.
    ///
    /// - Precondition: `count` lies within `0...self.count`.
    package mutating func truncate(to count: Int) {
        precondition(count >= 0 && count <= self.count)
        self.count = count
    }

    /// - Precondition: there is room.
    package mutating func append(_ byte: UInt8) {
        precondition(room >= 1)
        unsafe memory[count] = byte
        count += 1
    }

    /// - Precondition: there is room, and the range lies within the bytes.
    package mutating func append(_ bytes: [UInt8], _ range: Range<Int>) {
        precondition(
            room >= range.count && range.lowerBound >= 0 && range.upperBound <= bytes.count)
        unsafe bytes.withUnsafeBytes { bytes in
            let source = unsafe UnsafeRawBufferPointer(rebasing: bytes[range])
            unsafe UnsafeMutableRawBufferPointer(rebasing: memory[count...]).copyMemory(
                from: source)
        }
        count += range.count
    }

    /// - Precondition: there is room.
    package mutating func append(_ digest: Digest) {
        precondition(room >= Digest.byteCount)
        unsafe digest.store(to: memory, at: count)
        count += Digest.byteCount
    }

    /// SHA-256 over what was put in.
    package func digest() -> Digest {
        unsafe Digest.sha256(of: UnsafeRawBufferPointer(rebasing: memory[..<count]))
    }

    deinit { unsafe memory.deallocate() }
}
