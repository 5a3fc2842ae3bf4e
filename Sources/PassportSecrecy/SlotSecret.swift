internal import PassportCoding
package import PassportCrypto

/// The 32-byte secret of one slot. From it come the key of the slot's ciphertext and the
/// commitment that the signed passport carries.
///
/// ChaCha20-Poly1305 alone does not commit to its key: whoever seals could make one ciphertext
/// that opens to two different histories under two keys. The commitment in the signed claims
/// leaves room for one key only.
public struct SlotSecret: ~Copyable, Sendable {
    private let secret: SecretBytes

    /// Bytes in a slot secret.
    package static let byteCount = 32

    /// Draws a new slot secret.
    package init(from randomness: Randomness) throws(SecrecyError) {
        do {
            secret = try SecretBytes(random: Self.byteCount, from: randomness)
        } catch {
            throw SecrecyError(error)
        }
    }

    /// Takes 32 secret bytes from a ring.
    package init(_ secret: consuming SecretBytes) throws(SecrecyError) {
        guard secret.count == Self.byteCount else {
            throw SecrecyError(.wrongKey, .fault, "a slot secret is 32 bytes")
        }
        self.secret = secret
    }

    /// The key for the slot's one ciphertext.
    package func contentKey() throws(SecrecyError) -> ContentKey {
        try ContentKey(
            KeyDerivation.derive(from: secret, .slotKey, count: ContentKey.byteCount))
    }

    /// What the signed claims carry for this slot. Public: it tells nothing about the key.
    package func commitment() throws(SecrecyError) -> Digest {
        try Self.commitment(KeyDerivation.Extracted(secret))
    }

    private static func commitment(
        _ extracted: KeyDerivation.Extracted
    ) throws(SecrecyError) -> Digest {
        let bytes = extracted.publicBytes(.slotCommitment, count: Digest.byteCount)
        guard let digest = Digest(bytes: bytes) else {
            throw SecrecyError(.libraryFault, .fault, "a commitment of the wrong length")
        }
        return digest
    }

    /// Encrypts the slot's one plaintext. The secret may not seal again.
    package func seal(
        _ plaintext: [UInt8], authenticating data: [UInt8]
    ) throws(SecrecyError) -> (commitment: Digest, ciphertext: [UInt8]) {
        let extracted = KeyDerivation.Extracted(secret)
        let key = try ContentKey(extracted.expand(.slotKey, count: ContentKey.byteCount))
        return (
            try Self.commitment(extracted), key.seal(plaintext, authenticating: data)
        )
    }

    /// Decrypts the slot.
    ///
    /// - Returns: nil when the signed commitment is to another secret: one ciphertext must not
    ///   open to two histories under two keys.
    package func open(
        _ ciphertext: [UInt8], committed: Digest, authenticating data: [UInt8]
    ) throws(SecrecyError) -> [UInt8]? {
        try Self.open(
            ciphertext, secretIn: secret, at: 0, committed: committed, authenticating: data)
    }

    /// The same with a secret that stays where it lies, in a ring.
    ///
    /// - Precondition: the ring has 32 bytes at `offset`.
    package static func open(
        _ ciphertext: [UInt8], secretIn ring: borrowing SecretBytes, at offset: Int,
        committed: Digest, authenticating data: [UInt8]
    ) throws(SecrecyError) -> [UInt8]? {
        let extracted = KeyDerivation.Extracted(ring, offset..<offset + byteCount)
        guard try commitment(extracted) == committed else { return nil }
        return try ContentKey(extracted.expand(.slotKey, count: ContentKey.byteCount))
            .open(ciphertext, authenticating: data)
    }

    /// Appends the secret to a ring that is about to be encrypted.
    package func append(to bytes: inout [UInt8]) {
        unsafe secret.withBytes { secret in
            unsafe bytes.append(
                contentsOf: UnsafeBufferPointer(start: secret, count: Self.byteCount))
        }
    }
}
