import PassportCoding
import PassportCrypto
import PassportSecrecy

/// Test secrets. All of them are hashes of words that stand in this file or beside it; they are
/// known to everybody and protect nothing.
enum Secrets {
    /// A 32-byte seed named by words.
    static func seed(_ words: String) -> [UInt8] {
        Digest.sha256(of: Array("care-passport test key: \(words)".utf8)).bytes
    }

    /// A repeatable stream named by words.
    static func stream(_ words: String) -> Randomness {
        .repeatable(seed: Digest.sha256(of: Array("care-passport test stream: \(words)".utf8)))
    }

    static func signingKey(_ words: String, _ purpose: KeyPurpose) throws -> SigningKey {
        var seed = seed(words)
        return try SigningKey(seed: SecretBytes(consuming: &seed), purpose: purpose)
    }

    static func openingKey(_ words: String, _ purpose: KeyPurpose) throws -> OpeningKey {
        var seed = seed(words)
        return try OpeningKey(seed: SecretBytes(consuming: &seed), purpose: purpose)
    }

    static func bytes(_ secret: borrowing SecretBytes) -> [UInt8] {
        unsafe secret.withBytes { bytes in
            unsafe Array(UnsafeBufferPointer(start: bytes, count: secret.count))
        }
    }
}
