internal import GRDB
public import PassportCoding
internal import PassportCrypto
internal import PassportExchange

extension Mailroom {
    /// Seconds for which a parcel that is gone is remembered, so that one that comes late a
    /// second time is answered and not delivered again.
    public static let tombstoneSeconds: Int64 = 400 * 86_400
    /// Rows that one transaction takes away, so that others do not wait long.
    private static let pruneCount = 1_000

    /// How much there is.
    public func counts() async throws -> MailroomCounts {
        var counts = try await read { database in
            func count(_ sql: String) throws -> Int { try database.row(sql)?[0] ?? 0 }
            var counts = MailroomCounts()
            counts.hosted = try count("SELECT count(*) FROM organisation WHERE isHosted")
            counts.followed = try count("SELECT count(DISTINCT peer) FROM follow")
            counts.inbox = try count("SELECT count(*) FROM inbox WHERE parcel IS NOT NULL")
            for row in try database.rows("SELECT state, count(*) FROM outbox GROUP BY state") {
                let state: String = row[0]
                switch ConsignmentState(rawValue: state) {
                case .waiting: counts.waiting = row[1]
                case .delivered: counts.delivered = row[1]
                case .dead: counts.dead = row[1]
                case nil: break
                }
            }
            let oldest = try database.row(
                "SELECT min(accepted) FROM outbox WHERE state = 'waiting'")
            if let seconds: Int64 = oldest?[0] {
                counts.oldestWaiting = Timestamp(clamping: seconds)
            }
            counts.logSize = try LogTable.size(database)
            return counts
        }
        counts.partials = uploads.cutCount
        return counts
    }

    /// Takes away what no longer matters: nonces that no request can bring again, expired
    /// invitations, parcels that are long gone, uploads that did not go on; and what the
    /// write-ahead log still holds of erased bytes.
    ///
    /// Meant for every few minutes.
    @discardableResult
    public func prune(now: Timestamp) async throws -> PruneReport {
        let old = now.adding(seconds: -Self.tombstoneSeconds)
        var report = PruneReport()
        report.nonces = try await prune(
            """
            DELETE FROM nonce WHERE (keyHash, nonce) IN
                (SELECT keyHash, nonce FROM nonce WHERE expires < ? LIMIT ?)
            """,
            now.adding(seconds: -Self.nonceGrace))
        report.invitations = try await prune(
            """
            DELETE FROM invitation WHERE rowid IN
                (SELECT rowid FROM invitation WHERE expires < ? LIMIT ?)
            """, now)
        report.tombstones = try await prune(
            """
            DELETE FROM inbox WHERE id IN
                (SELECT id FROM inbox WHERE removed IS NOT NULL AND removed < ? LIMIT ?)
            """, old)
        report.tombstones += try await prune(
            """
            DELETE FROM outbox WHERE id IN
                (SELECT id FROM outbox WHERE ended IS NOT NULL AND ended < ? LIMIT ?)
            """, old)
        let desk = uploads
        report.partials = try await files.run {
            desk.prune(before: now.adding(seconds: -UploadRules.keptSeconds))
        }
        try await writer.emptyLog()
        return report
    }

    /// Deletes in portions what is older than a moment.
    private func prune(_ sql: String, _ moment: Timestamp) async throws -> Int {
        var total = 0
        while true {
            let count = try await writer.write { database, _ in
                try database.run(sql, [moment.seconds, Self.pruneCount])
                return database.changesCount
            }
            total += count
            if count < Self.pruneCount { return total }
        }
    }
}
