internal import Foundation
internal import GRDB
internal import PassportAudit
public import PassportCoding
public import PassportCrypto
public import PassportExchange
public import PassportTrust

extension Mailroom {
    /// Takes a parcel over that a hosted organisation sends: `request.organisation`.
    ///
    /// One that was given up waits again when it is handed over again.
    ///
    /// - Throws: `notTaken` when the sender is not hosted; `replayed`, `mailboxFull`, `full`.
    public func handOver(
        _ parcel: UploadedParcel, to recipient: OrganisationID, request: VerifiedRequest,
        kind: ParcelKind, now: Timestamp
    ) async throws -> HandOverOutcome {
        let owner = request.organisation
        return try await keeping(parcel, if: \.isNew) { database, ledger in
            try Self.consume(request, now, database)
            guard try Self.hosts(owner, database) else { throw Self.notTaken }
            let known = try Self.consignment(parcel.digest, owner, recipient, database)
            if let known, known.state != .dead {
                return HandOverOutcome(isNew: false, consignment: known)
            }
            try self.claim(parcel.length, owner, owner, database)
            let place = try Self.store(parcel, database)
            let insert = """
                INSERT INTO outbox (owner, recipient, digest, kind, length, state, accepted,
                    attempts, nextAttempt, parcel)
                VALUES (?, ?, ?, ?, ?, 'waiting', ?, 0, ?, ?)
                ON CONFLICT (owner, recipient, digest) DO UPDATE
                SET state = 'waiting', accepted = excluded.accepted, attempts = 0,
                    nextAttempt = excluded.nextAttempt, lastProblem = NULL, reason = NULL,
                    parcel = excluded.parcel, ended = NULL
                """
            try database.run(
                insert,
                [
                    owner.blob, recipient.blob, parcel.digest.blob, kind.rawValue, parcel.length,
                    now.seconds, now.seconds, place,
                ])
            try ledger.add(
                .parcelSent, at: now, counterpart: recipient, object: parcel.digest, database)
            guard
                let made = try Self.consignment(parcel.digest, owner, recipient, database)
            else { throw StoreError(.damaged, .fault, "a row is not where it was written") }
            return HandOverOutcome(isNew: true, consignment: made)
        }
    }

    /// Takes the owner's word that a delivered parcel was lost at its recipient: it can be handed
    /// over once more. What waits, or was given up, stays as it is.
    ///
    /// - Throws: `notFound`, `replayed`.
    public func declareLost(
        _ digest: Digest, to recipient: OrganisationID, request: VerifiedRequest, now: Timestamp
    ) async throws {
        let owner = request.organisation
        try await writer.write { database, _ in
            try Self.consume(request, now, database)
            guard try Self.consignment(digest, owner, recipient, database) != nil else {
                throw Self.noConsignment
            }
            try database.run(
                """
                UPDATE outbox SET state = 'dead', reason = ? WHERE owner = ? AND recipient = ?
                AND digest = ? AND state = 'delivered'
                """,
                [DeadReason.lost.rawValue, owner.blob, recipient.blob, digest.blob])
        }
    }

    static let outboxQuery = "SELECT * FROM outbox WHERE owner = ? AND id > ? ORDER BY id LIMIT ?"
    static let waitingQuery = """
        SELECT * FROM outbox WHERE owner = ? AND recipient = ? AND state = 'waiting'
        AND id > ? ORDER BY id LIMIT ?
        """
    static let dueQuery = """
        SELECT * FROM outbox INDEXED BY outboxDue
        WHERE state = 'waiting' AND owner = ? AND recipient = ? AND nextAttempt <= ?
        ORDER BY nextAttempt, id LIMIT ?
        """
    static let putOffQuery = """
        SELECT * FROM outbox INDEXED BY outboxDue
        WHERE state = 'waiting' AND owner = ? AND recipient = ? AND nextAttempt > ?
        ORDER BY nextAttempt DESC, id DESC LIMIT ?
        """
    /// The next way after another. Asked again and again: to look at every row for that would
    /// take seconds where many wait.
    static let wayQuery = """
        SELECT owner, recipient FROM outbox INDEXED BY outboxDue
        WHERE state = 'waiting' AND (owner, recipient) > (?, ?)
        ORDER BY owner, recipient LIMIT 1
        """

    /// A page of what an organisation sends, whatever became of it; oldest first.
    ///
    /// - Parameter limit: at most `Limits.pageItems`.
    public func outbox(
        of owner: OrganisationID, after: Int64 = 0, limit: Int = Limits.pageItems
    ) async throws -> MailroomPage<Consignment> {
        let limit = Self.pageLimit(limit)
        return try await read { database in
            let rows = try database.rows(
                Self.outboxQuery,
                [owner.blob, after, limit + 1])
            return Self.page(try rows.map(Self.consignment), limit, \.id)
        }
    }

