internal import Foundation
internal import GRDB
internal import PassportAudit
internal import PassportCoding
internal import PassportCrypto

/// The tables of a log: entries, the tree over them, and what was signed.
enum LogTable {
    static func create(_ database: Database) throws {
        try database.create(table: "logEntry", options: .strict) { table in
            table.primaryKey("number", .integer)
            table.column("body", .blob).notNull()
        }
        try database.create(table: "logNode", options: [.strict, .withoutRowID]) { table in
            table.column("level", .integer).notNull()
            table.column("position", .integer).notNull()
            table.column("hash", .blob).notNull()
            table.primaryKey(["level", "position"])
        }
        try database.create(table: "logCheckpoint", options: .strict) { table in
            table.primaryKey("size", .integer)
            table.column("time", .integer).notNull()
            table.column("note", .text).notNull()
        }
    }

    /// Number of entries.
    static func size(_ database: Database) throws -> UInt64 {
        UInt64(
            clamping: try Int64.fetchOne(
                database, sql: "SELECT max(number) + 1 FROM logEntry") ?? 0)
    }

    /// The tree's right edge, as it stands in the tables.
    static func frontier(_ database: Database) throws -> MerkleFrontier {
        let size = try size(database)
        let nodes = try MerkleFrontier.positions(forSize: size).map { position in
            guard let hash = try node(position.level, position.index, database) else {
                throw StoreError(.damaged, .badInput, "the log's tree has a hole")
            }
            return hash
        }
        return try MerkleFrontier(size: size, nodes: nodes)
    }

    /// Hash of a complete subtree.
    static func node(_ level: Int, _ position: UInt64, _ database: Database) throws -> Digest? {
        let statement = try database.cachedStatement(
            sql: "SELECT hash FROM logNode WHERE level = ? AND position = ?")
        let hash = try Data.fetchOne(
            statement, arguments: [level, Int64(clamping: position)])
        return hash.flatMap { Digest(bytes: [UInt8]($0)) }
    }

    /// Writes an entry and the subtrees that it completes.
    static func append(
        _ entry: AuditEntry, to frontier: inout MerkleFrontier, _ database: Database
    ) throws {
        try database.cachedStatement(sql: "INSERT INTO logEntry (number, body) VALUES (?, ?)")
            .execute(arguments: [Int64(clamping: frontier.size), entry.encoded().blob])
        let insert = try database.cachedStatement(
            sql: "INSERT INTO logNode (level, position, hash) VALUES (?, ?, ?)")
        for node in frontier.append(entry.leafHash) {
            try insert.execute(arguments: [
                node.position.level, Int64(clamping: node.position.index), node.hash.blob,
            ])
        }
    }

    /// Signs the log as it stands.
    ///
    /// - Parameter seconds: the time of the newest entry.
    /// - Returns: the note.
    @discardableResult
    static func sign(
        _ frontier: MerkleFrontier, _ origin: String, seconds: Int64,
        by key: borrowing SigningKey, _ database: Database
    ) throws -> String {
        let note = try Checkpoint(origin: origin, size: frontier.size, root: frontier.root)
            .signed(by: key)
        try database.cachedStatement(
            sql: "INSERT INTO logCheckpoint (size, time, note) VALUES (?, ?, ?)"
        ).execute(arguments: [Int64(clamping: frontier.size), seconds, note])
        return note
    }

    /// The newest checkpoint.
    static func latestNote(_ database: Database) throws -> String? {
        let statement = try database.cachedStatement(
            sql: "SELECT note FROM logCheckpoint ORDER BY size DESC LIMIT 1")
        return try String.fetchOne(statement)
    }

    /// Whether the newest checkpoint is of this tree, and by this key.
    static func holds(
        _ frontier: MerkleFrontier, _ origin: String, key: VerifyingKey, _ database: Database
    ) throws -> Bool {
        guard let latest = try latestNote(database),
            let checkpoint = try? Checkpoint.verify(note: latest, origin: origin, keys: [key])
        else { return false }
        return checkpoint.size == frontier.size && checkpoint.root == frontier.root
    }

    /// The time of the newest entry in seconds.
    static func clockFloor(_ database: Database) throws -> Int64 {
        try Int64.fetchOne(database, sql: "SELECT max(time) FROM logCheckpoint") ?? 0
    }

    /// Entries from `first` on, each checked against its leaf in the tree.
    static func entries(
        from first: UInt64, count: Int, altered: StoreError, _ database: Database
    ) throws -> [(UInt64, AuditEntry)] {
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT number, body, hash FROM logEntry
                LEFT JOIN logNode ON level = 0 AND position = number
                WHERE number >= ? ORDER BY number LIMIT ?
                """,
            arguments: [Int64(clamping: first), count])
        return try rows.map { row in
            let number: Int64 = row["number"]
            let body: Data = row["body"]
            let hash: Data? = row["hash"]
            let entry = try AuditEntry(decoding: [UInt8](body))
            guard entry.leafHash.blob == hash else { throw altered }
            return (UInt64(clamping: number), entry)
        }
    }
}
