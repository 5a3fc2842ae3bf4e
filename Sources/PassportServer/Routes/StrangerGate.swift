internal import PassportExchange
internal import Synchronization

/// Lets in a few at a time whose bodies have to be read before their signature can hold: the
/// newest key of an organisation may stand in no manifest but the one that comes with it.
///
/// Attack: many long bodies that are never finished, until the memory is full; or until nobody
/// else gets in, so that a stolen key is not ended.
final class StrangerGate: Sendable {
    /// Bytes of such a body, at most; a longer chain is signed with a key that is known already.
    static let bodyBytes = 262_144
    static let most = 64
    static let mostPerSource = 4
    private let inside = Mutex<[String: Int]>([:])

    func admit<Answer: Sendable>(
        from source: String, _ body: () async throws -> Answer
    ) async throws -> Answer {
        let isIn = inside.withLock { inside in
            guard inside.values.reduce(0, +) < Self.most,
                inside[source, default: 0] < Self.mostPerSource
            else { return false }
            inside[source, default: 0] += 1
            return true
        }
        guard isIn else { throw Problem(.unavailable) }
        defer {
            inside.withLock { inside in
                let left = inside[source, default: 1] - 1
                inside[source] = left > 0 ? left : nil
            }
        }
        return try await body()
    }
}

/// Room for bodies that are read into memory whole: all requests together, and those from one
/// address. Counted as the bytes come: who only announces much takes nothing.
///
/// Short bodies are not counted, so that a receipt or a new key always gets in.
final class BodyBudget: Sendable {
    static let most = 67_108_864
    static let mostPerSource = most / 4
    /// Bytes of a body that is taken in without asking.
    static let short = 65_536
    private let taken = Mutex<[String: Int]>([:])

    /// What one body has taken of the room; given back when it is dropped.
    final class Share: Sendable {
        private let budget: BodyBudget
        private let source: String
        private let bytes = Mutex(0)

        fileprivate init(_ budget: BodyBudget, _ source: String) {
            self.budget = budget
            self.source = source
        }

        /// Takes room for so many bytes in all.
        ///
        /// - Throws: `Problem(.unavailable)` when there is none.
        func grow(to count: Int) throws {
            try bytes.withLock { bytes in
                guard count > bytes, count > BodyBudget.short else { return }
                try budget.take(count - bytes, source)
                bytes = count
            }
        }

        deinit { budget.giveBack(bytes.withLock { $0 }, source) }
    }

    func share(of source: String) -> Share { Share(self, source) }

    private func take(_ bytes: Int, _ source: String) throws {
        let isIn = taken.withLock { taken in
            guard taken.values.reduce(0, +) <= Self.most - bytes,
                taken[source, default: 0] <= Self.mostPerSource - bytes
            else { return false }
            taken[source, default: 0] += bytes
            return true
        }
        guard isIn else { throw Problem(.unavailable) }
    }

    private func giveBack(_ bytes: Int, _ source: String) {
        guard bytes > 0 else { return }
        taken.withLock { taken in
            let left = taken[source, default: bytes] - bytes
            taken[source] = left > 0 ? left : nil
        }
    }
}
