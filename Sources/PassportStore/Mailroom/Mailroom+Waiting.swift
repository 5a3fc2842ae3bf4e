internal import GRDB

/// Why parcels wait.
public struct WaitingReason: Hashable, Sendable {
    /// The code of the last attempt's problem; nil when none was made yet.
    public let code: String?
    /// How many parcels wait for it.
    public let count: Int
}

extension Mailroom {
    /// Why parcels wait, the commonest reason first.
    public func waitingReasons() async throws -> [WaitingReason] {
        try await read { database in
            try database.rows(
                """
                SELECT lastProblem, count(*) AS number FROM outbox WHERE state = 'waiting'
                GROUP BY lastProblem ORDER BY number DESC, lastProblem
                """
            ).map { WaitingReason(code: $0[0], count: $0[1]) }
        }
    }
}
