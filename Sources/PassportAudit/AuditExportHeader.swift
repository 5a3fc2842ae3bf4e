public import PassportCoding
public import PassportCrypto

/// What stands before the entries of an export: which log, its signed state, and the keys that
/// an auditor needs to judge it.
public struct AuditExportHeader: Hashable, Sendable {
    /// The log's origin.
    public let origin: String
    /// Entries that follow.
    public let size: UInt64
    /// The signed checkpoint.
    public let note: String
    /// The organisation's identity file; this module does not read it.
    public let identity: [UInt8]
    /// Certificates of members of staff; this module does not read them.
    public let staffCertificates: [[UInt8]]

    /// Puts a header together from a checkpoint note.
    public init(
        note: String, identity: [UInt8], staffCertificates: [[UInt8]]
    ) throws(AuditError) {
        let checkpoint = try Checkpoint(parsing: SignedNote(parsing: note).text)
        guard checkpoint.size <= UInt64(Limits.auditEntries) else {
            throw AuditError(.overLimit, "an export of \(checkpoint.size) entries")
        }
        origin = checkpoint.origin
        size = checkpoint.size
        self.note = note
        self.identity = identity
        self.staffCertificates = staffCertificates
    }

    /// What the last entry of the log, a `logExported`, must hold as its object.
    ///
    /// The checkpoint's signature does not reach identity and certificates. Their hash inside
    /// the log does, so that no byte of an export is free to change; and an export that names
    /// itself in the log cannot be made unseen.
    public static func binding(
        identity: [UInt8], staffCertificates: [[UInt8]]
    ) -> Digest {
        Digest.sha256(
            label: "care-passport/1 audit export",
            CBORItem.array([
                .bytes(identity), .array(staffCertificates.map { .bytes($0) }),
            ]).encoded())
    }

    /// The header's own binding.
    public var binding: Digest {
        Self.binding(identity: identity, staffCertificates: staffCertificates)
    }

    /// True when an entry is the export's own, with act, time and object shown. Without its
    /// time nobody could say whether the log's key was still in force.
    func isBound(by fields: AuditFields?) -> Bool {
        fields?.act == .logExported && fields?.object == binding && fields?.time != nil
    }

    func encoded() -> [UInt8] {
        CBORItem(fields: [
            (1, CBORItem(1)), (2, .text(origin)), (3, .unsigned(size)), (4, .text(note)),
            (5, .bytes(identity)), (6, .array(staffCertificates.map { .bytes($0) })),
        ]).encoded()
    }

    init(_ item: CBORItem) throws(AuditError) {
        do {
            var map = try CBORFields(item, "export header")
            _ = try map.take(1, "version").int(in: 1...1)
            origin = try map.take(2, "origin").text(maximum: Limits.noteBytes)
            size = try map.take(3, "size").unsigned(in: 0...UInt64(Limits.auditEntries))
            // A note has line feeds, which `text(maximum:)` refuses; `SignedNote` checks it.
            guard case .text(let note) = try map.take(4, "checkpoint").item else {
                throw AuditError(.malformed, "export header: the checkpoint is not text")
            }
            self.note = note
            identity = try map.take(5, "identity").bytes(0...Limits.identityBytes)
            staffCertificates = try map.take(6, "staff certificates")
                .array(0...Limits.cborItems)
                .map { try $0.bytes(1...Limits.operatorCertificateBytes) }
            try map.finishExactly()
        } catch {
            throw AuditError("export header", error)
        }
    }
}
