internal import Foundation
internal import GRDB
internal import PassportAudit
public import PassportCoding
public import PassportCrypto
public import PassportExchange
public import PassportTrust

extension Mailroom {
    /// Puts a parcel that another organisation brings into a mailbox.
    ///
    /// - Parameter receipt: what to answer, now and whenever the same parcel comes again.
    /// - Throws: `replayed`, `notTaken`, `mailboxFull`, `full`.
    public func deposit(
        _ parcel: UploadedParcel, for recipient: OrganisationID, request: VerifiedRequest,
        kind: ParcelKind, receipt: [UInt8], now: Timestamp
    ) async throws -> DepositOutcome {
        try await deposit(
            Arrival(
                parcel: parcel, recipient: recipient, sender: request.organisation, kind: kind,
                receipt: receipt, now: now),
            request)
    }

    /// Puts a parcel that this daemon collected itself into a mailbox.
    ///
    /// - Throws: `notTaken`, `mailboxFull`, `full`.
    public func deposit(
        _ parcel: UploadedParcel, for recipient: OrganisationID, from sender: OrganisationID,
        kind: ParcelKind, receipt: [UInt8], now: Timestamp
    ) async throws -> DepositOutcome {
        try await deposit(
            Arrival(
                parcel: parcel, recipient: recipient, sender: sender, kind: kind,
                receipt: receipt, now: now),
            nil)
    }

    private struct Arrival: Sendable {
        let parcel: UploadedParcel
        let recipient: OrganisationID
        let sender: OrganisationID
        let kind: ParcelKind
        let receipt: [UInt8]
        let now: Timestamp
    }

    private func deposit(
        _ arrival: Arrival, _ request: VerifiedRequest?
    ) async throws -> DepositOutcome {
        let parcel = arrival.parcel
        return try await keeping(parcel, if: \.isNew) { database, ledger in
            try Self.consume(request, arrival.now, database)
            if let receipt = try Self.taken(
                parcel.digest, arrival.recipient, arrival.sender, database)
            {
                return DepositOutcome(isNew: false, receipt: receipt)
            }
            let place = try Self.store(parcel, database)
            try self.insert(
                InboxRow(
                    owner: arrival.recipient, sender: arrival.sender, digest: parcel.digest,
                    kind: arrival.kind, length: parcel.length, receipt: arrival.receipt,
                    place: place),
                arrival.now, database, &ledger)
            return DepositOutcome(isNew: true, receipt: arrival.receipt)
        }
    }

    /// Writes something that takes a parcel in, and settles what becomes of the parcel's file.
    func keeping<Outcome: Sendable>(
        _ parcel: UploadedParcel, if isTaken: @escaping @Sendable (Outcome) -> Bool,
        _ body: @escaping @Sendable (Database, inout Ledger) throws -> Outcome
    ) async throws -> Outcome {
        do {
            let bytes = parcel.fileName == nil ? parcel.length : 0
            let outcome = try await writer.write(bytes: bytes, body)
            if isTaken(outcome) { parcel.keep() }
            return outcome
        } catch let error as StoreError where error.code == .brokenDisk {
            // Whether the row is on the disk is not known: it must not lose its file. Without
            // the row, the next start takes the file away.
            parcel.keep()
            throw error
        }
    }

    /// The receipt of what arrived before.
    ///
    /// - Throws: `notTaken` when the mailbox is not here, or takes nothing from `sender`.
    static func taken(
        _ digest: Digest, _ recipient: OrganisationID, _ sender: OrganisationID,
        _ database: Database
    ) throws -> [UInt8]? {
        let row = try database.row(
            """
            SELECT (SELECT receipt FROM inbox WHERE owner = ?1 AND digest = ?3 AND sender = ?2)
            FROM organisation JOIN follow ON host = organisation.id
            WHERE organisation.id = ?1 AND isHosted AND peer = ?2
            """,
            [recipient.blob, sender.blob, digest.blob])
        guard let row else { throw notTaken }
        let receipt: Data? = row[0]
        return receipt.map { [UInt8]($0) }
    }

    /// A new row of a mailbox.
    struct InboxRow {
        let owner: OrganisationID
        let sender: OrganisationID
        let digest: Digest
        let kind: ParcelKind
        let length: Int
        let receipt: [UInt8]
        let place: Int64
    }

