public import PassportCoding
public import PassportCrypto

/// The secret keys of one holder in one file, under a passphrase.
///
/// The file is `{1: 1, 2: salt, 3: ciphertext}`; the plaintext is records of one purpose byte and
/// a 32-byte seed, so that secrets go straight from locked memory to locked memory.
public struct KeyFile: ~Copyable, Sendable {
    private let records: SecretBytes
    private static let recordByteCount = 33
    private static let authenticated = Array("care-passport/1 key file".utf8)

    /// Draws one new seed for each purpose.
    ///
    /// - Precondition: there is at least one purpose; a file without keys is none.
    public init(
        generating purposes: [KeyPurpose], from randomness: Randomness
    ) throws(SecrecyError) {
        precondition(!purposes.isEmpty)
        do {
            records = try unsafe SecretBytes(
                count: purposes.count * Self.recordByteCount
            ) { memory in
                for (index, purpose) in purposes.enumerated() {
                    let start = unsafe memory + index * Self.recordByteCount
                    unsafe start[0] = UInt8(clamping: purpose.rawValue)
                    unsafe randomness.fill(start + 1, Self.recordByteCount - 1)
                }
            }
        } catch {
            throw SecrecyError(error)
        }
    }

    /// Opens a file.
    public init(
        decoding bytes: [UInt8], passphrase: borrowing Passphrase
    ) throws(SecrecyError) {
        let (salt, ciphertext) = try Self.parse(bytes)
        let key = try passphrase.key(salt: salt)
        var plaintext: [UInt8]
        do {
            plaintext = try key.open(ciphertext, authenticating: Self.authenticated)
        } catch {
            guard error.code == .cannotOpen else { throw error }
            throw SecrecyError(
                .wrongPassphrase, .refused, "the passphrase does not open the key file")
        }
        try self.init(consuming: &plaintext)
    }

    /// Takes decrypted records and zeroes where they came from.
    package init(consuming plaintext: inout [UInt8]) throws(SecrecyError) {
        defer { plaintext.wipe() }
        guard plaintext.count.isMultiple(of: Self.recordByteCount), !plaintext.isEmpty else {
            throw SecrecyError(.malformedKeyFile, "the key file holds no whole keys")
        }
        // Records are found by their place, so one of a later version may not be skipped.
        for start in stride(from: 0, to: plaintext.count, by: Self.recordByteCount)
        where KeyPurpose(rawValue: Int(plaintext[start])) == nil {
            throw SecrecyError(
                .malformedKeyFile, "the key file holds a key that this version does not know",
                hint: "a newer version of this software may read it")
        }
        do {
            records = try SecretBytes(consuming: &plaintext)
        } catch {
            throw SecrecyError(error)
        }
    }

    /// Takes a file apart without opening it.
    package static func parse(
        _ bytes: [UInt8]
    ) throws(SecrecyError) -> (salt: [UInt8], ciphertext: [UInt8]) {
        do {
            guard bytes.count <= Limits.keyFileBytes else {
                throw SecrecyError(.malformedKeyFile, "a key file longer than its limit")
            }
            var fields = try CBORFields(CBORReader.item(from: bytes), "key file")
            _ = try fields.take(1, "version").int(in: 1...1)
            let salt = try fields.take(2, "salt").bytes(exactly: 16)
            let ciphertext = try fields.take(3, "ciphertext").bytes(16...Limits.keyFileBytes)
            try fields.finishExactly()
            return (salt, ciphertext)
        } catch {
            throw SecrecyError(
                .malformedKeyFile, .badInput, "not a key file",
                cause: (error as? any DescribedFailure)?.message)
        }
    }

    /// Encrypts the keys under a passphrase with a fresh salt.
    public func encoded(
        passphrase: borrowing Passphrase, randomness: Randomness
    ) throws(SecrecyError) -> [UInt8] {
        let salt = randomness.bytes(16)
        let key = try passphrase.key(salt: salt)
        var plaintext = unsafe records.withBytes { bytes in
            unsafe Array(UnsafeBufferPointer(start: bytes, count: records.count))
        }
        let ciphertext = key.seal(plaintext, authenticating: Self.authenticated)
        plaintext.wipe()
        return CBORItem(fields: [
            (1, CBORItem(1)), (2, .bytes(salt)), (3, .bytes(ciphertext)),
        ]).encoded()
    }

    /// The purposes of the keys in the file, in its order.
    public var purposes: [KeyPurpose] {
        unsafe records.withBytes { bytes in
            stride(from: 0, to: records.count, by: Self.recordByteCount)
                .compactMap { unsafe KeyPurpose(rawValue: Int(bytes[$0])) }
        }
    }

    private func seed(_ purpose: KeyPurpose) throws(SecrecyError) -> SecretBytes {
        guard let index = purposes.lastIndex(of: purpose) else {
            throw SecrecyError(
                .missingKey, .noInput, "the key file holds no \(purpose.name) key")
        }
        let start = index * Self.recordByteCount + 1
        do {
            return try records.copy(of: start..<start + Self.recordByteCount - 1)
        } catch {
            throw SecrecyError(error)
        }
    }

    /// The newest signing key of a purpose.
    public func signingKey(_ purpose: KeyPurpose) throws(SecrecyError) -> SigningKey {
        let seed = try seed(purpose)
        do {
            return try SigningKey(seed: seed, purpose: purpose)
        } catch {
            throw SecrecyError(error)
        }
    }

    /// The newest opening key of a purpose.
    public func openingKey(_ purpose: KeyPurpose) throws(SecrecyError) -> OpeningKey {
        try OpeningKey(seed: try seed(purpose), purpose: purpose)
    }

    /// The vault.
    public func vault() throws(SecrecyError) -> Vault { Vault(try seed(.vault)) }
}
