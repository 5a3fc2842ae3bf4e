internal import Dispatch
internal import PassportCoding
internal import PassportExchange
internal import Synchronization

/// Calls asynchronous code from a thread that may wait, such as the main thread of a command.
public enum Blocking {
    private final class Outcome<Value: Sendable>: Sendable {
        let result = Mutex<Result<Value, any Error>?>(nil)
    }

    /// Runs the work and waits for it.
    ///
    /// Never to be called from asynchronous code: the thread that waits is one of those that the
    /// work may need.
    ///
    /// - Throws: what the work throws.
    public static func run<Value: Sendable>(
        _ body: @Sendable @escaping () async throws -> Value
    ) throws -> Value {
        let outcome = Outcome<Value>()
        let done = DispatchSemaphore(value: 0)
        Task.detached {
            let result: Result<Value, any Error>
            do { result = .success(try await body()) } catch { result = .failure(error) }
            outcome.result.withLock { $0 = result }
            done.signal()
        }
        done.wait()
        guard let result = outcome.result.withLock({ $0 }) else {
            throw ExchangeError(.unreachable, .fault, "the work ended without a result")
        }
        return try result.get()
    }
}
