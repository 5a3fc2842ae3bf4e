internal import GRDB
public import PassportCoding
internal import PassportCrypto
internal import PassportExchange
public import PassportTrust

/// How much one organisation may have lying in one mailbox, and all others together, so that none
/// of them fills the disk for all. What it hands over lies in its own outbox, and counts as
/// brought by itself.
///
/// Attack: made-up organisations without end, each with the room of one sender.
extension Mailroom {
    /// Counted for each parcel beside its bytes: its rows, their indexes, the log's entry. Without
    /// it a billion parcels of one byte would be within any bound.
    static let parcelOverhead = 1_024

    /// Refuses a parcel for which there is no room. What others brought is none of the sender's
    /// business, so it is not told which of the two bounds it met.
    public static let mailboxFull = StoreError(
        .mailboxFull, .refused,
        "as much of this organisation, or of all together, lies here as may at once",
        hint: "it goes on when some was fetched and removed, or has arrived")

    /// Bytes that `sender` may bring yet.
    func room(
        _ owner: OrganisationID, _ sender: OrganisationID, _ database: Database
    ) throws -> Int {
        var left = bounds.senderBytes - (try Self.stored(owner, sender, database))
        if sender != owner {
            let row = try database.row("SELECT bytes FROM brought WHERE owner = ?", [owner.blob])
            left = min(left, bounds.othersBytes - (row?[0] ?? 0))
        }
        return max(left - Self.parcelOverhead, 0)
    }

    private static func stored(
        _ owner: OrganisationID, _ sender: OrganisationID, _ database: Database
    ) throws -> Int {
        try database.row(
            "SELECT bytes FROM stored WHERE owner = ? AND sender = ?", [owner.blob, sender.blob]
        )?[0] ?? 0
    }

    /// Counts a parcel that is about to lie there.
    ///
    /// - Throws: `mailboxFull`.
    func claim(
        _ length: Int, _ owner: OrganisationID, _ sender: OrganisationID, _ database: Database
    ) throws {
        let bytes = length + Self.parcelOverhead
        guard bytes <= bounds.senderBytes else { throw Self.mailboxFull }
        try database.run(
            """
            INSERT INTO stored (owner, sender, bytes) VALUES (?, ?, ?)
            ON CONFLICT (owner, sender) DO UPDATE SET bytes = bytes + excluded.bytes
            WHERE bytes + excluded.bytes <= ?
            """,
            [owner.blob, sender.blob, bytes, bounds.senderBytes])
        guard database.changesCount == 1 else { throw Self.mailboxFull }
        guard sender != owner else { return }
        guard bytes <= bounds.othersBytes else { throw Self.mailboxFull }
        try database.run(
            """
            INSERT INTO brought (owner, bytes) VALUES (?, ?)
            ON CONFLICT (owner) DO UPDATE SET bytes = bytes + excluded.bytes
            WHERE bytes + excluded.bytes <= ?
            """,
            [owner.blob, bytes, bounds.othersBytes])
        guard database.changesCount == 1 else { throw Self.mailboxFull }
    }

    /// Counts a parcel no more.
    static func release(
        _ length: Int, _ owner: OrganisationID, _ sender: OrganisationID, _ database: Database
    ) throws {
        let bytes = length + parcelOverhead
        let ends = [owner.blob, sender.blob]
        try database.run(
            "UPDATE stored SET bytes = bytes - ? WHERE owner = ? AND sender = ?",
            [bytes] + StatementArguments(ends))
        // Senders come and go, their rows too.
        try database.run(
            "DELETE FROM stored WHERE owner = ? AND sender = ? AND bytes = 0",
            StatementArguments(ends))
        guard sender != owner else { return }
        try database.run(
            "UPDATE brought SET bytes = bytes - ? WHERE owner = ?", [bytes, owner.blob])
    }

    /// Counts anew when the count is wrong: nobody could bring anything for ever.
    func recount() async throws {
        guard try await !read(Self.isCountedRight) else { return }
        try await writer.write { database, _ in
            try database.run("DELETE FROM stored")
            try database.run(
                """
                INSERT INTO stored (owner, sender, bytes)
                SELECT owner, sender, sum(length + ?1) FROM (
                    SELECT owner, sender, length FROM inbox WHERE parcel IS NOT NULL
                    UNION ALL
                    SELECT owner, owner, length FROM outbox WHERE parcel IS NOT NULL)
                GROUP BY owner, sender
                """,
                [Self.parcelOverhead])
            try database.run("DELETE FROM brought")
            try database.run(
                """
                INSERT INTO brought (owner, bytes)
                SELECT owner, sum(bytes) FROM stored WHERE owner <> sender GROUP BY owner
                """)
        }
    }

    /// Bytes that `sender` may bring yet: a look before the bytes come, which decides nothing.
    public func room(
        of owner: OrganisationID, for sender: OrganisationID
    ) async throws -> Int {
        try await read { try self.room(owner, sender, $0) }
    }

    /// True when what is counted is what lies there.
    static func isCountedRight(_ database: Database) throws -> Bool {
        let isWrong = try database.has(
            """
            SELECT owner, sender, sum(bytes) AS difference FROM (
                SELECT owner, sender, bytes FROM stored
                UNION ALL
                SELECT owner, sender, -length - ?1 FROM inbox WHERE parcel IS NOT NULL
                UNION ALL
                SELECT owner, owner, -length - ?1 FROM outbox WHERE parcel IS NOT NULL)
            GROUP BY owner, sender HAVING difference <> 0
            """,
            [parcelOverhead])
        // A backup by an older version has no such table yet.
        guard !isWrong, try database.tableExists("brought") else { return !isWrong }
        return try !database.has(
            """
            SELECT owner, sum(bytes) AS difference FROM (
                SELECT owner, bytes FROM brought
                UNION ALL
                SELECT owner, -bytes FROM stored WHERE owner <> sender)
            GROUP BY owner HAVING difference <> 0
            """)
    }
}
