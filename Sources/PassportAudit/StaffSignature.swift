internal import PassportCoding
internal import PassportCrypto

/// The signature of a member of staff under an entry.
///
/// It is over the commitments, not the values, so that it verifies for a reader to whom some
/// fields are not shown, and it names the log, so that it counts in no other.
enum StaffSignature {
    static func payload(origin: String, commitments: [AuditField: Digest]) -> [UInt8] {
        CBORItem(fields: [
            (1, CBORItem(1)), (2, .text(origin)), (3, Commitment.act(commitments).item),
        ]).encoded()
    }

    static func make(
        origin: String, commitments: [AuditField: Digest], key: borrowing SigningKey
    ) throws(AuditError) -> [UInt8] {
        do {
            return try COSESign1.sign(
                payload(origin: origin, commitments: commitments), as: .act, with: key
            ).bytes
        } catch {
            throw AuditError("staff signature", error)
        }
    }

    /// Parses field 15; a second signature has no meaning here and is refused.
    static func parse(_ bytes: [UInt8]) throws(AuditError) -> COSESign1 {
        do {
            let object = try COSESign1(
                decoding: bytes, as: .act, maximum: Limits.auditEntryBytes)
            guard object.countersignature == nil else {
                throw AuditError(.malformed, "staff signature: countersigned")
            }
            return object
        } catch {
            throw AuditError("staff signature", error)
        }
    }

    /// Checks a parsed signature for one entry.
    static func verify(
        _ object: COSESign1, origin: String, commitments: [AuditField: Digest],
        key: VerifyingKey
    ) throws(AuditError) {
        let signed: VerifiedPayload
        do {
            signed = try object.verify(with: key)
        } catch {
            throw AuditError(.badSignature, .refused, "the staff signature does not hold")
        }
        guard signed.bytes == payload(origin: origin, commitments: commitments) else {
            throw AuditError(.badSignature, .refused, "the staff signature is for another entry")
        }
    }
}
