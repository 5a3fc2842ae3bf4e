internal import Synchronization

/// Wakes whoever sleeps until there is something to do; a ring that nobody waits for is kept.
final class Bell: Sendable {
    private struct State {
        var isRung = false
        var sleeper: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    /// Wakes the sleeper.
    func ring() {
        let sleeper = state.withLock { state in
            let sleeper = state.sleeper
            state.sleeper = nil
            state.isRung = sleeper == nil
            return sleeper
        }
        sleeper?.resume()
    }

    /// Sleeps until the next ring, or the one that was kept. One sleeper at a time.
    private func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isRung = state.withLock { state in
                    if state.isRung || Task.isCancelled {
                        state.isRung = false
                        return true
                    }
                    state.sleeper = continuation
                    return false
                }
                if isRung { continuation.resume() }
            }
        } onCancel: {
            ring()
        }
    }

    /// Sleeps until a ring, at most so long, or until the task is cancelled.
    func wait(atMost seconds: Int64) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.wait() }
            group.addTask { try? await Task.sleep(for: .seconds(seconds)) }
            await group.next()
            group.cancelAll()
        }
    }
}
