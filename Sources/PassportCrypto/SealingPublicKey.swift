public import PassportCoding

/// A public key that boxes are sealed to. What opens them is in `PassportSecrecy`.
public struct SealingPublicKey: Hashable, Sendable {
    /// `sealNet` (X-Wing, 1,216 bytes) or `sealPaper` (X25519, 32 bytes).
    public let purpose: KeyPurpose
    /// The key in its HPKE encoding.
    public let rawRepresentation: [UInt8]

    /// Bytes in a key of each purpose.
    public static func byteCount(_ purpose: KeyPurpose) -> Int {
        purpose == .sealNet ? 1_216 : 32
    }

    /// Takes the bytes of a key.
    public init(purpose: KeyPurpose, rawRepresentation: [UInt8]) throws(CryptoError) {
        guard purpose.isSealing, rawRepresentation.count == Self.byteCount(purpose) else {
            throw CryptoError(.malformedKey, "a sealing key of the wrong length")
        }
        self.purpose = purpose
        self.rawRepresentation = rawRepresentation
    }

    /// SHA-256 of the key bytes: how manifests name it.
    public var keyHash: Digest { Digest.sha256(of: rawRepresentation) }
}
