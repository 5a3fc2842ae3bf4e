public import PassportCoding
internal import PassportCrypto

/// Writes an export piece by piece; memory stays the same however long the log is.
///
/// Append an entry `logExported` with `AuditExportHeader.binding` as object, sign a checkpoint
/// over the log with that entry, then hand every entry to `append` and call `finish`. Write to a
/// temporary file: an export counts only once `finish` returned.
public struct AuditExportWriter {
    /// The first bytes of the file.
    public let start: [UInt8]

    private let header: AuditExportHeader
    private let checkpoint: Checkpoint
    private let policy: DisclosurePolicy
    private var frontier = MerkleFrontier()
    private var isBound = false

    /// Begins an export.
    public init(
        header: AuditExportHeader, policy: DisclosurePolicy = .auditor
    ) throws(AuditError) {
        self.header = header
        self.policy = policy
        checkpoint = try Checkpoint(parsing: SignedNote(parsing: header.note).text)
        start = header.encoded()
    }

    /// The bytes of the next entry.
    public mutating func append(_ entry: AuditEntry) throws(AuditError) -> [UInt8] {
        let index = frontier.size
        guard index < header.size else {
            throw AuditError(.outOfRange, .fault, "more entries than the checkpoint counts")
        }
        let exported = entry.disclosed(at: index, policy)
        if index == header.size - 1 {
            isBound = header.isBound(by: try exported.typedFields())
        }
        _ = frontier.append(entry.leafHash)
        return exported.encoded()
    }

    /// Checks that what was written is what the checkpoint signs.
    public func finish() throws(AuditError) {
        guard frontier.size == header.size, frontier.root == checkpoint.root else {
            throw AuditError(.altered, .fault, "the entries are not those of the checkpoint")
        }
        guard isBound else {
            throw AuditError(
                .incomplete, .fault, "the last entry does not record this export")
        }
    }
}
