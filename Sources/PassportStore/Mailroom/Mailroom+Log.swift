internal import Foundation
internal import GRDB
public import PassportAudit
public import PassportCoding
internal import PassportCrypto

extension Mailroom {
    /// The newest signed checkpoint of the daemon's log, or nil while it is empty.
    public func checkpointNote() async throws -> String? { try await read(LogTable.latestNote) }

    /// Number of entries in the log.
    public func logSize() async throws -> UInt64 { try await read(LogTable.size) }

    /// Hash of a complete subtree of the log, for proofs.
    public func logNode(level: Int, position: UInt64) async throws -> [UInt8]? {
        try await read { try LogTable.node(level, position, $0)?.bytes }
    }

    /// Hashes in a whole tile.
    public static let tileWidth = 256

    /// A tile of the log (C2SP tlog-tiles): hashes of subtrees of 256^`level` entries.
    ///
    /// - Parameter width: hashes in it, fewer than 256 for one at the right edge.
    /// - Returns: the hashes, 32 bytes each; nil when the log has not as many yet.
    public func tile(
        level: Int, index: UInt64, width: Int = Mailroom.tileWidth
    ) async throws -> [UInt8]? {
        // 63 bits of entries make eight levels; the bound keeps the products below from trapping.
        guard (0...7).contains(level), index < 1 << 54, (1...Self.tileWidth).contains(width)
        else { return nil }
        let first = Int64(clamping: index) * Int64(Self.tileWidth)
        return try await read { database in
            let rows = try database.rows(
                """
                SELECT hash FROM logNode
                WHERE level = ? AND position >= ? AND position < ? ORDER BY position
                """,
                [level * 8, first, first + Int64(width)])
            guard rows.count == width else { return nil }
            return rows.reduce(into: []) { bytes, row in
                let hash: Data = row[0]
                bytes += hash
            }
        }
    }

    /// Entries from `first` on, at most `count` of them, each checked against its leaf.
    ///
    /// - Throws: `logAltered` when one is not the one that was logged.
    public func entries(
        from first: UInt64, count: Int
    ) async throws -> [(UInt64, AuditEntry)] {
        try await read {
            try LogTable.entries(
                from: first, count: count, altered: GroupWriter.logAltered, $0)
        }
    }

    /// The time of the newest entry: a clock behind it is wrong.
    public func clockFloor() async throws -> Timestamp {
        try await read { Timestamp(clamping: try LogTable.clockFloor($0)) }
    }
}
