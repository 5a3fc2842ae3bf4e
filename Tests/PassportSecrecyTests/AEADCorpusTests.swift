import Foundation
import PassportCoding
import PassportCrypto
import PassportTestSupport
import Testing

@testable import PassportSecrecy

/// ChaCha20-Poly1305 under any nonce, through the two functions behind `ContentKey`: no vector
/// of others has the nonce zero, which is the only one that `ContentKey` uses.
@Suite(
    "ChaCha20-Poly1305: the vectors of others",
    .enabled(if: Corpora.isPresent, Comment(rawValue: Corpora.reason)))
struct AEADCorpusTests {
    private struct Vector {
        var key: [UInt8]
        var nonce: [UInt8]
        var data: [UInt8]
        var plaintext: [UInt8]
        var ciphertext: [UInt8]

        func opened() throws -> [UInt8] {
            try ContentKey.decrypt(ciphertext, data, secret(key), nonce)
        }

        func sealed() throws -> [UInt8] {
            try ContentKey.encrypt(plaintext, data, secret(key), nonce)
        }
    }

    @Test("Wycheproof: 316 of 325 cases apply; 9 have nonces that this cipher does not have")
    func wycheproof() throws {
        var counts: [String: Int] = [:]
        for (_, cases) in try wycheproofGroups("chacha20_poly1305_test") {
            for test in cases {
                let vector = try Vector(
                    key: bytes(hex: test["key"]), nonce: bytes(hex: test["iv"]),
                    data: bytes(hex: test["aad"]), plaintext: bytes(hex: test["msg"]),
                    ciphertext: bytes(hex: test["ct"]) + bytes(hex: test["tag"]))
                guard vector.nonce.count == 12 else {
                    #expect(test["result"] as? String == "invalid")
                    counts["other nonce length", default: 0] += 1
                    continue
                }
                let result = try #require(test["result"] as? String)
                counts[result, default: 0] += 1
                if result == "valid" {
                    #expect(try vector.opened() == vector.plaintext)
                    #expect(try vector.sealed() == vector.ciphertext)
                } else {
                    #expect(refusal { try vector.opened() } == .cannotOpen)
                }
            }
        }
        #expect(counts == ["valid": 256, "invalid": 60, "other nonce length": 9])
    }

    @Test("OpenSSL's five: four open, one does not")
    func openSSL() throws {
        let records = try nistRecords(
            "wycheproof/cryptography_vectors/ciphers/ChaCha20Poly1305/openssl.txt")
        #expect(records.count == 5)
        var refused = 0
        for record in records {
            let vector = try Vector(
                key: bytes(hex: record["Key"]), nonce: bytes(hex: record["IV"]),
                data: bytes(hex: record["AAD"]), plaintext: bytes(hex: record["Plaintext"]),
                ciphertext: bytes(hex: record["Ciphertext"]) + bytes(hex: record["Tag"]))
            if record["Result"] == nil {
                #expect(try vector.opened() == vector.plaintext)
                #expect(try vector.sealed() == vector.ciphertext)
            } else {
                refused += 1
                #expect(refusal { try vector.opened() } == .cannotOpen)
            }
        }
        #expect(refused == 1)
    }

    @Test("COSE's two examples open over the structure that RFC 9052 authenticates")
    func cose() throws {
        for (name, context) in [("chacha-poly-enc-01", "Encrypt0"), ("chacha-poly-01", "Encrypt")] {
            let json = try corpusJSON("cose/cose-wg-examples/chacha-poly-examples/\(name).json")
            let fields = try #require(json as? [String: Any])
            let steps = try #require(fields["intermediates"] as? [String: Any])
            let output = try #require(fields["output"] as? [String: Any])
            let item = try CBORReader.item(from: bytes(hex: output["cbor"]), order: .any)
            guard case .tagged(_, .array(let parts)) = item, case .bytes(let header) = parts[0],
                case .map(let outside) = parts[1], case .bytes(let nonce)? = outside[CBORItem(5)],
                case .bytes(let ciphertext) = parts[2]
            else {
                Issue.record("not an encrypted object")
                return
            }
            let data = CBORItem.array([.text(context), .bytes(header), .bytes([])]).encoded()
            #expect(header == CBORItem(fields: [(1, CBORItem(24))]).encoded())
            // The file states the algorithm's number as an array of one byte more than it is.
            var vector = try Vector(
                key: bytes(hex: steps["CEK_hex"]), nonce: nonce, data: data,
                plaintext: Array("This is the content.".utf8), ciphertext: ciphertext)
            #expect(try vector.opened() == vector.plaintext)
            #expect(try vector.sealed() == ciphertext)
            vector.data = CBORItem.array([.text("Mac0"), .bytes(header), .bytes([])]).encoded()
            #expect(refusal { try vector.opened() } == .cannotOpen)
        }
    }
}
