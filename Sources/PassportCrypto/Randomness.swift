internal import CSodium
internal import Synchronization

/// Where random bytes come from. A parameter everywhere, so that vectors can be repeated.
@safe public struct Randomness: Sendable {
    package let fill: @Sendable (UnsafeMutablePointer<UInt8>, Int) -> Void

    /// The operating system's generator, through libsodium.
    ///
    /// It is asked in pieces of 256 bytes, so long requests (decoys) are a ChaCha20 stream under a
    /// fresh 32-byte seed from it: the 35 KiB of a passport took 0.1 ms of system calls.
    public static let system = unsafe Randomness { memory, count in
        guard count > longestDirectRequest else {
            unsafe randombytes_buf(memory, count)
            return
        }
        var seed = [UInt8](repeating: 0, count: Int(randombytes_seedbytes()))
        unsafe randombytes_buf(&seed, seed.count)
        unsafe randombytes_buf_deterministic(memory, count, seed)
        seed.wipe()
    }

    private static let longestDirectRequest = 256

    /// A repeatable stream for test vectors: libsodium's ChaCha20 stream, a new block of it for
    /// each request. Never reachable from the programs that hold real keys.
    package static func repeatable(seed: Digest) -> Randomness {
        let requests = Mutex<UInt64>(0)
        return unsafe Randomness { memory, count in
            let number = requests.withLock { count in
                count += 1
                return count
            }
            var input = seed.bytes
            for shift in stride(from: 56, through: 0, by: -8) {
                input.append(UInt8(truncatingIfNeeded: number >> UInt64(shift)))
            }
            let key = Digest.sha256(of: input)
            unsafe randombytes_buf_deterministic(memory, count, key.bytes)
        }
    }

    /// `count` random bytes that are not secret: identifiers, salts, padding, decoys.
    public func bytes(_ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        unsafe fill(&bytes, count)
        return bytes
    }

    /// A number from 0 up to, not including, `bound`, without modulo bias.
    public func number(below bound: Int) -> Int {
        guard bound > 1 else { return 0 }
        let limit = UInt64.max - UInt64.max % UInt64(bound)
        while true {
            let value = bytes(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            if value < limit { return Int(value % UInt64(bound)) }
        }
    }

    /// The elements in random order (Fisher–Yates).
    public func shuffled<Element>(_ elements: [Element]) -> [Element] {
        var elements = elements
        for index in stride(from: elements.count - 1, to: 0, by: -1) {
            elements.swapAt(index, number(below: index + 1))
        }
        return elements
    }
}
