internal import CSodium
public import PassportCoding
internal import PassportCrypto

/// A passphrase, held like a key.
public struct Passphrase: ~Copyable, Sendable {
    private let secret: SecretBytes

    /// Moves bytes in and zeroes where they came from. A trailing line break is not part of it.
    public init(consuming bytes: inout [UInt8]) throws(SecrecyError) {
        defer { bytes.wipe() }
        while bytes.last == 0x0A || bytes.last == 0x0D { bytes.removeLast() }
        try self.init(exactly: &bytes)
    }

    /// Takes bytes as they are, which need not be text.
    init(exactly bytes: inout [UInt8]) throws(SecrecyError) {
        defer { bytes.wipe() }
        guard !bytes.isEmpty, bytes.count <= Limits.passphraseBytes else {
            throw SecrecyError(
                .wrongPassphrase, "a passphrase has 1 to \(Limits.passphraseBytes) bytes")
        }
        do {
            secret = try SecretBytes(consuming: &bytes)
        } catch {
            throw SecrecyError(error)
        }
    }

    /// Argon2id, version 1.3, with this format's fixed cost: 3 passes over 64 MiB (RFC 9106's
    /// second choice; one lane, as libsodium has it). Fixed, so that a file cannot ask for less.
    package func key(salt: [UInt8]) throws(SecrecyError) -> ContentKey {
        guard salt.count == Self.saltBytes else {
            throw SecrecyError(.malformedKeyFile, "a salt of the wrong length")
        }
        return try ContentKey(stretched(salt: salt, count: Self.keyBytes))
    }

    /// The same, for other secrets than a key.
    ///
    /// - Precondition: `salt` are 16 bytes.
    func stretched(salt: [UInt8], count: Int) throws(SecrecyError) -> SecretBytes {
        precondition(salt.count == Self.saltBytes)
        var status: Int32 = -1
        do {
            try Sodium.start()
            let derived = try unsafe SecretBytes(count: count) { memory in
                unsafe secret.withBytes { secret in
                    status = unsafe secret.withMemoryRebound(
                        to: CChar.self, capacity: self.secret.count
                    ) { secret in
                        unsafe crypto_pwhash(
                            memory, UInt64(count), secret, UInt64(self.secret.count), salt,
                            UInt64(Self.passes), Self.memoryBytes, crypto_pwhash_ALG_ARGON2ID13)
                    }
                }
            }
            guard status == 0 else {
                throw SecrecyError(
                    .libraryFault, .fault, "not enough memory for the passphrase (64 MiB)")
            }
            return derived
        } catch {
            throw SecrecyError(error)
        }
    }

    static let keyBytes = ContentKey.byteCount
    static let saltBytes = 16
    /// Passes over memory.
    package static let passes = 3
    /// Bytes of memory.
    package static let memoryBytes = 67_108_864
}
