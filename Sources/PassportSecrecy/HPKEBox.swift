internal import CSodium
internal import Crypto
internal import FoundationEssentials
internal import PassportCoding
public import PassportCrypto

/// HPKE (RFC 9180) in base mode, single shot, with an empty `info`: the purpose of the key fixes
/// the suite, and there is nothing to choose.
///
/// `sealNet`: X-Wing (0x647a), HKDF-SHA256, ChaCha20-Poly1305. `sealPaper`: X25519, HKDF-SHA256,
/// ChaCha20-Poly1305, which is COSE HPKE-4.
package enum HPKEBox {
    static func suite(_ purpose: KeyPurpose) -> HPKE.Ciphersuite {
        purpose == .sealNet
            ? HPKE.Ciphersuite(
                kem: .XWingMLKEM768X25519, kdf: .HKDF_SHA256, aead: .chaChaPoly)
            : .Curve25519_SHA256_ChachaPoly
    }

    /// The points of X25519 whose shared secret with every key is zero, the ones not below the
    /// prime included; the top bit, which X25519 ignores, cleared.
    private static let lowOrder = Set(
        [
            "0000000000000000000000000000000000000000000000000000000000000000",
            "0100000000000000000000000000000000000000000000000000000000000000",
            "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
            "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
            "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        ].compactMap { try? Hexadecimal.decode($0) })

    /// RFC 9180 §7.1.4: a shared secret of zero must end the act, because anybody could open
    /// such a box. swift-crypto does not check it.
    static func isLowOrder(_ point: [UInt8]) -> Bool {
        lowOrder.contains(point.dropLast() + point.suffix(1).map { $0 & 0x7F })
    }

    /// Bytes of the encapsulated key.
    package static func encapsulatedKeyByteCount(_ purpose: KeyPurpose) -> Int {
        purpose == .sealNet ? 1_120 : 32
    }

    /// Seals to a public key.
    ///
    /// - Returns: the encapsulated key and the ciphertext (16 bytes longer than the plaintext).
    package static func seal(
        _ plaintext: [UInt8], to key: SealingPublicKey, authenticating data: [UInt8]
    ) throws(SecrecyError) -> (encapsulatedKey: [UInt8], ciphertext: [UInt8]) {
        guard key.purpose == .sealNet || !isLowOrder(key.rawRepresentation) else {
            throw SecrecyError(.wrongKey, .refused, "the recipient's key cannot be sealed to")
        }
        do {
            var sender: HPKE.Sender
            switch key.purpose {
            case .sealNet:
                sender = try HPKE.Sender(
                    recipientKey: XWingMLKEM768X25519.PublicKey(
                        rawRepresentation: key.rawRepresentation),
                    ciphersuite: suite(.sealNet), info: Data())
            default:
                sender = try HPKE.Sender(
                    recipientKey: Curve25519.KeyAgreement.PublicKey(
                        rawRepresentation: key.rawRepresentation),
                    ciphersuite: suite(.sealPaper), info: Data())
            }
            let ciphertext = try sender.seal(plaintext, authenticating: data)
            return (Array(sender.encapsulatedKey), Array(ciphertext))
        } catch {
            throw SecrecyError(.wrongKey, .refused, "the recipient's key cannot be sealed to")
        }
    }

    /// Seals to a key that is thrown away at once: a decoy that nobody can tell from a real box,
    /// because it is one.
    package static func decoy(
        byteCount: Int, purpose: KeyPurpose, authenticating data: [UInt8],
        randomness: Randomness
    ) throws(SecrecyError) -> (encapsulatedKey: [UInt8], ciphertext: [UInt8]) {
        let discarded = try OpeningKey(
            random: purpose, from: randomness)
        return try seal(
            randomness.bytes(byteCount), to: discarded.publicKey, authenticating: data)
    }
}

/// The secret half of a sealing key.
public struct OpeningKey: ~Copyable, Sendable {
    private enum Material {
        case net(XWingMLKEM768X25519.PrivateKey)
        case paper(Curve25519.KeyAgreement.PrivateKey)
    }

    /// The public half.
    public let publicKey: SealingPublicKey
    private let material: Material

    /// Bytes in the seed of either purpose.
    package static let seedByteCount = 32

    /// Derives the key pair from its 32-byte seed.
    package init(
        seed: borrowing SecretBytes, purpose: KeyPurpose
    ) throws(SecrecyError) {
        guard purpose.isSealing, seed.count == Self.seedByteCount else {
            throw SecrecyError(.wrongKey, .fault, "a sealing seed is 32 bytes")
        }
        let made: (Material, [UInt8])
        do {
            made = try unsafe seed.withBytes { bytes in
                let bytes = unsafe UnsafeRawBufferPointer(start: bytes, count: Self.seedByteCount)
                if purpose == .sealNet {
                    let key = try unsafe XWingMLKEM768X25519.PrivateKey(
                        seedRepresentation: bytes, publicKey: nil)
                    return (Material.net(key), Array(key.publicKey.rawRepresentation))
                }
                let key = try unsafe Curve25519.KeyAgreement.PrivateKey(rawRepresentation: bytes)
                return (Material.paper(key), Array(key.publicKey.rawRepresentation))
            }
            publicKey = try SealingPublicKey(purpose: purpose, rawRepresentation: made.1)
        } catch {
            throw SecrecyError(error)
        }
        material = made.0
    }

    init(random purpose: KeyPurpose, from randomness: Randomness) throws(SecrecyError) {
        let seed: SecretBytes
        do {
            seed = try SecretBytes(random: Self.seedByteCount, from: randomness)
        } catch {
            throw SecrecyError(error)
        }
        try self.init(seed: seed, purpose: purpose)
    }

    /// `info` is a parameter so that the vectors of the standards, which have one, go this way.
    func recipient(encapsulatedKey: [UInt8], info: [UInt8]) throws -> HPKE.Recipient {
        switch material {
        case .net(let key):
            return try HPKE.Recipient(
                privateKey: key, ciphersuite: HPKEBox.suite(.sealNet), info: Data(info),
                encapsulatedKey: Data(encapsulatedKey))
        case .paper(let key):
            guard !HPKEBox.isLowOrder(encapsulatedKey) else {
                throw SecrecyError(.cannotOpen, .refused, "a point of low order")
            }
            return try HPKE.Recipient(
                privateKey: key, ciphersuite: HPKEBox.suite(.sealPaper), info: Data(info),
                encapsulatedKey: Data(encapsulatedKey))
        }
    }

    /// Opens a box. Failure says nothing about why.
    package func open(
        encapsulatedKey: [UInt8], ciphertext: [UInt8], authenticating data: [UInt8]
    ) throws(SecrecyError) -> [UInt8] {
        do {
            var recipient = try recipient(encapsulatedKey: encapsulatedKey, info: [])
            var opened = try recipient.open(ciphertext, authenticating: data)
            // What a box holds are keys: the library's own copy must not outlive this call.
            defer {
                unsafe opened.withUnsafeMutableBytes { bytes in
                    if let base = bytes.baseAddress {
                        unsafe sodium_memzero(base, bytes.count)
                    }
                }
            }
            return Array(opened)
        } catch {
            throw SecrecyError(.cannotOpen, .refused, "does not open under this key")
        }
    }
}
