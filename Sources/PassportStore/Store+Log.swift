internal import Foundation
internal import GRDB
public import PassportAudit
public import PassportCoding
internal import PassportCrypto

extension Store {
    /// Number of entries in the log.
    public func logSize() throws -> UInt64 {
        try read { database in
            UInt64(
                clamping: try Int64.fetchOne(
                    database, sql: "SELECT max(number) + 1 FROM logEntry") ?? 0)
        }
    }

    /// The newest signed checkpoint, or nil for an empty log.
    public func checkpointNote() throws -> String? { try read(Self.latestNote) }

    /// The time of the newest entry: a clock behind it is wrong.
    public func clockFloor() throws -> Timestamp {
        try read { Timestamp(clamping: try StateSeal.clockFloor($0)) }
    }

    /// Entries from `first` on, at most `count` of them, each checked against its leaf in the
    /// tree.
    ///
    /// - Throws: `logAltered` when a body is not the one that was logged.
    public func entries(from first: UInt64, count: Int) throws -> [(UInt64, AuditEntry)] {
        try read { database in
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
                guard entry.leafHash.blob == hash else { throw Self.logAltered }
                return (UInt64(clamping: number), entry)
            }
        }
    }

    /// Hash of a complete subtree of the log, for proofs.
    public func logNode(level: Int, position: UInt64) throws -> [UInt8]? {
        try read { database in
            try Data.fetchOne(
                database, sql: "SELECT hash FROM logNode WHERE level = ? AND position = ?",
                arguments: [level, Int64(clamping: position)]
            ).map { [UInt8]($0) }
        }
    }
}
