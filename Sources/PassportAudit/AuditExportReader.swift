public import PassportCoding

/// Reads an export entry by entry; one entry is decoded at a time.
public struct AuditExportReader {
    /// What stands before the entries, parsed and not yet verified.
    public let header: AuditExportHeader

    private let bytes: [UInt8]
    private var offset: Int

    /// What the next item turned out to be.
    enum Step<Entry> {
        case entry(Entry)
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
        var reader = CBORReader(bytes)
        do {
            header = try AuditExportHeader(reader.next())
            self.bytes = bytes
            offset = reader.offset
        } catch {
            throw AuditError("export header", error)
        }
    }

    /// True when every byte was read.
    public var isAtEnd: Bool { offset == bytes.count }

    /// The next entry, or nil at the end.
    public mutating func next() throws(AuditError) -> ExportedEntry? {
        guard !isAtEnd else { return nil }
        switch step() {
        case .entry(let entry): return entry
        case .malformed(let error), .lost(let error): throw error
        }
    }

    /// What the checks need of the next entry.
    mutating func facts(_ scanner: inout EntryScanner) -> Step<EntryFacts> {
        if let facts = scanner.scan(bytes, from: offset) {
            offset = scanner.end
            return .entry(facts)
        }
        switch step() {
        case .entry(let entry): return .entry(EntryFacts(entry))
        case .malformed(let error): return .malformed(error)
        case .lost(let error): return .lost(error)
        }
    }

    private mutating func step() -> Step<ExportedEntry> {
        let start = offset
        var reader = CBORReader(bytes, offset: start)
        defer { offset = reader.offset }
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
