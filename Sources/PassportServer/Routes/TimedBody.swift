internal import Hummingbird
internal import NIOCore
internal import Synchronization

/// How long a request waited for the bytes of its body: their line, and not our disk.
final class BodyWait: Sendable {
    private let total = Mutex(Duration.zero)

    /// Whole microseconds.
    var microseconds: Int { total.withLock { $0.wholeMicroseconds } }

    func add(_ time: Duration) { total.withLock { $0 += time } }
}

/// A body in parts, whose waits are counted.
struct TimedBody: AsyncSequence {
    typealias Element = ByteBuffer

    let body: RequestBody
    let wait: BodyWait

    struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate var parts: RequestBody.AsyncIterator
        fileprivate let wait: BodyWait

        mutating func next() async throws -> ByteBuffer? {
            let start = ContinuousClock.now
            defer { wait.add(start.duration(to: .now)) }
            return try await parts.next()
        }
    }

    func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(parts: body.makeAsyncIterator(), wait: wait)
    }
}

extension Duration {
    /// Whole microseconds.
    var wholeMicroseconds: Int {
        let (seconds, attoseconds) = components
        return Int(seconds) * 1_000_000 + Int(attoseconds / 1_000_000_000_000)
    }
}
