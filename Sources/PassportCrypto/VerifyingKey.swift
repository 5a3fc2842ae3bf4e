internal import CSodium
public import PassportCoding

/// An Ed25519 public key (RFC 8032). On its own it proves nothing about whose it is; that is
/// what `PassportTrust` adds.
public struct VerifyingKey: Hashable, Sendable {
    /// The 32 bytes of the encoded point.
    public let rawRepresentation: [UInt8]

    /// Bytes in a key.
    public static let byteCount = 32

    /// Takes 32 bytes; whether they are a usable point shows when a signature is verified.
    public init(rawRepresentation: [UInt8]) throws(CryptoError) {
        guard rawRepresentation.count == Self.byteCount else {
            throw CryptoError(.malformedKey, "a signing key is not 32 bytes")
        }
        self.rawRepresentation = rawRepresentation
    }

    /// SHA-256 over the 32 bytes: how manifests, `kid` headers and pins name the key.
    public var keyHash: Digest { Digest.sha256(of: rawRepresentation) }

    /// Verifies strictly: canonical S, no point of small order, canonical encodings
    /// (libsodium's rules). Strictness is what makes a digest over signed bytes unambiguous.
    public func isValid(signature: [UInt8], for message: [UInt8]) -> Bool {
        guard signature.count == 64 else { return false }
        SignatureMeter.current?.add()
        return unsafe crypto_sign_verify_detached(
            signature, message, UInt64(message.count), rawRepresentation) == 0
    }
}

extension CBORValue {
    /// An Ed25519 public key.
    public func verifyingKey() throws(CodingError) -> VerifyingKey {
        let bytes = try bytes(exactly: VerifyingKey.byteCount)
        do {
            return try VerifyingKey(rawRepresentation: bytes)
        } catch {
            throw CodingError(.unexpectedItem, "\(place): not a signing key")
        }
    }
}
