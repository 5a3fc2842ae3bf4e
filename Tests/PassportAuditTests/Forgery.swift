import PassportCoding
import PassportCrypto

@testable import PassportAudit

extension AuditEntry {
    /// An entry as a dishonest log would make it: stored bytes with anything in field 15.
    init(forging fields: AuditFields, signature: [UInt8], seed: Digest) throws {
        var items = try fields.items()
        items[.signature] = .bytes(signature)
        try self.init(items: items, seed: seed.bytes)
    }

    /// An entry of any fields at all, under a seed of one's own choice.
    init(items: [AuditField: CBORItem], seed: [UInt8]) throws {
        let commitments = Self.commitments(items, seed)
        try self.init(
            decoding: CBORItem(fields: [
                (1, CBORItem(1)), (2, Commitment.leafData(commitments).item),
                (3, .bytes(seed)),
                (4, CBORItem(fields: items.map { ($0.key.number, $0.value) })),
            ]).encoded())
    }

    /// An entry that one person signs in the name of another.
    init(
        forging fields: AuditFields, signedBy key: borrowing SigningKey, origin: String,
        seed: Digest
    ) throws {
        let commitments = Self.commitments(try fields.items(), seed.bytes)
        try self.init(
            forging: fields,
            signature: StaffSignature.make(origin: origin, commitments: commitments, key: key),
            seed: seed)
    }

    private static func commitments(
        _ items: [AuditField: CBORItem], _ seed: [UInt8]
    ) -> [AuditField: Digest] {
        var commitments: [AuditField: Digest] = [:]
        for (field, item) in items {
            commitments[field] = Commitment.field(
                field, item, salt: Commitment.salt(of: field, seed: seed))
        }
        return commitments
    }
}
