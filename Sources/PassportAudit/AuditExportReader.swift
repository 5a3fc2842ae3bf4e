public import PassportCoding

/// Reads an export entry by entry; one entry is decoded at a time.
public struct AuditExportReader {
    /// What stands before the entries, parsed and not yet verified.
    public let header: AuditExportHeader

    private var reader: CBORReader

    /// What the next item turned out to be.
    enum Step {
        case entry(ExportedEntry)
        /// The item ends where it should, but is no entry.
        case malformed(AuditError)
        /// The item does not end where it should: nothing after it can be found.
        case lost(AuditError)
    }

    /// Reads the header.
    public init(_ bytes: [UInt8]) throws(AuditError) {
        guard bytes.count <= Limits.auditExportBytes else {
            throw AuditError(.overLimit, "an export of \(bytes.count) bytes")
        }
        reader = CBORReader(bytes)
        do {
            header = try AuditExportHeader(reader.next())
        } catch {
            throw AuditError("export header", error)
        }
    }

    /// True when every byte was read.
    public var isAtEnd: Bool { reader.isAtEnd }

    /// The next entry, or nil at the end.
    public mutating func next() throws(AuditError) -> ExportedEntry? {
        guard !isAtEnd else { return nil }
        switch step() {
        case .entry(let entry): return entry
        case .malformed(let error), .lost(let error): throw error
        }
    }

    mutating func step() -> Step {
        let start = reader.offset
        let item: CBORItem
        do {
            item = try reader.next()
        } catch {
            return .lost(AuditError("exported entry", error))
        }
        guard reader.offset - start <= Limits.auditEntryBytes else {
            return .malformed(
                AuditError(.overLimit, "an exported entry of \(reader.offset - start) bytes"))
        }
        do {
            return .entry(try ExportedEntry(item))
        } catch {
            return .malformed(error)
        }
    }
}
