import Foundation
import Testing

/// Runs a test on threads of its own. The tests that wait for processes hold the common threads
/// for seconds; a request that is signed, and then waits behind them, is stale when it leaves.
enum Apart {
    private final class Threads: TaskExecutor {
        private let queue = DispatchQueue(label: "carepass.tests.apart", attributes: .concurrent)

        func enqueue(_ job: consuming ExecutorJob) {
            let job = UnownedJob(job)
            queue.async { unsafe job.runSynchronously(on: self.asUnownedTaskExecutor()) }
        }
    }

    private static let threads = Threads()

    static func run(_ body: @Sendable @escaping () async throws -> Void) async throws {
        try await withTaskExecutorPreference(threads) { try await body() }
    }
}

/// Waits for what another process does.
enum Poll {
    private struct Late: Error, CustomStringConvertible {
        let description: String
    }

    /// Looks again and again until the condition holds; a minute is long on the slowest machine.
    static func until(
        _ what: String, seconds: Int = 60, every: Duration = .milliseconds(20),
        _ condition: () async throws -> Bool
    ) async throws {
        let end = ContinuousClock.now + .seconds(seconds)
        while try await !condition() {
            guard ContinuousClock.now < end else { throw Late(description: "not yet: \(what)") }
            try await Task.sleep(for: every)
        }
    }
}
