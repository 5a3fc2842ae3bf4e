public import PassportCoding

/// A COSE_Sign (RFC 9052) with several signers, parsed and not yet verified: key manifests.
///
/// Body header exactly `{16: typ}`, each signer's exactly `{1: -19, 4: kid}`, both unprotected
/// headers empty, signers in ascending order of key hash and each only once. One key that signs
/// twice can therefore never count as two.
public struct COSESign: Sendable, Hashable {
    /// The object's exact bytes.
    public let bytes: [UInt8]
    /// SHA-256 of the signers' public keys, ascending.
    public let signerKeyHashes: [Digest]

    package let unverifiedPayload: [UInt8]
    private let signatures: [[UInt8]]
    private let type: ObjectType
    private static let tag: UInt64 = 98

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
            throw CryptoError(.malformedObject, "\(type.mediaType): not a COSE_Sign")
        }
        let parts = try CBORValue(content, "COSE_Sign").array(4...4)
        guard try parts[0].bytes(1...512) == Self.bodyHeader(type) else {
            throw CryptoError(.wrongType, "not a \(type.mediaType)")
        }
        guard parts[1].item == CBORItem(fields: []) else {
            throw CodingError(.unexpectedItem, "COSE_Sign: unprotected header not empty")
        }
        unverifiedPayload = try parts[2].bytes(1...Limits.manifestBytes)
        var hashes: [Digest] = []
        var signatures: [[UInt8]] = []
        for signer in try parts[3].array(1...2 * Limits.rootKeys) {
            let fields = try signer.array(3...3)
            var header = try CBORFields(
                CBORReader.item(from: fields[0].bytes(1...128)), "signer header")
            guard try header.take(1, "alg").int(in: -65_536...65_536) == COSESign1.ed25519 else {
                throw CodingError(.unexpectedItem, "signer header: not Ed25519")
            }
            let keyHash = try header.take(4, "kid").digest()
            try header.finishExactly()
            if let last = hashes.last, last >= keyHash {
                throw CodingError(.notDeterministic, "signers out of order or twice")
            }
            guard fields[1].item == CBORItem(fields: []) else {
                throw CodingError(.unexpectedItem, "signer: unprotected header not empty")
            }
            hashes.append(keyHash)
            signatures.append(try fields[2].bytes(exactly: 64))
        }
        self.bytes = bytes
        self.type = type
        self.signatures = signatures
        signerKeyHashes = hashes
    }

    private static func bodyHeader(_ type: ObjectType) -> [UInt8] {
        CBORItem(fields: [(16, .text(type.mediaType))]).encoded()
    }

    private static func signerHeader(_ keyHash: Digest) -> [UInt8] {
        CBORItem(fields: [(1, CBORItem(COSESign1.ed25519)), (4, keyHash.item)]).encoded()
    }

    private static func toBeSigned(
        _ type: ObjectType, _ keyHash: Digest, _ payload: [UInt8]
    ) -> [UInt8] {
        CBORItem.array([
            .text("Signature"), .bytes(bodyHeader(type)), .bytes(signerHeader(keyHash)),
            .bytes([]), .bytes(payload),
        ]).encoded()
    }

    /// Counts the distinct keys among `keys` whose signature holds.
    ///
    /// A signature by a listed key that does not hold refuses the whole object; signatures by
    /// keys that are not in the list are not looked at.
    public func countValidSignatures(from keys: [VerifyingKey]) throws(CryptoError) -> Int {
        var count = 0
        for key in Set(keys) {
            let hash = key.keyHash
            guard let index = signerKeyHashes.firstIndex(of: hash) else { continue }
            let message = Self.toBeSigned(type, hash, unverifiedPayload)
            guard key.isValid(signature: signatures[index], for: message) else {
                throw CryptoError(.badSignature, .refused, "a root signature does not hold")
            }
            count += 1
        }
        return count
    }

    /// Collects signatures over one payload; add each signer, then take the object.
    package struct Builder {
        private let payload: [UInt8]
        private let type: ObjectType
        private var signers: [(hash: Digest, signature: [UInt8])] = []

        package init(_ payload: [UInt8], as type: ObjectType) {
            self.payload = payload
            self.type = type
        }

        package mutating func sign(with key: borrowing SigningKey) throws(CryptoError) {
            let hash = key.verifyingKey.keyHash
            let message = COSESign.toBeSigned(type, hash, payload)
            signers.append((hash, try key.signature(for: message, as: type)))
        }

        package func finish() throws(CryptoError) -> COSESign {
            let rows = signers.sorted { $0.hash < $1.hash }.map { signer in
                CBORItem.array([
                    .bytes(COSESign.signerHeader(signer.hash)), CBORItem(fields: []),
                    .bytes(signer.signature),
                ])
            }
            let item = CBORItem.tagged(
                COSESign.tag,
                .array([
                    .bytes(COSESign.bodyHeader(type)), CBORItem(fields: []), .bytes(payload),
                    .array(rows),
                ]))
            return try COSESign(
                decoding: item.encoded(), as: type, maximum: Limits.manifestBytes)
        }
    }
}
