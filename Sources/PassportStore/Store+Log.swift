public import PassportAudit
public import PassportCoding
internal import PassportCrypto

extension Store {
    /// Number of entries in the log.
    public func logSize() throws -> UInt64 {
        try read(LogTable.size)
    }

    /// The newest signed checkpoint, or nil for an empty log.
    public func checkpointNote() throws -> String? { try read(LogTable.latestNote) }

    /// The time of the newest entry: a clock behind it is wrong.
    public func clockFloor() throws -> Timestamp {
        try read { Timestamp(clamping: try LogTable.clockFloor($0)) }
    }

    /// Entries from `first` on, at most `count` of them, each checked against its leaf in the
    /// tree.
    ///
    /// - Throws: `logAltered` when a body is not the one that was logged.
    public func entries(from first: UInt64, count: Int) throws -> [(UInt64, AuditEntry)] {
        try read {
            try LogTable.entries(from: first, count: count, altered: Self.logAltered, $0)
        }
    }

    /// Hash of a complete subtree of the log, for proofs.
    public func logNode(level: Int, position: UInt64) throws -> [UInt8]? {
        try read { try LogTable.node(level, position, $0)?.bytes }
    }
}
