import CSodium
import Crypto
import FoundationEssentials

/// The primitives alone, straight from the libraries, on buffers that exist before the clock
/// starts.
final class BarePrimitives {
    private typealias Box = (key: Data, ciphertext: Data)

    private static let largest = 1 << 20
    private let suite = HPKE.Ciphersuite(
        kem: .XWingMLKEM768X25519, kdf: .HKDF_SHA256, aead: .chaChaPoly)
    private let boxKey: XWingMLKEM768X25519.PrivateKey
    private let boxPublicKey: XWingMLKEM768X25519.PublicKey
    private let nonce = [UInt8](repeating: 0, count: 12)
    private let key = [UInt8](repeating: 9, count: 32)
    private let secret = SymmetricKey(size: .bits256)
    private let input = [UInt8](repeating: 1, count: largest)
    private var output = [UInt8](repeating: 0, count: largest)
    private var publicKey = [UInt8](repeating: 0, count: 32)
    private var secretKey = [UInt8](repeating: 0, count: 64)
    private var signatures: [Int: [UInt8]] = [:]
    private var ciphertexts: [Int: [UInt8]] = [:]
    private var boxes: [Int: Box] = [:]

    init() throws {
        boxKey = try XWingMLKEM768X25519.PrivateKey()
        boxPublicKey = boxKey.publicKey
        guard sodium_init() >= 0, unsafe crypto_sign_keypair(&publicKey, &secretKey) == 0
        else { throw CryptoKitError.incorrectKeySize }
    }

    /// Makes what a primitive needs to be undone: signatures, ciphertexts, boxes.
    func prepare(_ primitive: Baseline.Primitive, _ bytes: Int) throws {
        precondition(bytes + 16 <= Self.largest)
        switch primitive {
        case .verify:
            sign(bytes)
            signatures[bytes] = Array(output.prefix(64))
        case .decrypt:
            encrypt(bytes)
            ciphertexts[bytes] = Array(output.prefix(bytes + 16))
        case .open, .fail:
            var sender = try HPKE.Sender(
                recipientKey: boxPublicKey, ciphersuite: suite, info: Data())
            boxes[bytes] = (sender.encapsulatedKey, try sender.seal(input[..<bytes]))
        default: break
        }
    }

    func perform(_ primitive: Baseline.Primitive, _ bytes: Int) throws {
        switch primitive {
        case .verify: verify(bytes)
        case .sign: sign(bytes)
        case .keyPair: _ = unsafe crypto_sign_seed_keypair(&publicKey, &secretKey, key)
        case .boxKey:
            _ = try XWingMLKEM768X25519.PrivateKey(seedRepresentation: key, publicKey: nil)
                .publicKey
        case .seal:
            var sender = try HPKE.Sender(
                recipientKey: boxPublicKey, ciphersuite: suite, info: Data())
            _ = try sender.seal(input[..<bytes])
        case .open: try open(bytes)
        case .fail: fail(bytes)
        case .encrypt: encrypt(bytes)
        case .decrypt: decrypt(bytes)
        case .extract: _ = HKDF<SHA256>.extract(inputKeyMaterial: secret, salt: nonce)
        case .expand:
            _ = HKDF<SHA256>.expand(
                pseudoRandomKey: secret, info: input[..<32], outputByteCount: 32)
        case .hash: hash(bytes)
        case .random: unsafe randombytes_buf_deterministic(&output, bytes, key)
        }
    }

    func hash(_ bytes: Int) {
        var hash = SHA256()
        unsafe input.withUnsafeBytes { input in
            unsafe hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: input[..<bytes]))
        }
        _ = hash.finalize()
    }

    private func sign(_ bytes: Int) {
        _ = unsafe crypto_sign_detached(&output, nil, input, UInt64(bytes), secretKey)
    }

    private func verify(_ bytes: Int) {
        guard let signature = signatures[bytes] else { return }
        _ = unsafe crypto_sign_verify_detached(signature, input, UInt64(bytes), publicKey)
    }

    private func encrypt(_ bytes: Int) {
        _ = unsafe crypto_aead_chacha20poly1305_ietf_encrypt(
            &output, nil, input, UInt64(bytes), nil, 0, nil, nonce, key)
    }

    private func decrypt(_ bytes: Int) {
        guard let ciphertext = ciphertexts[bytes] else { return }
        _ = unsafe crypto_aead_chacha20poly1305_ietf_decrypt(
            &output, nil, nil, ciphertext, UInt64(ciphertext.count), nil, 0, nonce, key)
    }

    private func open(_ bytes: Int) throws {
        guard let box = boxes[bytes] else { return }
        var recipient = try HPKE.Recipient(
            privateKey: boxKey, ciphersuite: suite, info: Data(), encapsulatedKey: box.key)
        _ = try recipient.open(box.ciphertext)
    }

    /// A box for somebody else costs the same decapsulation and a tag that does not hold.
    private func fail(_ bytes: Int) {
        guard let box = boxes[bytes],
            var recipient = try? HPKE.Recipient(
                privateKey: boxKey, ciphersuite: suite, info: Data(), encapsulatedKey: box.key)
        else { return }
        _ = try? recipient.open(box.ciphertext, authenticating: nonce)
    }
}
