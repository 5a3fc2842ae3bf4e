internal import GRDB
public import PassportCoding
public import PassportTrust

/// A peer that could not be asked for what it has.
public struct FailedVisit: Hashable, Sendable {
    /// For whom it was asked.
    public let host: OrganisationID
    /// Who was asked.
    public let peer: OrganisationID
    /// When it failed first, of the visits that all failed since.
    public let since: Timestamp
    /// The code of the last problem.
    public let problem: String
}

extension Mailroom {
    /// Visits that failed the last time, so that somebody can say why nothing comes.
    public func failedVisits() async throws -> [FailedVisit] {
        try await read { database in
            try database.rows(
                "SELECT host, peer, since, problem FROM failedVisit ORDER BY since, host, peer"
            ).map { row in
                FailedVisit(
                    host: try Self.organisation(row["host"]),
                    peer: try Self.organisation(row["peer"]),
                    since: Timestamp(clamping: row["since"]), problem: row["problem"])
            }
        }
    }

    /// Remembers how a visit went; call it when that changed.
    ///
    /// - Parameter problem: nil when it went well.
    public func note(
        visitTo peer: OrganisationID, for host: OrganisationID, problem: String?, now: Timestamp
    ) async throws {
        try await writer.write { database, _ in
            guard let problem else {
                return try database.run(
                    "DELETE FROM failedVisit WHERE host = ? AND peer = ?", [host.blob, peer.blob])
            }
            // Whoever is not followed any more was not missed.
            try database.run(
                """
                INSERT INTO failedVisit (host, peer, since, problem)
                SELECT ?1, ?2, ?3, ?4
                WHERE EXISTS (SELECT 1 FROM follow WHERE host = ?1 AND peer = ?2)
                ON CONFLICT (host, peer) DO UPDATE SET problem = excluded.problem
                """,
                [host.blob, peer.blob, now.seconds, problem])
        }
    }
}
