public import PassportCoding
public import PassportCrypto

/// One entry as an export carries it: each field shown with its salt, or as a commitment.
///
/// Reading one recomputes its leaf from its fields. Whether that leaf is in the log is what the
/// root, or an inclusion proof, says.
public struct ExportedEntry: Hashable, Sendable {
    enum Field: Hashable, Sendable {
        case shown(CBORItem, salt: [UInt8])
        case hidden(Digest)
    }

    /// The entry's place in the log.
    public let index: UInt64
    /// The leaf that the entry claims.
    public let leafData: Digest
    /// The commitment to each field.
    public let commitments: [AuditField: Digest]

    let fields: [AuditField: Field]

    init(
        index: UInt64, leafData: Digest, fields: [AuditField: Field],
        commitments: [AuditField: Digest]
    ) {
        self.index = index
        self.leafData = leafData
        self.fields = fields
        self.commitments = commitments
    }

    /// The fields that are shown, as items.
    var shown: [AuditField: CBORItem] {
        fields.compactMapValues { field in
            if case .shown(let item, _) = field { item } else { nil }
        }
    }

    /// The fields that are not shown, ascending.
    public var hidden: [AuditField] {
        fields.compactMap { field, value in
            if case .hidden = value { field } else { nil }
        }.sorted()
    }

    /// True when nothing of the entry is shown, as after erasure.
    public var isErased: Bool { !fields.isEmpty && hidden.count == fields.count }

    /// The shown fields with their types.
    public func typedFields() throws(AuditError) -> AuditFields { try AuditFields(items: shown) }

    /// The hash that stands in the Merkle tree.
    var leafHash: Digest { MerkleTree.leafHash(of: leafData) }

    /// True when the fields make up the leaf.
    var isIntact: Bool { Commitment.leafData(commitments) == leafData }

    func encoded() -> [UInt8] { item.encoded() }

    var item: CBORItem {
        let map = fields.map { field, value -> (Int, CBORItem?) in
            switch value {
            case .shown(let item, let salt): (field.number, .array([.bytes(salt), item]))
            case .hidden(let commitment): (field.number, commitment.item)
            }
        }
        return CBORItem(fields: [
            (1, .unsigned(index)), (2, leafData.item), (3, CBORItem(fields: map)),
        ])
    }

    init(_ item: CBORItem) throws(AuditError) {
        do {
            var map = try CBORFields(item, "exported entry")
            index = try map.take(1, "index").unsigned()
            leafData = try map.take(2, "leaf").digest()
            let fields = try map.take(3, "fields").fieldMap { _, value throws -> Field in
                guard case .array = value.item else { return .hidden(try value.digest()) }
                let parts = try value.array(2...2)
                return .shown(
                    parts[1].item, salt: try parts[0].bytes(exactly: Commitment.saltBytes))
            }
            try map.finishExactly()
            self.fields = fields
            var commitments: [AuditField: Digest] = [:]
            for (field, value) in fields {
                switch value {
                case .hidden(let commitment): commitments[field] = commitment
                case .shown(let item, let salt):
                    commitments[field] = Commitment.field(field, item, salt: salt)
                }
            }
            self.commitments = commitments
        } catch {
            throw AuditError("exported entry", error)
        }
    }
}
