public import PassportCoding

/// A COSE_Sign1 (RFC 9052) of this suite, parsed and not yet verified.
///
/// Its protected header is exactly `{1: -19, 4: kid, 16: typ}`; its unprotected header is empty,
/// or holds one countersignature (RFC 9338). Anything else is refused, which also refuses every
/// critical header that this version does not know. The payload can be read only after `verify`.
public struct COSESign1: Sendable, Hashable {
    /// The object's exact bytes; digests are taken over these, never over a re-encoding.
    public let bytes: [UInt8]
    /// SHA-256 of the public key that the object says it was signed with.
    public let keyHash: Digest
    /// A second signature by an organisation over the first, if there is one.
    public let countersignature: Countersignature?

    package let unverifiedPayload: [UInt8]
    let protectedHeader: [UInt8]
    let signature: [UInt8]

    /// COSE algorithm identifier of Ed25519 (RFC 9864).
    static let ed25519 = -19
    private static let tag: UInt64 = 18

    /// Parses an object that must have the given type.
    public init(
        decoding bytes: [UInt8], as type: ObjectType, maximum: Int
    ) throws(CryptoError) {
        guard bytes.count <= maximum else {
            throw CryptoError(.malformedObject, "\(type.mediaType): longer than \(maximum) bytes")
        }
        do {
            try self.init(strict: bytes, as: type)
        } catch let error as CodingError {
            throw CryptoError(
                .malformedObject, "\(type.mediaType): \(error.message)", cause: error.identifier)
        } catch let error as CryptoError {
            throw error
        } catch {
            throw CryptoError(.malformedObject, "\(type.mediaType): unreadable")
        }
    }

    private init(strict bytes: [UInt8], as type: ObjectType) throws {
        guard case .tagged(Self.tag, let content) = try CBORReader.item(from: bytes) else {
            throw CryptoError(.malformedObject, "\(type.mediaType): not a COSE_Sign1")
        }
        let parts = try CBORValue(content, "COSE_Sign1").array(4...4)
        protectedHeader = try parts[0].bytes(1...512)
        keyHash = try Self.keyHash(protectedHeader, as: type)
        unverifiedPayload = try parts[2].bytes(0...Limits.envelopeBytes)
        signature = try parts[3].bytes(exactly: 64)
        countersignature = try Countersignature(unprotected: parts[1])
        // Nothing signs the unprotected header: where no countersignature has a meaning, one
        // would only give a signed object a second digest.
        guard countersignature == nil || !type.countersigners.isEmpty else {
            throw CodingError(.unexpectedItem, "countersigned")
        }
        self.bytes = bytes
    }

    private static func keyHash(_ header: [UInt8], as type: ObjectType) throws -> Digest {
        var fields = try CBORFields(CBORReader.item(from: header), "protected header")
        let mediaType = try fields.take(16, "typ").text(maximum: 128)
        guard mediaType.utf8.elementsEqual(type.mediaType.utf8) else {
            throw CryptoError(.wrongType, "not a \(type.mediaType)")
        }
        guard try fields.take(1, "alg").int(in: -65_536...65_536) == ed25519 else {
            throw CryptoError(.malformedObject, "\(type.mediaType): not Ed25519")
        }
        let keyHash = try fields.take(4, "kid").digest()
        try fields.finishExactly()
        return keyHash
    }

    static func protectedHeader(_ type: ObjectType, keyHash: Digest) -> [UInt8] {
        CBORItem(fields: [
            (1, CBORItem(ed25519)), (4, keyHash.item), (16, .text(type.mediaType)),
        ]).encoded()
    }

    static func toBeSigned(_ protectedHeader: [UInt8], _ payload: [UInt8]) -> [UInt8] {
        CBORItem.array([
            .text("Signature1"), .bytes(protectedHeader), .bytes([]), .bytes(payload),
        ]).encoded()
    }

    /// Verifies and, only then, lends the payload.
    ///
    /// - Throws: `wrongKey` when the object names another key, `badSignature` when the signature
    ///   does not hold. Whether the key may sign such objects is the caller's question; the keys
    ///   that `PassportTrust` hands out have answered it.
    public func verify(with key: VerifyingKey) throws(CryptoError) -> VerifiedPayload {
        guard key.keyHash == keyHash else {
            throw CryptoError(.wrongKey, "the object was signed with another key")
        }
        let message = Self.toBeSigned(protectedHeader, unverifiedPayload)
        guard key.isValid(signature: signature, for: message) else {
            throw CryptoError(.badSignature, .refused, "the signature does not hold")
        }
        return VerifiedPayload(bytes: unverifiedPayload)
    }

    /// SHA-256 over the object's exact bytes.
    public var digest: Digest { Digest.sha256(of: bytes) }

    /// Signs a payload.
    package static func sign(
        _ payload: [UInt8], as type: ObjectType, with key: borrowing SigningKey
    ) throws(CryptoError) -> COSESign1 {
        let header = protectedHeader(type, keyHash: key.verifyingKey.keyHash)
        let signature = try key.signature(for: toBeSigned(header, payload), as: type)
        return COSESign1(header, payload, signature, nil, key.verifyingKey.keyHash)
    }

    /// The same object with a countersignature added.
    package func countersigned(
        as type: ObjectType, with key: borrowing SigningKey
    ) throws(CryptoError) -> COSESign1 {
        let countersignature = try Countersignature(over: self, as: type, with: key)
        return COSESign1(
            protectedHeader, unverifiedPayload, signature, countersignature, keyHash)
    }

    private init(
        _ header: [UInt8], _ payload: [UInt8], _ signature: [UInt8],
        _ countersignature: Countersignature?, _ keyHash: Digest
    ) {
        protectedHeader = header
        unverifiedPayload = payload
        self.signature = signature
        self.countersignature = countersignature
        self.keyHash = keyHash
        bytes =
            CBORItem.tagged(
                Self.tag,
                .array([
                    .bytes(header), countersignature?.unprotectedHeader ?? CBORItem(fields: []),
                    .bytes(payload), .bytes(signature),
                ])
            ).encoded()
    }
}

/// Bytes whose signature was checked; made nowhere but in `verify`.
public struct VerifiedPayload: Sendable {
    /// The signed bytes.
    public let bytes: [UInt8]

    init(bytes: [UInt8]) { self.bytes = bytes }
}
