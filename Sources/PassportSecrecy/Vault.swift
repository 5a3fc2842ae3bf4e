internal import CSodium
public import PassportCoding
public import PassportCrypto

/// Encrypts what an organisation keeps for itself (drafts, rings), so that a stolen disk holds
/// none of it in the clear.
///
/// XChaCha20-Poly1305 under one long-lived key with random 192-bit nonces: the one place where
/// a key is used more than once, and never in anything that travels.
public struct Vault: ~Copyable, Sendable {
    private let key: SecretBytes
    private static let nonceByteCount = Int(crypto_aead_xchacha20poly1305_ietf_NPUBBYTES)

    init(_ key: consuming SecretBytes) { self.key = key }

    /// Encrypts; `place` (for example a table and row) must be named again to decrypt, so that
    /// rows cannot be swapped.
    public func seal(_ plaintext: [UInt8], place: String, randomness: Randomness) -> [UInt8] {
        let nonce = randomness.bytes(Self.nonceByteCount)
        let data = Array(place.utf8)
        var ciphertext = [UInt8](repeating: 0, count: plaintext.count + ContentKey.overhead)
        unsafe key.withBytes { key in
            _ = unsafe crypto_aead_xchacha20poly1305_ietf_encrypt(
                &ciphertext, nil, plaintext, UInt64(plaintext.count), data, UInt64(data.count),
                nil, nonce, key)
        }
        return nonce + ciphertext
    }

    /// Decrypts what `seal` made for the same place.
    public func open(_ sealed: [UInt8], place: String) throws(SecrecyError) -> [UInt8] {
        let refusal = SecrecyError(
            .cannotOpen, .refused, "a stored row does not open under this keystore")
        guard sealed.count >= Self.nonceByteCount + ContentKey.overhead else { throw refusal }
        let nonce = Array(sealed.prefix(Self.nonceByteCount))
        let ciphertext = Array(sealed.dropFirst(Self.nonceByteCount))
        let data = Array(place.utf8)
        var plaintext = [UInt8](repeating: 0, count: ciphertext.count - ContentKey.overhead)
        let status = unsafe key.withBytes { key in
            unsafe crypto_aead_xchacha20poly1305_ietf_decrypt(
                &plaintext, nil, nil, ciphertext, UInt64(ciphertext.count), data,
                UInt64(data.count), nonce, key)
        }
        guard status == 0 else { throw refusal }
        return plaintext
    }
}
