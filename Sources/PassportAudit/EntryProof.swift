public import PassportCoding
internal import PassportCrypto

/// One entry with the proof that it is in a log, and what is needed to judge both: for somebody
/// who asks about one act and has no business with the others.
public struct EntryProof: Hashable, Sendable {
    /// The entry as an export carries it.
    public let entry: ExportedEntry
    /// The way from the entry to the signed root.
    public let proof: InclusionProof
    /// The organisation's identity file; this module does not read it.
    public let identity: [UInt8]
    /// Certificates of members of staff; this module does not read them.
    public let staffCertificates: [[UInt8]]

    /// Puts a proof together, and makes sure that it leads to its root.
    ///
    /// - Parameters:
    ///   - entry: the entry at `proof.index`.
    ///   - proof: the way to the root of the checkpoint in it.
    ///   - policy: which fields to show.
    public init(
        _ entry: AuditEntry, _ proof: InclusionProof, policy: DisclosurePolicy = .auditor,
        identity: [UInt8], staffCertificates: [[UInt8]]
    ) throws(AuditError) {
        let checkpoint = try Checkpoint(parsing: SignedNote(parsing: proof.note).text)
        try MerkleProof.verifyInclusion(
            leafHash: entry.leafHash, index: proof.index, size: checkpoint.size,
            path: proof.path, root: checkpoint.root)
        self.entry = entry.disclosed(at: proof.index, policy)
        self.proof = proof
        self.identity = identity
        self.staffCertificates = staffCertificates
    }

    /// The bytes of the file.
    public func encoded() -> [UInt8] {
        CBORItem(fields: [
            (1, CBORItem(1)), (2, .text(proof.text)), (3, entry.item), (4, .bytes(identity)),
            (5, .array(staffCertificates.map { .bytes($0) })),
        ]).encoded()
    }

    /// True for what is not the header of an export: an entry stands where a size should.
    static func isProof(_ item: CBORItem) -> Bool {
        guard case .map(let map) = item, case .map = map[CBORItem(3)] else { return false }
        return true
    }

    init(_ item: CBORItem) throws(AuditError) {
        do {
            var map = try CBORFields(item, "entry proof")
            _ = try map.take(1, "version").int(in: 1...1)
            guard case .text(let text) = try map.take(2, "proof").item else {
                throw AuditError(.malformed, "entry proof: the proof is not text")
            }
            proof = try InclusionProof(parsing: text)
            let shown = try map.take(3, "entry").item
            guard shown.encoded().count <= Limits.auditEntryBytes else {
                throw AuditError(.overLimit, "entry proof: an entry too long")
            }
            entry = try ExportedEntry(shown)
            identity = try map.take(4, "identity").bytes(0...Limits.identityBytes)
            staffCertificates = try map.take(5, "staff certificates")
                .array(0...Limits.cborItems)
                .map { try $0.bytes(1...Limits.operatorCertificateBytes) }
            try map.finishExactly()
        } catch {
            throw AuditError("entry proof", error)
        }
    }
}