    /// A page of what an organisation has for another that comes to collect it.
    public func waiting(
        for recipient: OrganisationID, of owner: OrganisationID, after: Int64 = 0,
        limit: Int = Limits.pageItems
    ) async throws -> MailroomPage<Consignment> {
        let limit = Self.pageLimit(limit)
        return try await read { database in
            let rows = try database.rows(
                Self.waitingQuery,
                [owner.blob, recipient.blob, after, limit + 1])
            return Self.page(try rows.map(Self.consignment), limit, \.id)
        }
    }

    /// One parcel on its way.
    public func consignment(
        _ digest: Digest, of owner: OrganisationID, to recipient: OrganisationID
    ) async throws -> Consignment? {
        try await read { try Self.consignment(digest, owner, recipient, $0) }
    }

    /// One parcel on its way, by its number.
    public func consignment(_ id: Int64) async throws -> Consignment? {
        try await read { try Self.consignment(id, $0) }
    }

    /// The bytes of a parcel on its way; nil once it was delivered or given up.
    public func content(of consignment: Int64) async throws -> ParcelContent? {
        try await read { database in
            let row = try database.row(
                "SELECT parcel, length FROM outbox WHERE id = ? AND parcel IS NOT NULL",
                [consignment])
            guard let row else { return nil }
            return try self.content(row["parcel"], length: row["length"], database)
        }
    }

    /// From whom to whom something waits.
    public func ways() async throws -> [ConsignmentWay] {
        try await read { database in
            var ways: [ConsignmentWay] = []
            while let row = try database.row(
                Self.wayQuery,
                [ways.last?.owner.blob ?? Data(), ways.last?.recipient.blob ?? Data()])
            {
                ways.append(
                    ConsignmentWay(
                        owner: try Self.organisation(row[0]),
                        recipient: try Self.organisation(row[1])))
            }
            return ways
        }
    }

    /// What is to be tried on one way now, longest due first; then what is put off to later than
    /// `last`, which only a clock that ran ahead can have meant.
    public func due(
        on way: ConsignmentWay, now: Timestamp, last: Timestamp = .latest, limit: Int
    ) async throws -> [Consignment] {
        try await read { database in
            let ends = [way.owner.blob, way.recipient.blob]
            var rows = try database.rows(
                Self.dueQuery, StatementArguments(ends) + [now.seconds, limit])
            rows += try database.rows(
                Self.putOffQuery,
                StatementArguments(ends)
                    + [max(now, last).seconds, max(limit - rows.count, 0)])
            return try rows.map(Self.consignment)
        }
    }

    /// When something is to be tried next; nil when nothing waits.
    public func nextDue() async throws -> Timestamp? {
        try await read { database in
            let row = try database.row(
                """
                SELECT nextAttempt FROM outbox WHERE state = 'waiting'
                ORDER BY nextAttempt LIMIT 1
                """)
            guard let seconds: Int64 = row?[0] else { return nil }
            return Timestamp(clamping: seconds)
        }
    }

    /// Keeps the recipient's receipt and erases the bytes.
    ///
    /// - Parameter request: of a recipient that collected the parcel and brings the receipt.
    /// - Returns: false when it was delivered before; the first receipt stays.
    /// - Throws: `notFound`, `replayed`; `notTaken` when the request is not the recipient's.
    @discardableResult
    public func recordDelivered(
        _ id: Int64, receipt: [UInt8], request: VerifiedRequest? = nil, now: Timestamp
    ) async throws -> Bool {
        let (isNew, file): (Bool, String?) = try await writer.write { database, ledger in
            try Self.consume(request, now, database)
            guard let known = try Self.consignment(id, database) else { throw Self.noConsignment }
            guard request == nil || request?.organisation == known.recipient else {
                throw Self.notTaken
            }
            guard known.state != .delivered else { return (false, nil) }
            let file = try Self.deliver(known, receipt, now, keepsBytes: false, database, &ledger)
            return (true, file)
        }
        drop(file)
        return isNew
    }

    /// Ends a consignment well; also one that was given up too early.
    private static func deliver(
        _ known: Consignment, _ receipt: [UInt8], _ now: Timestamp, keepsBytes: Bool,
        _ database: Database, _ ledger: inout Ledger
    ) throws -> String? {
        let row = try database.row("SELECT parcel FROM outbox WHERE id = ?", [known.id])
        let place: Int64? = row?[0]
        if place != nil { try release(known.length, known.owner, known.owner, database) }
        try database.run(
            """
            UPDATE outbox SET state = 'delivered', receipt = ?, ended = ?, nextAttempt = NULL,
                lastProblem = NULL, reason = NULL, parcel = NULL
            WHERE id = ?
            """,
            [receipt.blob, now.seconds, known.id])
        try ledger.add(
            .receiptTaken, at: now, counterpart: known.recipient, object: known.digest, database)
        guard let place, !keepsBytes else { return nil }
        return try erase(place, database)
    }

