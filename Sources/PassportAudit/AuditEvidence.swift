public import PassportCoding

/// What an auditor was given: a whole log, or one entry with its proof. The first item decides.
public enum AuditEvidence {
    /// An exported log, read up to its first entry.
    case export(AuditExportReader)
    /// One entry, the proof that it is in the log, and the log's checkpoint.
    case proof(EntryProof)

    /// Reads the beginning of a file.
    ///
    /// - Throws: `AuditError` when it is neither; whatever the source throws.
    public init(reading source: @escaping AuditSource) throws {
        var window = ByteWindow(reading: source)
        let item: CBORItem
        do {
            item = try window.firstItem()
        } catch let error as CodingError {
            throw AuditError("export header", error)
        }
        guard EntryProof.isProof(item) else {
            self = .export(AuditExportReader(header: try AuditExportHeader(item), window))
            return
        }
        self = .proof(try EntryProof(item))
        guard try window.isAtEnd() else {
            throw AuditError(.malformed, "something follows the proof")
        }
    }

    /// The identity file inside; nobody has judged it.
    public var identity: [UInt8] {
        switch self {
        case .export(let reader): reader.header.identity
        case .proof(let proof): proof.identity
        }
    }

    /// The staff certificates inside; nobody has judged them.
    public var staffCertificates: [[UInt8]] {
        switch self {
        case .export(let reader): reader.header.staffCertificates
        case .proof(let proof): proof.staffCertificates
        }
    }

    /// The signed checkpoint inside; nobody has judged it.
    public var note: String {
        switch self {
        case .export(let reader): reader.header.note
        case .proof(let proof): proof.proof.note
        }
    }
}

/// What an auditor kept of an earlier visit, or got from a peer.
public enum KeptEvidence: Sendable {
    /// A checkpoint of this log whose signature holds.
    case checkpoint(KeptCheckpoint)
    /// A checkpoint of another log.
    case otherLog
    /// No checkpoint, or one that no key of this log signed.
    case unusable(AuditError)

    /// Judges a note by the keys of the log that is being verified.
    public init(note: String, authority: LogAuthority, seenAt: Timestamp? = nil) {
        do {
            let origin = try Checkpoint(parsing: SignedNote(parsing: note).text).origin
            guard origin.hasSameBytes(as: authority.origin) else {
                self = .otherLog
                return
            }
            let checkpoint = try Checkpoint.verify(
                note: note, origin: origin, keys: authority.logKeys.map(\.key))
            self = .checkpoint(KeptCheckpoint(checkpoint, seenAt: seenAt))
        } catch {
            self = .unusable(error)
        }
    }

    /// The note in a kept file: the file itself, or the checkpoint of an older export or proof.
    /// Of an export nothing else is looked at: what its entries were, the checkpoint says.
    ///
    /// - Throws: `AuditError` when it is none of them; whatever the source throws.
    public static func note(reading source: @escaping AuditSource) throws -> String {
        var window = ByteWindow(reading: source)
        try window.fill(Limits.noteBytes + 1)
        let beginning = window.bytes
        // No text begins as a map does.
        if let first = beginning.first, first >> 5 == 5 {
            var isRead = false
            return try AuditEvidence(reading: { maximum in
                guard isRead else {
                    isRead = true
                    return beginning
                }
                return try source(maximum)
            }).note
        }
        guard beginning.count <= Limits.noteBytes,
            let note = String(validating: beginning, as: UTF8.self)
        else { throw AuditError(.malformed, "neither a signed note nor an exported log") }
        return note
    }
}
