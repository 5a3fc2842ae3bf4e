internal import PassportCoding
internal import PassportCrypto

/// How fields are committed to. Every input to a hash has a fixed length or is one CBOR item,
/// so that no two inputs share their bytes.
enum Commitment {
    static let seedBytes = 32
    static let saltBytes = 16
    static let fieldLabel = "care-passport/1 audit field"
    static let entryLabel = "care-passport/1 audit entry"

    /// The salt of one field. Without the seed it says nothing about the salt of another, so
    /// that showing one field shows no other.
    static func salt(of field: AuditField, seed: [UInt8]) -> [UInt8] {
        let number = UInt16(truncatingIfNeeded: field.number)
        return Array(
            Digest.sha256(
                label: "care-passport/1 audit salt", seed,
                [UInt8(number >> 8), UInt8(number & 0xFF)]
            ).bytes.prefix(saltBytes))
    }

    /// The commitment to one field. The number is inside, so that a value cannot be shown as
    /// another field's.
    static func field(_ field: AuditField, _ value: CBORItem, salt: [UInt8]) -> Digest {
        Digest.sha256(
            label: fieldLabel, salt,
            CBORItem.array([CBORItem(field.number), value]).encoded())
    }

    /// The public leaf: 32 bytes that say nothing, not even how many fields there are.
    static func leafData(_ commitments: [AuditField: Digest]) -> Digest {
        Digest.sha256(label: entryLabel, encoded(commitments))
    }

    /// What the member of staff signs: everything but the signature itself.
    static func act(_ commitments: [AuditField: Digest]) -> Digest {
        Digest.sha256(
            label: "care-passport/1 audit act",
            encoded(commitments.filter { $0.key != .signature }))
    }

    static func item(_ commitments: [AuditField: Digest]) -> CBORItem {
        CBORItem(fields: commitments.map { ($0.key.number, $0.value.item) })
    }

    private static func encoded(_ commitments: [AuditField: Digest]) -> [UInt8] {
        item(commitments).encoded()
    }
}

extension CBORValue {
    /// A map from field numbers; `read` makes each value.
    func fieldMap<Value>(
        _ read: (AuditField, CBORValue) throws -> Value
    ) throws -> [AuditField: Value] {
        guard case .map(let map) = item else {
            throw CodingError(.unexpectedItem, "\(place): not a map")
        }
        var values: [AuditField: Value] = [:]
        for entry in map.entries {
            let number = try CBORValue(entry.key, "\(place): field number")
                .int(in: 1...AuditField.highest)
            values[AuditField(number)] = try read(
                AuditField(number), CBORValue(entry.value, "\(place)[\(number)]"))
        }
        return values
    }
}
