public import PassportCoding

/// A countersignature, version 2 (RFC 9338, label 11), on a COSE_Sign1.
///
/// A desk that handles a card has seen its secret, so a holder's signature made at a desk
/// proves no more than "the card was presented there"; the desk says so under its own key.
public struct Countersignature: Sendable, Hashable {
    /// SHA-256 of the public key that made the countersignature.
    public let keyHash: Digest

    private let protectedHeader: [UInt8]
    private let signature: [UInt8]
    private static let label = 11

    init?(unprotected header: CBORValue) throws {
        var fields = try header.fields()
        guard let value = fields.takeOptional(Self.label, "countersignature") else {
            try fields.finishExactly()
            return nil
        }
        try fields.finishExactly()
        let parts = try value.array(3...3)
        protectedHeader = try parts[0].bytes(1...128)
        guard parts[1].item == CBORItem(fields: []) else {
            throw CodingError(.unexpectedItem, "countersignature: unprotected header not empty")
        }
        signature = try parts[2].bytes(exactly: 64)
        var protected = try CBORFields(
            CBORReader.item(from: protectedHeader), "countersignature header")
        guard try protected.take(1, "alg").int(in: -65_536...65_536) == COSESign1.ed25519 else {
            throw CodingError(.unexpectedItem, "countersignature: not Ed25519")
        }
        keyHash = try protected.take(4, "kid").digest()
        try protected.finishExactly()
    }

    init(
        over object: COSESign1, as type: ObjectType, with key: borrowing SigningKey
    ) throws(CryptoError) {
        guard type.countersigners.contains(key.purpose) else {
            throw CryptoError(
                .wrongPurpose, .fault,
                "a \(key.purpose.name) key may not countersign \(type.mediaType)")
        }
        keyHash = key.verifyingKey.keyHash
        protectedHeader =
            CBORItem(fields: [(1, CBORItem(COSESign1.ed25519)), (4, keyHash.item)]).encoded()
        signature = key.signature(for: Self.toBeSigned(object, protectedHeader))
    }

    var unprotectedHeader: CBORItem {
        CBORItem(fields: [
            (
                Self.label,
                .array([.bytes(protectedHeader), CBORItem(fields: []), .bytes(signature)])
            )
        ])
    }

    /// Checks the countersignature on `object` under a key.
    public func verify(on object: COSESign1, with key: VerifyingKey) throws(CryptoError) {
        guard key.keyHash == keyHash else {
            throw CryptoError(.wrongKey, "countersigned with another key")
        }
        let message = Self.toBeSigned(object, protectedHeader)
        guard key.isValid(signature: signature, for: message) else {
            throw CryptoError(.badSignature, .refused, "the countersignature does not hold")
        }
    }

    private static func toBeSigned(_ object: COSESign1, _ header: [UInt8]) -> [UInt8] {
        CBORItem.array([
            .text("CounterSignatureV2"), .bytes(object.protectedHeader), .bytes(header),
            .bytes([]), .bytes(object.unverifiedPayload), .array([.bytes(object.signature)]),
        ]).encoded()
    }
}