    func insert(
        _ row: InboxRow, _ now: Timestamp, _ database: Database, _ ledger: inout Ledger
    ) throws {
        try claim(row.length, row.owner, row.sender, database)
        try database.run(
            """
            INSERT INTO inbox (owner, digest, sender, kind, length, received, receipt, parcel)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                row.owner.blob, row.digest.blob, row.sender.blob, row.kind.rawValue, row.length,
                now.seconds, row.receipt.blob, row.place,
            ])
        try ledger.add(
            .parcelReceived, at: now, counterpart: row.sender, object: row.digest, database)
    }

    /// Writes a parcel's bytes, or the name of its file.
    static func store(_ parcel: UploadedParcel, _ database: Database) throws -> Int64 {
        var inline: Data?
        if case .memory(let bytes) = parcel.content { inline = bytes }
        try database.run(
            "INSERT INTO parcel (file, bytes) VALUES (?, ?)", [parcel.fileName, inline])
        return database.lastInsertedRowID
    }

    /// Erases a parcel's bytes; returns the file to take away once that is durable.
    static func erase(_ place: Int64, _ database: Database) throws -> String? {
        let row = try database.row("SELECT file FROM parcel WHERE id = ?", [place])
        try database.run("DELETE FROM parcel WHERE id = ?", [place])
        return row?[0]
    }

    static func receipt(
        _ digest: Digest, _ owner: OrganisationID, _ sender: OrganisationID, _ database: Database
    ) throws -> [UInt8]? {
        let row = try database.row(
            "SELECT receipt FROM inbox WHERE owner = ? AND digest = ? AND sender = ?",
            [owner.blob, digest.blob, sender.blob])
        guard let receipt: Data = row?[0] else { return nil }
        return [UInt8](receipt)
    }

    /// The receipt of what arrived before, also of what was removed since.
    public func storedReceipt(
        of digest: Digest, for recipient: OrganisationID, from sender: OrganisationID
    ) async throws -> [UInt8]? {
        try await read { try Self.receipt(digest, recipient, sender, $0) }
    }

    static let pageQuery = """
        SELECT id, digest, sender, kind, length, received FROM inbox
        WHERE owner = ? AND id > ? AND parcel IS NOT NULL ORDER BY id LIMIT ?
        """
    /// Without an order: SQLite would rather walk the whole mailbox than sort two rows, which
    /// took a quarter of a second in one of a million.
    static let parcelQuery = """
        SELECT id, digest, sender, kind, length, received, parcel FROM inbox
        WHERE owner = ? AND digest = ? AND parcel IS NOT NULL LIMIT 1
        """

    /// A page of a mailbox, oldest first.
    ///
    /// - Parameter limit: at most `Limits.pageItems`.
    public func inbox(
        of owner: OrganisationID, after: Int64 = 0, limit: Int = Limits.pageItems
    ) async throws -> MailroomPage<ParcelRecord> {
        let limit = Self.pageLimit(limit)
        return try await read { database in
            let rows = try database.rows(
                Self.pageQuery,
                [owner.blob, after, limit + 1])
            return Self.page(try rows.map(Self.record), limit, \.id)
        }
    }

    static func pageLimit(_ limit: Int) -> Int { min(max(limit, 1), Limits.pageItems) }

    /// One row more than the page holds tells that there is another.
    static func page<Record>(
        _ records: [Record], _ limit: Int, _ id: (Record) -> Int64
    ) -> MailroomPage<Record> {
        let page = Array(records.prefix(limit))
        return MailroomPage(
            records: page, next: records.count > limit ? page.last.map(id) : nil)
    }

    private static func record(_ row: Row) throws -> ParcelRecord {
        ParcelRecord(
            id: row["id"], digest: try digest(row["digest"]),
            sender: try organisation(row["sender"]), kind: try kind(row["kind"]),
            length: row["length"], received: Timestamp(clamping: row["received"]))
    }

    static func kind(_ name: String) throws -> ParcelKind {
        guard let kind = ParcelKind(rawValue: name) else {
            throw StoreError(.damaged, "a row holds no kind of parcel where one belongs")
        }
        return kind
    }

    /// One parcel of a mailbox with its bytes.
    public func parcel(
        _ digest: Digest, of owner: OrganisationID
    ) async throws -> (record: ParcelRecord, content: ParcelContent)? {
        try await read { database in
            let row = try database.row(
                Self.parcelQuery,
                [owner.blob, digest.blob])
            guard let row else { return nil }
            guard
                let content = try self.content(row["parcel"], length: row["length"], database)
            else { return nil }
            return (try Self.record(row), content)
        }
    }

    /// Bytes, or the file where they lie.
    func content(
        _ place: Int64, length: Int, _ database: Database
    ) throws -> ParcelContent? {
        let row = try database.row("SELECT file, bytes FROM parcel WHERE id = ?", [place])
        guard let row else { return nil }
        if let file: String = row["file"] {
            return .file(path: parcelPath(file), length: length)
        }
        let bytes: Data = row["bytes"]
        return .bytes([UInt8](bytes))
    }

    /// Erases a parcel's bytes. What stays is its digest, its sender and the receipt, so that it
    /// is not delivered again when it comes late a second time.
    ///
    /// - Returns: false when there is nothing to remove.
    /// - Throws: `notTaken` when the request is not the owner's; `replayed`.
    @discardableResult
    public func remove(
        _ digest: Digest, of owner: OrganisationID, request: VerifiedRequest, now: Timestamp
    ) async throws -> Bool {
        let files: [String?] = try await writer.write { database, ledger in
            try Self.consume(request, now, database)
            guard request.organisation == owner else { throw Self.notTaken }
            let rows = try database.rows(
                """
                SELECT id, sender, length, parcel FROM inbox
                WHERE owner = ? AND digest = ? AND parcel IS NOT NULL
                """,
                [owner.blob, digest.blob])
            return try rows.map { row in
                let id: Int64 = row["id"]
                let sender = try Self.organisation(row["sender"])
                try Self.release(row["length"], owner, sender, database)
                try database.run(
                    "UPDATE inbox SET parcel = NULL, removed = ? WHERE id = ?",
                    [now.seconds, id])
                try ledger.add(
                    .parcelErased, at: now, counterpart: sender, object: digest, database)
                return try Self.erase(row["parcel"], database)
            }
        }
        for file in files { drop(file) }
        return !files.isEmpty
    }

    /// Takes a file away whose row is gone.
    func drop(_ file: String?) {
        if let file { DurableFiles.remove(parcelPath(file)) }
    }
}
