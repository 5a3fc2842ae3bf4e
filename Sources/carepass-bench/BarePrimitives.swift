import CSodium
import Crypto
import FoundationEssentials

/// The primitives alone, on buffers of the right size, straight from the libraries.
struct BarePrimitives {
    private let xwing: XWingMLKEM768X25519.PrivateKey
    private let publicKey: [UInt8]
    private let secretKey: [UInt8]
    private let suite = HPKE.Ciphersuite(
        kem: .XWingMLKEM768X25519, kdf: .HKDF_SHA256, aead: .chaChaPoly)
    private let nonce = [UInt8](repeating: 0, count: 12)
    private let key = [UInt8](repeating: 9, count: 32)

    init() throws {
        xwing = try XWingMLKEM768X25519.PrivateKey()
        var publicKey = [UInt8](repeating: 0, count: 32)
        var secretKey = [UInt8](repeating: 0, count: 64)
        guard unsafe crypto_sign_keypair(&publicKey, &secretKey) == 0 else {
            throw CryptoKitError.incorrectKeySize
        }
        self.publicKey = publicKey
        self.secretKey = secretKey
    }

    func sha256(_ count: Int) { _ = SHA256.hash(data: [UInt8](repeating: 1, count: count)) }

    func sign(_ count: Int) -> [UInt8] {
        let message = [UInt8](repeating: 1, count: count)
        var signature = [UInt8](repeating: 0, count: 64)
        _ = unsafe crypto_sign_detached(
            &signature, nil, message, UInt64(message.count), secretKey)
        return signature
    }

    func verify(_ signature: [UInt8], _ count: Int) {
        let message = [UInt8](repeating: 1, count: count)
        _ = unsafe crypto_sign_verify_detached(
            signature, message, UInt64(message.count), publicKey)
    }

    func encrypt(_ count: Int) -> [UInt8] {
        let plaintext = [UInt8](repeating: 1, count: count)
        var ciphertext = [UInt8](repeating: 0, count: count + 16)
        _ = unsafe crypto_aead_chacha20poly1305_ietf_encrypt(
            &ciphertext, nil, plaintext, UInt64(count), nil, 0, nil, nonce, key)
        return ciphertext
    }

    func decrypt(_ ciphertext: [UInt8]) {
        var plaintext = [UInt8](repeating: 0, count: ciphertext.count - 16)
        _ = unsafe crypto_aead_chacha20poly1305_ietf_decrypt(
            &plaintext, nil, nil, ciphertext, UInt64(ciphertext.count), nil, 0, nonce, key)
    }

    func hkdf() {
        _ = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: key), info: nonce, outputByteCount: 32)
    }

    func random(_ count: Int) {
        var bytes = [UInt8](repeating: 0, count: count)
        unsafe randombytes_buf(&bytes, count)
    }

    func newXWingKey() throws { _ = try XWingMLKEM768X25519.PrivateKey().publicKey }

    func sealXWing(_ count: Int) throws -> (key: Data, ciphertext: Data) {
        var sender = try HPKE.Sender(
            recipientKey: xwing.publicKey, ciphersuite: suite, info: Data())
        return (
            sender.encapsulatedKey, try sender.seal([UInt8](repeating: 1, count: count))
        )
    }

    func openXWing(_ box: (key: Data, ciphertext: Data)) throws {
        var recipient = try HPKE.Recipient(
            privateKey: xwing, ciphersuite: suite, info: Data(), encapsulatedKey: box.key)
        _ = try recipient.open(box.ciphertext)
    }

    /// A box that does not open costs the same decapsulation and a failed tag.
    func failXWing(_ box: (key: Data, ciphertext: Data)) {
        guard
            var recipient = try? HPKE.Recipient(
                privateKey: xwing, ciphersuite: suite, info: Data(), encapsulatedKey: box.key)
        else { return }
        _ = try? recipient.open(box.ciphertext.dropLast())
    }
}
