internal import CSodium
internal import PassportCoding
package import PassportCrypto

/// A ChaCha20-Poly1305 key (RFC 8439) that encrypts once.
///
/// `seal` consumes the key, which is why the nonce can be zero: there is never a second message
/// under the same key and nonce. Every key is random or derived with a fresh salt.
public struct ContentKey: ~Copyable, Sendable {
    private let secret: SecretBytes

    /// Bytes in a key.
    package static let byteCount = 32
    /// Bytes that sealing adds.
    package static let overhead = 16

    /// Takes 32 secret bytes as a key.
    package init(_ secret: consuming SecretBytes) throws(SecrecyError) {
        guard secret.count == Self.byteCount else {
            throw SecrecyError(.wrongKey, .fault, "a content key is 32 bytes")
        }
        self.secret = secret
    }

    /// Draws a new key.
    package init(from randomness: Randomness) throws(SecrecyError) {
        do {
            secret = try SecretBytes(random: Self.byteCount, from: randomness)
        } catch {
            throw SecrecyError(error)
        }
    }

    /// A second copy of the key's bytes, to be put into boxes before the key is consumed.
    package func bytesForBoxes() throws(SecrecyError) -> SecretBytes {
        do { return try secret.copy() } catch { throw SecrecyError(error) }
    }

    private static let zeroNonce = [UInt8](
        repeating: 0, count: Int(crypto_aead_chacha20poly1305_IETF_NPUBBYTES))

    /// Encrypts and ends the key's use.
    package consuming func seal(_ plaintext: [UInt8], authenticating data: [UInt8]) -> [UInt8] {
        Self.encrypt(plaintext, data, secret, Self.zeroNonce)
    }

    /// Decrypts. The plaintext exists only if the tag holds.
    package func open(
        _ ciphertext: [UInt8], authenticating data: [UInt8]
    ) throws(SecrecyError) -> [UInt8] {
        try Self.decrypt(ciphertext, data, secret, Self.zeroNonce)
    }

    static func encrypt(
        _ plaintext: [UInt8], _ data: [UInt8], _ key: borrowing SecretBytes, _ nonce: [UInt8]
    ) -> [UInt8] {
        var ciphertext = [UInt8](repeating: 0, count: plaintext.count + overhead)
        unsafe key.withBytes { key in
            _ = unsafe crypto_aead_chacha20poly1305_ietf_encrypt(
                &ciphertext, nil, plaintext, UInt64(plaintext.count), data, UInt64(data.count),
                nil, nonce, key)
        }
        return ciphertext
    }

    static func decrypt(
        _ ciphertext: [UInt8], _ data: [UInt8], _ key: borrowing SecretBytes, _ nonce: [UInt8]
    ) throws(SecrecyError) -> [UInt8] {
        guard ciphertext.count >= overhead else {
            throw SecrecyError(.cannotOpen, .refused, "does not open under this key")
        }
        var plaintext = [UInt8](repeating: 0, count: ciphertext.count - overhead)
        let status = unsafe key.withBytes { key in
            unsafe crypto_aead_chacha20poly1305_ietf_decrypt(
                &plaintext, nil, nil, ciphertext, UInt64(ciphertext.count), data,
                UInt64(data.count), nonce, key)
        }
        guard status == 0 else {
            throw SecrecyError(.cannotOpen, .refused, "does not open under this key")
        }
        return plaintext
    }
}
