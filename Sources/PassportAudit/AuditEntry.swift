public import PassportCoding
public import PassportCrypto

/// One entry as its own log keeps it: the values and the seed of their salts, or, once they are
/// erased, the commitments alone.
public struct AuditEntry: Hashable, Sendable {
    /// The 32 bytes that go into the tree; they say nothing about the entry.
    public let leafData: Digest
    /// The commitment to each field.
    public let commitments: [AuditField: Digest]
    /// The fields, or nil when they were erased.
    public let fields: AuditFields?

    private let content: Content?

    private struct Content: Hashable {
        let seed: [UInt8]
        let items: [AuditField: CBORItem]
    }

    /// True when values and seed are gone.
    public var isErased: Bool { content == nil }

    /// Commits to the fields of an entry that nobody signs.
    public init(fields: AuditFields, randomness: Randomness) throws(AuditError) {
        try self.init(
            seed: randomness.bytes(Commitment.seedBytes), items: Self.checked(fields))
    }

    /// Commits to the fields of an entry and signs it for a member of staff.
    ///
    /// - Parameter origin: the log that the entry is for, `LogOrigin.text`.
    public init(
        fields: AuditFields, randomness: Randomness, origin: String,
        signedBy key: borrowing SigningKey
    ) throws(AuditError) {
        var fields = fields
        let keyHash = key.verifyingKey.keyHash
        guard fields.staff == nil || fields.staff == keyHash else {
            throw AuditError(.badSignature, .fault, "an entry in the name of another person")
        }
        fields.staff = keyHash
        let seed = randomness.bytes(Commitment.seedBytes)
        var items = try Self.checked(fields)
        items[.signature] = .bytes(
            try StaffSignature.make(
                origin: origin, commitments: Self.commit(items, seed: seed), key: key))
        try self.init(seed: seed, items: items)
    }

    private init(seed: [UInt8], items: [AuditField: CBORItem]) throws(AuditError) {
        fields = try AuditFields(items: items)
        content = Content(seed: seed, items: items)
        commitments = Self.commit(items, seed: seed)
        leafData = Commitment.leafData(commitments)
        // What is stored must also fit into an export, where each value stands with its salt.
        let size = items.values.reduce(128) { $0 + $1.encoded().count + 24 }
        guard size <= Limits.auditEntryBytes else {
            throw AuditError(.overLimit, "an audit entry of about \(size) bytes")
        }
    }

    private init(leafData: Digest, commitments: [AuditField: Digest]) {
        self.leafData = leafData
        self.commitments = commitments
        fields = nil
        content = nil
    }

    private static func checked(
        _ fields: AuditFields
    ) throws(AuditError) -> [AuditField: CBORItem] {
        guard fields.act != nil, fields.time != nil else {
            throw AuditError(.incomplete, .fault, "an audit entry needs an act and a time")
        }
        guard fields.others.keys.allSatisfy({ (16...AuditField.highest).contains($0.number) })
        else { throw AuditError(.malformed, .fault, "an audit field without a free number") }
        var items = try fields.items()
        items[.signature] = nil
        return items
    }

    private static func commit(
        _ items: [AuditField: CBORItem], seed: [UInt8]
    ) -> [AuditField: Digest] {
        var commitments: [AuditField: Digest] = [:]
        for (field, item) in items {
            commitments[field] = Commitment.field(
                field, item, salt: Commitment.salt(of: field, seed: seed))
        }
        return commitments
    }

    /// The same entry without values and seed. Its leaf, and with it every proof, stays whole.
    public func erased() -> AuditEntry {
        AuditEntry(leafData: leafData, commitments: commitments)
    }

    /// The hash that goes into the Merkle tree.
    public var leafHash: Digest { MerkleTree.leafHash(of: leafData) }

    /// What an export carries for this entry under a policy.
    func disclosed(at index: UInt64, _ policy: DisclosurePolicy) -> ExportedEntry {
        var shown: [AuditField: ExportedEntry.Field] = [:]
        for (field, commitment) in commitments {
            if let content, let item = content.items[field], policy.shows(index, field, fields?.act)
            {
                shown[field] = .shown(
                    item, salt: Commitment.salt(of: field, seed: content.seed))
            } else {
                shown[field] = .hidden(commitment)
            }
        }
        return ExportedEntry(
            index: index, leafData: leafData, fields: shown, commitments: commitments)
    }
}

extension AuditEntry {
    /// The bytes that a store keeps; they carry the leaf, so that a damaged row shows when it
    /// is read.
    public func encoded() -> [UInt8] {
        CBORItem(fields: [
            (1, CBORItem(1)), (2, leafData.item),
            (3, content.map { .bytes($0.seed) }),
            (4, content.map { CBORItem(fields: $0.items.map { ($0.key.number, $0.value) }) }),
            (5, content == nil ? Commitment.item(commitments) : nil),
        ]).encoded()
    }

    /// Reads stored bytes and recomputes the leaf.
    public init(decoding bytes: [UInt8]) throws(AuditError) {
        do {
            guard bytes.count <= Limits.auditEntryBytes else {
                throw AuditError(.overLimit, "an audit entry of \(bytes.count) bytes")
            }
            var map = try CBORFields(CBORReader.item(from: bytes), "audit entry")
            _ = try map.take(1, "version").int(in: 1...1)
            let leafData = try map.take(2, "leaf").digest()
            if let seed = map.takeOptional(3, "seed") {
                let items = try map.take(4, "values").fieldMap { _, value in value.item }
                try self.init(seed: seed.bytes(exactly: Commitment.seedBytes), items: items)
            } else {
                let commitments = try map.take(5, "commitments").fieldMap { _, value in
                    try value.digest()
                }
                self.init(leafData: Commitment.leafData(commitments), commitments: commitments)
            }
            try map.finishExactly()
            guard self.leafData == leafData else {
                throw AuditError(.altered, "audit entry: stored values and leaf differ")
            }
        } catch {
            throw AuditError("audit entry", error)
        }
    }
}
