internal import GRDB
public import PassportCoding
internal import PassportCrypto
internal import PassportExchange
public import PassportTrust

/// How much one organisation may have lying in one mailbox, so that none of them fills the disk
/// for all. What it hands over lies in its own outbox, and counts as brought by itself.
extension Mailroom {
    /// Counted for each parcel beside its bytes: its rows, their indexes, the log's entry. Without
    /// it a billion parcels of one byte would be within any bound.
    static let parcelOverhead = 1_024

    /// Refuses a parcel for which there is no room.
    public static let mailboxFull = StoreError(
        .mailboxFull, .refused,
        "as much of this organisation lies here as it may have here at once",
        hint: "it goes on when some was fetched and removed, or has arrived")

    /// Bytes that `sender` may bring yet.
    func room(
        _ owner: OrganisationID, _ sender: OrganisationID, _ database: Database
    ) throws -> Int {
        max(senderBytes - (try Self.stored(owner, sender, database)) - Self.parcelOverhead, 0)
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
        guard bytes <= senderBytes else { throw Self.mailboxFull }
        try database.run(
            """
            INSERT INTO stored (owner, sender, bytes) VALUES (?, ?, ?)
            ON CONFLICT (owner, sender) DO UPDATE SET bytes = bytes + excluded.bytes
            WHERE bytes + excluded.bytes <= ?
            """,
            [owner.blob, sender.blob, bytes, senderBytes])
        guard database.changesCount == 1 else { throw Self.mailboxFull }
    }

    /// Counts a parcel no more.
    static func release(
        _ length: Int, _ owner: OrganisationID, _ sender: OrganisationID, _ database: Database
    ) throws {
        try database.run(
            "UPDATE stored SET bytes = bytes - ? WHERE owner = ? AND sender = ?",
            [length + parcelOverhead, owner.blob, sender.blob])
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
        try !database.has(
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
    }
}
