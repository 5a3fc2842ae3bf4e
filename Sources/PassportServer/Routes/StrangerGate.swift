internal import PassportExchange
internal import Synchronization

/// Lets in a few at a time whose bodies have to be read before their signature can hold: the
/// newest key of an organisation may stand in no manifest but the one that comes with it.
///
/// Attack: many long bodies that are never finished, until the memory is full.
final class StrangerGate: Sendable {
    /// Bytes of such a body, at most; a longer chain is signed with a key that is known already.
    static let bodyBytes = 262_144
    private static let most = 8
    private let inside = Mutex(0)

    func admit<Answer: Sendable>(
        _ body: () async throws -> Answer
    ) async throws -> Answer {
        let isIn = inside.withLock { inside in
            guard inside < Self.most else { return false }
            inside += 1
            return true
        }
        guard isIn else { throw Problem(.unavailable) }
        defer { inside.withLock { $0 -= 1 } }
        return try await body()
    }
}

/// Room for bodies that are read into memory whole, all requests together.
final class BodyBudget: Sendable {
    private static let most = 67_108_864
    private let taken = Mutex(0)

    func with<Answer: Sendable>(
        _ bytes: Int, _ body: () async throws -> Answer
    ) async throws -> Answer {
        let isIn = taken.withLock { taken in
            guard taken <= Self.most - bytes else { return false }
            taken += bytes
            return true
        }
        guard isIn else { throw Problem(.unavailable) }
        defer { taken.withLock { $0 -= bytes } }
        return try await body()
    }
}
