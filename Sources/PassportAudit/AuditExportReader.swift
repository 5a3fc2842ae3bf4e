public import PassportCoding

/// Reads an export entry by entry; one entry is decoded at a time, and of the file no more is
/// in memory than is being looked at.
public struct AuditExportReader {
    /// What stands before the entries, parsed and not yet verified.
    public let header: AuditExportHeader

    private var window: ByteWindow

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
        var window = ByteWindow(bytes)
        do {
            self.init(header: try AuditExportHeader(window.firstItem()), window)
        } catch {
            throw AuditError("export header", error)
        }
    }

    /// Goes on behind a header.
    init(header: AuditExportHeader, _ window: ByteWindow) {
        self.header = header
        self.window = window
    }

    /// The next entry, or nil at the end.
    public mutating func next() throws -> ExportedEntry? {
        guard try !isAtEnd() else { return nil }
        switch try step() {
        case .entry(let entry): return entry
        case .malformed(let error), .lost(let error): throw error
        }
    }

    /// True when every byte was read.
    mutating func isAtEnd() throws -> Bool { try window.isAtEnd() }

    /// What the checks need of the next entry.
    mutating func facts(_ scanner: inout EntryScanner) throws -> Step<EntryFacts> {
        try window.fill(Limits.auditEntryBytes + 1)
        if let facts = scanner.scan(window.bytes, from: window.offset) {
            window.offset = scanner.end
            return .entry(facts)
        }
        switch try step() {
        case .entry(let entry): return .entry(EntryFacts(entry))
        case .malformed(let error): return .malformed(error)
        case .lost(let error): return .lost(error)
        }
    }

    private mutating func step() throws -> Step<ExportedEntry> {
        try window.fill(Limits.auditEntryBytes + 1)
        let start = window.offset
        var reader = CBORReader(window.bytes, offset: start)
        defer { window.offset = reader.offset }
        let item: CBORItem
        do {
            item = try reader.next()
        } catch {
            return .lost(AuditError("exported entry", error))
        }
        // Nobody reads on to find out where something too long ends.
        guard reader.offset - start <= Limits.auditEntryBytes else {
            return .lost(
                AuditError(.overLimit, "an exported entry of \(reader.offset - start) bytes"))
        }
        do {
            return .entry(try ExportedEntry(item))
        } catch {
            return .malformed(error)
        }
    }
}

extension ByteWindow {
    /// The item with which an audit file begins; it is bounded by `Limits.auditHeaderBytes`.
    mutating func firstItem() throws -> CBORItem {
        var count = 1 << 16
        while count <= Limits.auditHeaderBytes {
            try fill(count)
            var reader = CBORReader(bytes, offset: offset)
            let item = Result { () throws(CodingError) in try reader.next() }
            // There may be more of it than was looked at.
            if case .failure(let error) = item, error.code == .truncated,
                bytes.count - offset >= count
            {
                count = 16 * count
                continue
            }
            guard reader.offset - offset <= Limits.auditHeaderBytes else { break }
            offset = reader.offset
            return try item.get()
        }
        throw AuditError(.overLimit, "more than \(Limits.auditHeaderBytes) bytes before entries")
    }
}
