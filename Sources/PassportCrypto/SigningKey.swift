internal import CSodium
internal import PassportCoding

/// An Ed25519 secret key with its purpose, in locked memory.
public struct SigningKey: ~Copyable, Sendable {
    /// What the key is for; signing anything else is refused.
    public let purpose: KeyPurpose
    /// The public half.
    public let verifyingKey: VerifyingKey
    private let secret: SecretBytes

    /// Bytes in the seed (RFC 8032's private key).
    package static let seedByteCount = 32

    /// Derives the key pair from a 32-byte seed.
    package init(seed: borrowing SecretBytes, purpose: KeyPurpose) throws(CryptoError) {
        guard seed.count == Self.seedByteCount, purpose.isSigning else {
            throw CryptoError(.malformedKey, "a seed of the wrong length or purpose")
        }
        var publicKey = [UInt8](repeating: 0, count: VerifyingKey.byteCount)
        let secret = try unsafe seed.withBytes { seed throws(CryptoError) in
            try unsafe SecretBytes(count: Int(crypto_sign_SECRETKEYBYTES)) { secret in
                _ = unsafe crypto_sign_seed_keypair(&publicKey, secret, seed)
            }
        }
        let verifyingKey = try VerifyingKey(rawRepresentation: publicKey)
        self.secret = secret
        self.verifyingKey = verifyingKey
        self.purpose = purpose
    }

    /// Signs a message (deterministic Ed25519): 64 bytes.
    package func signature(for message: [UInt8]) -> [UInt8] {
        var signature = [UInt8](repeating: 0, count: Int(crypto_sign_BYTES))
        unsafe secret.withBytes { secret in
            _ = unsafe crypto_sign_detached(
                &signature, nil, message, UInt64(message.count), secret)
        }
        return signature
    }

    /// Signs a message after checking that the key's purpose allows the use.
    package func signature(
        for message: [UInt8], as type: ObjectType
    ) throws(CryptoError) -> [UInt8] {
        guard type.signers.contains(purpose) else {
            throw CryptoError(
                .wrongPurpose, .fault, "a \(purpose.name) key may not sign \(type.mediaType)")
        }
        return signature(for: message)
    }
}
