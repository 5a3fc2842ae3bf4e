import PassportAudit
import PassportCoding
import PassportCrypto

/// An entry as a dishonest log would commit to it: any fields at all, any of them hidden.
struct RawEntry {
    var fields: [Int: CBORItem]
    var hidden: Set<Int> = []
    /// True when the nurse signs it, whomever it names.
    var isSigned = false

    init(_ fields: AuditFields, signed: Bool = false) throws {
        self.fields = Dictionary(
            uniqueKeysWithValues: try fields.items().map { ($0.key.number, $0.value) })
        isSigned = signed
    }

    private static func salt(_ seed: [UInt8], _ field: Int) -> [UInt8] {
        Array(
            Digest.sha256(
                label: "care-passport/1 audit salt", seed, [UInt8(field >> 8), UInt8(field & 0xFF)]
            ).bytes.prefix(16))
    }

    private static func map(_ commitments: [Int: Digest]) -> [UInt8] {
        CBORItem(fields: commitments.map { ($0.key, $0.value.item) }).encoded()
    }

    /// The exported item and its leaf data, as `Spec/audit-log.md` says.
    func exported(
        at index: UInt64, seed: [UInt8], origin: String
    ) throws -> (item: [UInt8], leaf: Digest) {
        var fields = fields
        func commitments() -> [Int: Digest] {
            Dictionary(
                uniqueKeysWithValues: fields.map { field, value in
                    let input = CBORItem.array([CBORItem(field), value]).encoded()
                    let digest = Digest.sha256(
                        label: "care-passport/1 audit field", Self.salt(seed, field), input)
                    return (field, digest)
                })
        }
        if isSigned {
            let act = Digest.sha256(label: "care-passport/1 audit act", Self.map(commitments()))
            let payload = CBORItem(fields: [
                (1, CBORItem(1)), (2, .text(origin)), (3, act.item),
            ]).encoded()
            fields[15] = .bytes(try COSESign1.sign(payload, as: .act, with: LogWorld.nurse()).bytes)
        }
        let committed = commitments()
        let leaf = Digest.sha256(label: "care-passport/1 audit entry", Self.map(committed))
        let shown = fields.map { field, value -> (Int, CBORItem?) in
            hidden.contains(field)
                ? (field, committed[field]?.item)
                : (field, .array([.bytes(Self.salt(seed, field)), value]))
        }
        return (
            CBORItem(fields: [
                (1, .unsigned(index)), (2, leaf.item), (3, CBORItem(fields: shown)),
            ]).encoded(), leaf
        )
    }
}

/// A log of raw entries that ends with an honest export entry, signed by the log's key.
struct RawLog {
    let origin: String
    let identity: [UInt8]
    var entries: [RawEntry]

    /// Begins with the entries of another log, and drops its closing one.
    init(_ log: LogWorld, dropping: Int = 0) throws {
        origin = log.origin
        identity = log.identity
        entries = try log.entries.dropLast(1 + dropping).compactMap { entry in
            guard var fields = entry.fields else { return nil }
            let isSigned = fields.signature != nil
            fields.signature = nil
            return try RawEntry(fields, signed: isSigned)
        }
    }

    func export(
        time: Timestamp? = Moments.now, note change: (String) throws -> String = { $0 }
    ) throws -> [[UInt8]] {
        var closing = AuditFields(act: .logExported, time: time ?? Moments.now)
        closing.object = AuditExportHeader.binding(identity: identity, staffCertificates: [])
        var last = try RawEntry(closing)
        if time == nil { last.hidden = [2] }
        var frontier = MerkleFrontier()
        var items: [[UInt8]] = []
        for (index, entry) in (entries + [last]).enumerated() {
            let made = try entry.exported(
                at: UInt64(index), seed: Secrets.seed("raw entry \(index)"), origin: origin)
            _ = frontier.append(MerkleTree.leafHash(of: made.leaf.bytes))
            items.append(made.item)
        }
        let note = try Checkpoint(origin: origin, size: frontier.size, root: frontier.root)
            .signed(by: LogWorld.logKey())
        let header = try AuditExportHeader(
            note: change(note), identity: identity, staffCertificates: [])
        return [try AuditExportWriter(header: header).start] + items
    }
}
