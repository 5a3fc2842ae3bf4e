public import CarePassport
internal import Foundation
internal import GRDB
public import PassportAudit
public import PassportCoding
public import PassportCrypto
internal import PassportTrust

extension Store {
    /// Writes state changes and their audit entry in one transaction, signs the log's new
    /// checkpoint inside it, and returns once all of it is on disk.
    ///
    /// The signature leaves this process only after the commit: a crash between the two loses
    /// both, and the key has never vouched for bytes that were not durable.
    ///
    /// - Returns: the entry's index in the log.
    @discardableResult
    public func commit(
        _ entry: AuditEntry, _ changes: [StoreChange] = [], origin: String,
        logKey: borrowing SigningKey
    ) throws -> UInt64 {
        try commit([(entry, changes)], origin: origin, logKey: logKey)
    }

    /// Writes several entries with their changes in one transaction: all of them, or none.
    ///
    /// - Returns: the first entry's index in the log.
    @discardableResult
    public func commit(
        _ acts: [(entry: AuditEntry, changes: [StoreChange])], origin: String,
        logKey: borrowing SigningKey
    ) throws -> UInt64 {
        do {
            return try queue.write { database in
                try Self.refuseAltered(
                    acts.first?.entry, origin, logKey.verifyingKey, database)
                let first = try Self.frontier(database).size
                for act in acts {
                    try Self.refuseUnsigned(act.entry, database)
                    for change in act.changes {
                        try Self.refuseUnnamed(change, act.entry)
                        try change.apply(to: database)
                    }
                    try Self.append(act.entry, origin, logKey, database)
                }
                try StateSeal.sign(
                    origin, Self.frontier(database), database, by: logKey)
                return first
            }
        } catch {
            throw StoreError(error)
        }
    }

    /// Stops a command that forgot to ask who acts.
    private static func refuseUnsigned(_ entry: AuditEntry, _ database: Database) throws {
        guard let fields = entry.fields, fields.act?.needsStaffSignature == true,
            fields.signature == nil
        else { return }
        // The first of the staff has nobody who could sign.
        if fields.act == .staffAdded,
            try Bool.fetchOne(database, sql: "SELECT EXISTS (SELECT 1 FROM staff)") == false
        {
            return
        }
        throw StoreError(.unsigned, .fault, "a member of staff has to sign this entry")
    }

    /// Stops staff and pins from changing under an entry that says something else.
    private static func refuseUnnamed(_ change: StoreChange, _ entry: AuditEntry) throws {
        let fields = entry.fields
        let isNamed: Bool =
            switch change {
            case .staff(_, let certificate):
                fields?.act == .staffAdded && fields?.object == certificate.key.keyHash
            case .staffEnded(let key, _):
                fields?.act == .staffEnded && fields?.object == key
            case .pin(let identity, _), .pinInstead(let identity, _):
                fields?.act == .peerPinned && fields?.counterpart == identity.organisation.digest
            case .unpin(let id):
                fields?.act == .peerRemoved && fields?.counterpart == id.digest
            default: true
            }
        guard isNamed else {
            throw StoreError(.unsigned, .fault, "the entry does not name what is changed")
        }
    }

    /// Writes the intent to open, and returns the proof that opening consumes.
    ///
    /// - Parameter before: entries that stand before it in the same transaction.
    public func commitIntent(
        _ entry: AuditEntry, after before: [AuditEntry] = [], subject: Digest, origin: String,
        logKey: borrowing SigningKey
    ) throws -> DurableIntent {
        // Any other entry would prove nothing about what is about to be opened.
        guard entry.fields?.act == .openIntent, entry.fields?.signature != nil,
            entry.fields?.object == subject
        else {
            throw StoreError(.notFound, .fault, "the entry is no signed intent for this opening")
        }
        let first = try commit(
            (before + [entry]).map { ($0, []) }, origin: origin, logKey: logKey)
        return DurableIntent(index: first + UInt64(before.count), subject: subject)
    }

    static let logAltered = StoreError(
        .logAltered, .refused, "the log on disk is not the one that was signed",
        hint: "run 'carepass audit verify' and keep a copy of the home as it is")

    /// What this home trusts is not what its key signed.
    public static let stateAltered = StoreError(
        .stateAltered, .refused, "what this home trusts was changed outside of it",
        hint: "keep a copy of the folder as it is, and restore the newest backup")

    /// Checks that log and state are those that `key` signed last.
    ///
    /// - Throws: `logAltered` or `stateAltered`; nothing that stands in the database counts then.
    public func confirm(origin: String, key: VerifyingKey) throws {
        try read { try Self.refuseAltered(nil, origin, key, $0) }
    }

    static func refuseAltered(
        _ entry: AuditEntry?, _ origin: String, _ key: VerifyingKey, _ database: Database
    ) throws {
        // Before any row counts: what stands in the schema acts on every row.
        guard try Schema.isOurs(database) else { throw stateAltered }
        let frontier = try frontier(database)
        let index = frontier.size
        // Stops a row that was taken out or put back behind our back from being signed over.
        // A log that is empty beside an organisation was emptied: it begins with its making.
        if index == 0, entry?.fields?.act != .organisationCreated,
            try Bool.fetchOne(database, sql: "SELECT 1 FROM organisation WHERE isOwn = 1") == true
        {
            throw logAltered
        }
        if index > 0 {
            guard try LogTable.holds(frontier, origin, key: key, database) else {
                throw logAltered
            }
            guard try StateSeal.holds(origin, frontier, database, key: key) else {
                throw stateAltered
            }
        }
    }

    private static func append(
        _ entry: AuditEntry, _ origin: String, _ logKey: borrowing SigningKey,
        _ database: Database
    ) throws {
        var frontier = try frontier(database)
        try LogTable.append(entry, to: &frontier, database)
        try LogTable.sign(
            frontier, origin, seconds: entry.fields?.time?.seconds ?? 0, by: logKey, database)
    }

    static func frontier(_ database: Database) throws -> MerkleFrontier {
        try LogTable.frontier(database)
    }
}
