internal import PassportCoding
internal import PassportCrypto

/// What the checks look at in one entry of an export.
struct EntryFacts: Hashable {
    /// The entry's place in the log.
    let index: UInt64
    /// The hash that stands in the Merkle tree.
    let leafHash: Digest
    /// True when the fields make up the leaf.
    let isIntact: Bool
    /// The shown fields that have their form.
    var fields = AuditFields()
    /// Shown fields that have not, ascending.
    var malformed: [AuditField] = []
    /// Fields that are shown.
    var shown = FieldSet()
    /// Fields that are committed to and not shown.
    var hidden = FieldSet()
    /// The commitments of an entry with a signature, which is over them; otherwise left out.
    var commitments: [AuditField: Digest] = [:]

    /// True when nothing of the entry is shown, as after erasure.
    var isErased: Bool { shown.isEmpty && !hidden.isEmpty }

    /// True when the entry has a field, shown or not.
    func has(_ field: AuditField) -> Bool { shown.contains(field) || hidden.contains(field) }

    init(index: UInt64, intactLeaf leafData: Digest) {
        self.index = index
        leafHash = MerkleTree.leafHash(of: leafData)
        isIntact = true
    }

    /// Looks at an entry that was read whole.
    init(_ entry: ExportedEntry) {
        index = entry.index
        leafHash = entry.leafHash
        isIntact = entry.isIntact
        for (field, value) in entry.fields.sorted(by: { $0.key < $1.key }) {
            switch value {
            case .hidden: hidden.insert(field)
            case .shown(let item, _):
                shown.insert(field)
                do {
                    try fields.set(field, item)
                } catch {
                    malformed.append(field)
                }
            }
        }
        if has(.signature) { commitments = entry.commitments }
    }
}

/// Which of the fields that this version knows, and whether there are others.
struct FieldSet: Hashable {
    private var bits: UInt16 = 0

    var isEmpty: Bool { bits == 0 }
    /// True when a number is among them that this version does not know.
    var hasUnknown: Bool { bits & 1 != 0 }

    mutating func insert(_ field: AuditField) { bits |= Self.bit(field) }

    /// True when a known field is among them.
    func contains(_ field: AuditField) -> Bool { bits & Self.bit(field) != 0 }

    private static func bit(_ field: AuditField) -> UInt16 {
        field.isKnown ? 1 << UInt16(field.number) : 1
    }
}
