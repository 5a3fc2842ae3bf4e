import PassportCoding
import PassportCrypto
import PassportTestSupport
import Testing

/// A holder of secrets as a careless program may have one.
private final class Careless {
    let secret: SecretBytes
    let key: SigningKey

    init(_ bytes: [UInt8]) throws {
        var bytes = bytes
        secret = try SecretBytes(consuming: &bytes)
        key = try SigningKey(seed: secret, purpose: .issue)
    }
}

@Suite("No secret shows itself")
struct SecretLeakTests {
    @Test("secrets and keys cannot be copied, so nothing that prints can take one")
    func noCopies() {
        #expect(!SecretLeaks.isCopyable(SecretBytes.self))
        #expect(!SecretLeaks.isCopyable(SigningKey.self))
        // What the check would say of a type that can.
        #expect(SecretLeaks.isCopyable(VerifyingKey.self))
        #expect(SecretLeaks.isCopyable([UInt8].self))
    }

    @Test("an object that holds secrets prints none of their bytes")
    func careless() throws {
        let bytes = Array("fourscore and seven years ago…".utf8.prefix(32))
        let holder = try Careless(bytes)
        let all = SecretLeaks.texts(holder)
        for form in SecretLeaks.forms(of: bytes) {
            for text in all { #expect(!text.contains(form)) }
        }
        #expect(holder.secret.count == 32)
    }

    @Test("the source of randomness prints nothing of its seed")
    func randomness() {
        let seed = Digest.sha256(of: Array("seed".utf8))
        let all = SecretLeaks.texts(Randomness.repeatable(seed: seed))
        for form in SecretLeaks.forms(of: seed.bytes) {
            for text in all { #expect(!text.contains(form)) }
        }
    }

    @Test("errors about keys name no key")
    func errors() throws {
        let key = try signingKey(0x5A, .issue)
        let object = try COSESign1.sign([1], as: .passport, with: key)
        let other = try signingKey(0x5B, .issue).verifyingKey
        let failures: [() throws -> Void] = [
            { _ = try object.verify(with: other) },
            { _ = try COSESign1.sign([1], as: .grant, with: signingKey(0x5A, .issue)) },
            { _ = try signingKey(0x5A, .vault) },
        ]
        for failure in failures {
            do {
                try failure()
                Issue.record("accepted")
            } catch {
                for text in SecretLeaks.texts(error) {
                    #expect(!text.contains("90, 90") && !text.contains("5a5a"))
                }
            }
        }
    }
}
