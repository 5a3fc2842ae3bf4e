import PassportCoding
import PassportCrypto
import Testing

/// True for types whose values can be copied; the compiler decides.
private func isCopyable<Value>(_: Value.Type) -> Bool { true }
@_disfavoredOverload
private func isCopyable<Value: ~Copyable>(_: Value.Type) -> Bool { false }

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
    /// Bytes as they could show in text: as numbers, as hexadecimal, as base64 or as they are.
    private func forms(of bytes: [UInt8]) -> [String] {
        [
            bytes.prefix(4).map { "\($0)" }.joined(separator: ", "),
            Hexadecimal.encode(Array(bytes.prefix(4))),
            Hexadecimal.encode(Array(bytes.prefix(4))).uppercased(),
            String(Base64.encode(bytes).prefix(6)),
            String(decoding: bytes.prefix(4), as: UTF8.self),
        ]
    }

    private func texts(_ value: Any) -> [String] {
        var dumped = ""
        dump(value, to: &dumped)
        let mirrored = Mirror(reflecting: value).children
            .map { "\($0.label ?? "") \(String(reflecting: $0.value))" }
        return ["\(value)", String(describing: value), String(reflecting: value), dumped] + mirrored
    }

    @Test("secrets and keys cannot be copied, so nothing that prints can take one")
    func noCopies() {
        #expect(!isCopyable(SecretBytes.self))
        #expect(!isCopyable(SigningKey.self))
        // What the check would say of a type that can.
        #expect(isCopyable(VerifyingKey.self))
        #expect(isCopyable([UInt8].self))
    }

    @Test("an object that holds secrets prints none of their bytes")
    func careless() throws {
        let bytes = Array("fourscore and seven years ago…".utf8.prefix(32))
        let holder = try Careless(bytes)
        let all = texts(holder)
        for form in forms(of: bytes) {
            for text in all { #expect(!text.contains(form)) }
        }
        #expect(holder.secret.count == 32)
    }

    @Test("the source of randomness prints nothing of its seed")
    func randomness() {
        let seed = Digest.sha256(of: Array("seed".utf8))
        let all = texts(Randomness.repeatable(seed: seed))
        for form in forms(of: seed.bytes) {
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
                for text in texts(error) {
                    #expect(!text.contains("90, 90") && !text.contains("5a5a"))
                }
            }
        }
    }
}
