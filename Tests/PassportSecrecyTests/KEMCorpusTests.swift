import Crypto
import Foundation
import PassportCoding
import PassportCrypto
import PassportTestSupport
import Testing

@testable import PassportSecrecy

/// The two halves of X-Wing one by one, in the library that our boxes use.
@Suite(
    "X25519 and ML-KEM-768: the vectors of others",
    .enabled(if: Corpora.isPresent, Comment(rawValue: Corpora.reason)))
struct KEMCorpusTests {
    /// The shared secret, or nil when the library refuses.
    private func shared(_ privateKey: [UInt8], _ publicKey: [UInt8]) throws -> [UInt8]? {
        let secret = try Curve25519.KeyAgreement.PrivateKey(rawRepresentation: privateKey)
        guard
            let other = try? Curve25519.KeyAgreement.PublicKey(rawRepresentation: publicKey),
            let agreed = try? secret.sharedSecretFromKeyAgreement(with: other)
        else { return nil }
        return unsafe agreed.withUnsafeBytes { bytes in unsafe Array(bytes) }
    }

    @Test("Wycheproof X25519: all 518 agree; 31 end in zero, which our boxes refuse")
    func x25519() throws {
        var counts: [String: Int] = [:]
        for (_, cases) in try wycheproofGroups("x25519_test") {
            for test in cases {
                let expected = try bytes(hex: test["shared"])
                let result = try shared(bytes(hex: test["private"]), bytes(hex: test["public"]))
                #expect(result == expected)
                let isZero = expected.allSatisfy { $0 == 0 }
                #expect(try HPKEBox.isLowOrder(bytes(hex: test["public"])) == isZero)
                counts[isZero ? "zero" : "other", default: 0] += 1
            }
        }
        #expect(counts == ["other": 487, "zero": 31])
    }

    @Test("Wycheproof X25519 in JSON keys: 13 are of another curve or length, the rest agree")
    func x25519JSON() throws {
        var counts: [String: Int] = [:]
        for (_, cases) in try wycheproofGroups("x25519_jwk_test") {
            for test in cases {
                let publicKey = try #require(test["public"] as? [String: Any])
                let privateKey = try #require(test["private"] as? [String: Any])
                let expected = try bytes(hex: test["shared"])
                guard publicKey["crv"] as? String == "X25519",
                    publicKey["kty"] as? String == "OKP",
                    let point = (publicKey["x"] as? String).flatMap({ try? Base64URL.decode($0) }),
                    let scalar = (privateKey["d"] as? String)
                        .flatMap({ try? Base64URL.decode($0) }), point.count == 32
                else {
                    #expect(test["result"] as? String == "invalid")
                    counts["not X25519", default: 0] += 1
                    continue
                }
                let result = try shared(scalar, point)
                #expect(result == expected)
                counts["agreed", default: 0] += 1
            }
        }
        #expect(counts == ["agreed": 518, "not X25519": 13])
    }

    @Test("RFC 7748's vectors")
    func rfc7748() throws {
        let records = try nistRecords(
            "wycheproof/cryptography_vectors/asymmetric/X25519/rfc7748.txt")
        #expect(records.count == 3)
        for record in records {
            let result = try shared(
                bytes(hex: record["INPUT_SCALAR"]), bytes(hex: record["INPUT_U"]))
            #expect(try result == bytes(hex: record["OUTPUT_U"]))
        }
    }

    @Test("a box to a point of low order is not sealed, and one from such a point not opened")
    func lowOrder() throws {
        let key = try OpeningKey(
            seed: secret([UInt8](repeating: 5, count: 32)), purpose: .sealPaper)
        var points: Set<[UInt8]> = []
        for (_, cases) in try wycheproofGroups("x25519_test") {
            for test in cases where try bytes(hex: test["shared"]).allSatisfy({ $0 == 0 }) {
                points.insert(try bytes(hex: test["public"]))
            }
        }
        #expect(points.count > 5)
        for known in points {
            // X25519 ignores the top bit of the last byte.
            var other = known
            other[31] ^= 0x80
            points.insert(other)
        }
        for point in points {
            let sealing = try SealingPublicKey(purpose: .sealPaper, rawRepresentation: point)
            #expect(refusal { try HPKEBox.seal([1], to: sealing, authenticating: []) } == .wrongKey)
            let code = refusal {
                try key.open(
                    encapsulatedKey: point, ciphertext: [UInt8](repeating: 0, count: 17),
                    authenticating: [])
            }
            #expect(code == .cannotOpen)
        }
    }

    @Test("Wycheproof ML-KEM-768: 100 seeds give the public keys of FIPS 203")
    func seeds() throws {
        var count = 0
        for (_, cases) in try wycheproofGroups("mlkem_768_keygen_seed_test") {
            for test in cases {
                let key = try MLKEM768.PrivateKey(
                    seedRepresentation: bytes(hex: test["seed"]), publicKey: nil)
                #expect(try Array(key.publicKey.rawRepresentation) == bytes(hex: test["ek"]))
                count += 1
            }
        }
        #expect(count == 100)
    }

    @Test("Wycheproof ML-KEM-768: every ciphertext gives the stated key, or is refused")
    func decapsulation() throws {
        var counts: [String: Int] = [:]
        for (_, cases) in try wycheproofGroups("mlkem_768_test") {
            for test in cases {
                let result = try #require(test["result"] as? String)
                guard let seed = test["seed"] as? String, seed.count == 128 else {
                    #expect(result == "invalid")
                    counts["seed of another length", default: 0] += 1
                    continue
                }
                counts[result, default: 0] += 1
                let key = try MLKEM768.PrivateKey(
                    seedRepresentation: bytes(hex: seed), publicKey: nil)
                let shared = try? key.decapsulate(bytes(hex: test["c"]))
                if result == "valid" {
                    let agreed = unsafe shared?.withUnsafeBytes { unsafe Array($0) }
                    #expect(try agreed == bytes(hex: test["K"]))
                } else {
                    #expect(shared == nil)
                }
            }
        }
        #expect(counts == ["valid": 153, "invalid": 20, "seed of another length": 20])
    }
}