    /// Keeps why sending failed, and when to try again.
    ///
    /// - Parameter problem: a code; never what a peer wrote.
    public func recordFailure(
        _ id: Int64, problem: String, attempts: Int, nextAttempt: Timestamp
    ) async throws {
        try await writer.write { database, _ in
            try database.run(
                """
                UPDATE outbox SET lastProblem = ?, attempts = ?, nextAttempt = ?
                WHERE id = ? AND state = 'waiting'
                """,
                [problem, attempts, nextAttempt.seconds, id])
        }
    }

    /// Gives a parcel up and erases its bytes.
    public func recordDead(_ id: Int64, reason: DeadReason, now: Timestamp) async throws {
        let file: String? = try await writer.write { database, ledger in
            let row = try database.row(
                "SELECT parcel FROM outbox WHERE id = ? AND state = 'waiting'", [id])
            guard let row, let known = try Self.consignment(id, database) else { return nil }
            try database.run(
                """
                UPDATE outbox SET state = 'dead', reason = ?, ended = ?, nextAttempt = NULL,
                    parcel = NULL
                WHERE id = ?
                """,
                [reason.rawValue, now.seconds, id])
            try ledger.add(
                .parcelDead, at: now, counterpart: known.recipient, object: known.digest,
                reason: "parcel.\(reason.rawValue)", database)
            guard let place: Int64 = row["parcel"] else { return nil }
            try Self.release(known.length, known.owner, known.owner, database)
            return try Self.erase(place, database)
        }
        drop(file)
    }

    /// Moves a parcel from the outbox of one organisation into the mailbox of another that is
    /// hosted here too, in one transaction.
    ///
    /// - Throws: `notFound`; `notTaken` when the recipient is not hosted or does not follow the
    ///   sender; `mailboxFull`.
    @discardableResult
    public func deliverLocally(
        _ id: Int64, receipt: [UInt8], now: Timestamp
    ) async throws -> DepositOutcome {
        let (outcome, file): (DepositOutcome, String?) = try await writer.write {
            database, ledger in
            let row = try database.row(
                "SELECT parcel FROM outbox WHERE id = ? AND state = 'waiting'", [id])
            guard let place: Int64 = row?[0], let known = try Self.consignment(id, database)
            else { throw Self.noConsignment }
            if let first = try Self.taken(
                known.digest, known.recipient, known.owner, database)
            {
                let file = try Self.deliver(
                    known, first, now, keepsBytes: false, database, &ledger)
                return (DepositOutcome(isNew: false, receipt: first), file)
            }
            _ = try Self.deliver(known, receipt, now, keepsBytes: true, database, &ledger)
            try self.insert(
                InboxRow(
                    owner: known.recipient, sender: known.owner, digest: known.digest,
                    kind: known.kind, length: known.length, receipt: receipt, place: place),
                now, database, &ledger)
            return (DepositOutcome(isNew: true, receipt: receipt), nil)
        }
        drop(file)
        return outcome
    }

    private static let noConsignment = StoreError(
        .notFound, .noInput, "there is no such parcel on its way")

    static func consignment(
        _ digest: Digest, _ owner: OrganisationID, _ recipient: OrganisationID,
        _ database: Database
    ) throws -> Consignment? {
        try database.row(
            "SELECT * FROM outbox WHERE owner = ? AND recipient = ? AND digest = ?",
            [owner.blob, recipient.blob, digest.blob]
        ).map(consignment)
    }

    private static func consignment(_ id: Int64, _ database: Database) throws -> Consignment? {
        try database.row("SELECT * FROM outbox WHERE id = ?", [id]).map(consignment)
    }

    private static func consignment(_ row: Row) throws -> Consignment {
        let state: String = row["state"]
        guard let state = ConsignmentState(rawValue: state) else {
            throw StoreError(.damaged, "a row holds no state where one belongs")
        }
        let nextAttempt: Int64? = row["nextAttempt"]
        let reason: String? = row["reason"]
        let receipt: Data? = row["receipt"]
        return Consignment(
            id: row["id"], owner: try organisation(row["owner"]),
            recipient: try organisation(row["recipient"]), digest: try digest(row["digest"]),
            kind: try kind(row["kind"]), length: row["length"], state: state,
            accepted: Timestamp(clamping: row["accepted"]), attempts: row["attempts"],
            nextAttempt: nextAttempt.map { Timestamp(clamping: $0) },
            lastProblem: row["lastProblem"], reason: reason.flatMap { DeadReason(rawValue: $0) },
            receipt: receipt.map { [UInt8]($0) })
    }
}
