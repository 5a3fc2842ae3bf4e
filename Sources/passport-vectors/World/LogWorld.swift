import CarePassport
import PassportAudit
import PassportCoding
import PassportCrypto
import PassportTrust

/// A small audit log: a nurse is added and signs an opening, and its own export.
struct LogWorld {
    let origin: String
    var entries: [AuditEntry]
    let identity: [UInt8]

    init(_ name: String, identity: [UInt8]) throws {
        origin = LogOrigin.text(for: Digest.sha256(of: Array(name.utf8)))
        self.identity = identity
        let stream = Secrets.stream("log \(name)")
        var entries: [AuditEntry] = []
        var added = AuditFields(act: .staffAdded, time: Moments.granted)
        added.object = try Self.nurse().verifyingKey.keyHash
        entries.append(try AuditEntry(fields: added, randomness: stream))
        var intent = AuditFields(act: .openIntent, time: Moments.now)
        intent.purposes = [1]
        intent.sections = [1, 2]
        intent.passport = Digest.sha256(of: [2])
        intent.reference = AuditReference.hash(of: Secrets.seed("another reference"))
        intent.counterpart = Digest.sha256(of: [4])
        intent.grants = [Digest.sha256(of: [3])]
        entries.append(
            try AuditEntry(
                fields: intent, randomness: stream, origin: origin, signedBy: Self.nurse()))
        var outcome = AuditFields(act: .openOutcome, time: Moments.now)
        outcome.intent = 1
        outcome.outcome = .done
        outcome.count = 2
        entries.append(try AuditEntry(fields: outcome, randomness: stream))
        var export = AuditFields(act: .logExported, time: Moments.now)
        export.object = AuditExportHeader.binding(identity: identity, staffCertificates: [])
        entries.append(try AuditEntry(fields: export, randomness: stream))
        self.entries = entries
    }

    static func nurse() throws -> SigningKey { try Secrets.signingKey("nurse", .staff) }
    static func logKey(_ words: String = "log") throws -> SigningKey {
        try Secrets.signingKey(words, .log)
    }

    /// The tree over the first entries, with every stored node.
    func tree(_ size: Int? = nil) -> (frontier: MerkleFrontier, nodes: [MerklePosition: Digest]) {
        var frontier = MerkleFrontier()
        var nodes: [MerklePosition: Digest] = [:]
        for entry in entries.prefix(size ?? entries.count) {
            for node in frontier.append(entry.leafHash) { nodes[node.position] = node.hash }
        }
        return (frontier, nodes)
    }

    func note(_ size: Int? = nil, key: borrowing SigningKey) throws -> String {
        let frontier = tree(size).frontier
        return try Checkpoint(origin: origin, size: frontier.size, root: frontier.root)
            .signed(by: key)
    }

    /// The exported file as its items: the header, then the entries.
    func export(policy: DisclosurePolicy = .full, note: String? = nil) throws -> [[UInt8]] {
        let header = try AuditExportHeader(
            note: try note ?? self.note(key: Self.logKey()), identity: identity,
            staffCertificates: [])
        var writer = try AuditExportWriter(header: header, policy: policy)
        var items = [writer.start]
        for entry in entries { items.append(try writer.append(entry)) }
        return items
    }

    static func lookup(
        _ nodes: [MerklePosition: Digest]
    ) -> (MerklePosition) throws -> Digest {
        { position in
            guard let hash = nodes[position] else { throw VectorProblem("no such node") }
            return hash
        }
    }
}
