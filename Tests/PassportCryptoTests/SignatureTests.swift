import PassportCoding
import PassportCrypto
import PassportTestSupport
import Testing

@Suite(
    "Ed25519: the vectors of others",
    .enabled(if: Corpora.isPresent, Comment(rawValue: Corpora.reason)))
struct SignatureCorpusTests {
    @Test("Wycheproof: all 88 valid signatures hold, all 63 invalid ones do not")
    func wycheproof() throws {
        var counts: [String: Int] = [:]
        for (group, cases) in try wycheproofGroups("ed25519_test") {
            let publicKey = try #require(group["publicKey"] as? [String: Any])
            let key = try VerifyingKey(rawRepresentation: bytes(hex: publicKey["pk"]))
            for test in cases {
                let result = try #require(test["result"] as? String)
                let holds = try key.isValid(
                    signature: bytes(hex: test["sig"]), for: bytes(hex: test["msg"]))
                #expect(holds == (result == "valid"), "case \(test["tcId"] ?? "?")")
                counts[result, default: 0] += 1
            }
        }
        #expect(counts == ["valid": 88, "invalid": 63])
    }
}

@Suite("Ed25519: strict verification")
struct SignatureStrictnessTests {
    /// The order of the base point, little-endian (RFC 8032 §5.1).
    private let order: [UInt8] = [
        0xED, 0xD3, 0xF5, 0x5C, 0x1A, 0x63, 0x12, 0x58, 0xD6, 0x9C, 0xF7, 0xA2, 0xDE, 0xF9, 0xDE,
        0x14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ]

    /// All encodings of the eight points of small order: canonical ones, those with y + p, and
    /// those with a sign bit that no canonical encoding has.
    private let smallOrder = [
        "0100000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000080",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    ]

    private let message = Array("a passport".utf8)

    private func adding(_ number: [UInt8], to bytes: [UInt8]) -> [UInt8] {
        var carry = 0
        return zip(bytes, number).map { one, other in
            let sum = Int(one) + Int(other) + carry
            carry = sum >> 8
            return UInt8(sum & 0xFF)
        }
    }

    @Test("S + L, + 2L … in place of S is refused: one message has one signature")
    func nonCanonicalS() throws {
        let key = try signingKey(1, .issue)
        let good = key.signature(for: message)
        #expect(good == key.signature(for: message))
        let verifyingKey = key.verifyingKey
        #expect(verifyingKey.isValid(signature: good, for: message))
        var scalar = Array(good.suffix(32))
        for _ in 0..<15 {
            scalar = adding(order, to: scalar)
            let forged = Array(good.prefix(32)) + scalar
            #expect(!verifyingKey.isValid(signature: forged, for: message))
        }
    }

    @Test("keys of small order, under which anything would verify, verify nothing")
    func smallOrderKeys() throws {
        for key in smallOrder {
            let key = try VerifyingKey(rawRepresentation: Hexadecimal.decode(key))
            for point in smallOrder {
                // With S = 0 the equation is R = -hA, which every eighth message meets or more.
                let signature = try Hexadecimal.decode(point) + [UInt8](repeating: 0, count: 32)
                for number in 0..<32 as Range<UInt8> {
                    #expect(!key.isValid(signature: signature, for: [number]))
                }
            }
        }
    }

    @Test("R of small order is refused under an honest key")
    func smallOrderR() throws {
        let key = try signingKey(1, .issue)
        let scalar = Array(key.signature(for: message).suffix(32))
        let verifyingKey = key.verifyingKey
        for point in smallOrder {
            let forged = try Hexadecimal.decode(point) + scalar
            #expect(!verifyingKey.isValid(signature: forged, for: message))
        }
    }

    @Test("a key or signature of another length is none")
    func lengths() throws {
        for count in [0, 31, 33, 64] {
            let bytes = [UInt8](repeating: 1, count: count)
            #expect(refusal { try VerifyingKey(rawRepresentation: bytes) } == .malformedKey)
        }
        let key = try signingKey(1, .issue)
        let good = key.signature(for: message)
        let verifyingKey = key.verifyingKey
        for signature in [[], Array(good.dropLast()), good + [0]] {
            #expect(!verifyingKey.isValid(signature: signature, for: message))
        }
    }

    @Test("a seed of another length makes no key")
    func seeds() {
        for count in [0, 31, 33, 64] {
            let code = refusal {
                var seed = [UInt8](repeating: 1, count: count)
                return try SigningKey(seed: SecretBytes(consuming: &seed), purpose: .issue)
            }
            #expect(code == .malformedKey)
        }
    }

    @Test("RFC 8032's first test vector")
    func rfc8032() throws {
        var seed = try Hexadecimal.decode(
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
        let key = try SigningKey(seed: SecretBytes(consuming: &seed), purpose: .issue)
        let signature = Hexadecimal.encode(key.signature(for: []))
        #expect(
            Hexadecimal.encode(key.verifyingKey.rawRepresentation)
                == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
        #expect(
            signature
                == "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
                + "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b")
    }
}
