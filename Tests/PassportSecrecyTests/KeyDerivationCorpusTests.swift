import Foundation
import PassportCoding
import PassportCrypto
import PassportTestSupport
import Testing

@testable import PassportSecrecy

@Suite(
    "HKDF and Argon2id: the vectors of others",
    .enabled(if: Corpora.isPresent, Comment(rawValue: Corpora.reason)))
struct KeyDerivationCorpusTests {
    @Test("RFC 5869: the three SHA-256 cases")
    func rfc5869() throws {
        let records = try nistRecords(
            "wycheproof/cryptography_vectors/KDF/rfc-5869-HKDF-SHA256.txt")
        #expect(records.count == 3)
        for record in records {
            let length = try #require(record["L"].flatMap { Int($0) })
            let derived = try KeyDerivation.derive(
                from: secret(bytes(hex: record["IKM"])), salt: bytes(hex: record["salt"]),
                info: bytes(hex: record["info"]), count: length)
            let expected = try bytes(hex: record["OKM"])
            #expect(contents(derived) == expected)
        }
    }

    @Test("Wycheproof HKDF-SHA256: 83 of 86 apply; 3 ask for more than HKDF can give")
    func wycheproof() throws {
        var counts: [String: Int] = [:]
        for (_, cases) in try wycheproofGroups("hkdf_sha256_test") {
            for test in cases {
                let size = try #require(test["size"] as? Int)
                // Our lengths are constants of at most 32 bytes; nobody can ask for more.
                guard size <= 255 * 32 else {
                    #expect(test["result"] as? String == "invalid")
                    counts["too long", default: 0] += 1
                    continue
                }
                let derived = try KeyDerivation.derive(
                    from: secret(bytes(hex: test["ikm"])), salt: bytes(hex: test["salt"]),
                    info: bytes(hex: test["info"]), count: size)
                let expected = try bytes(hex: test["okm"])
                #expect(contents(derived) == expected)
                counts["derived", default: 0] += 1
            }
        }
        #expect(counts == ["derived": 83, "too long": 3])
    }

    @Test("Argon2id: none of the six applies: libsodium has one lane, 16 bytes of salt, 16 of key")
    func argon2() throws {
        var counts: [String: Int] = [:]
        for record in try nistRecords("wycheproof/cryptography_vectors/KDF/argon2id.txt") {
            let salt = try bytes(hex: record["salt"])
            let length = try #require(record["length"].flatMap { Int($0) })
            if record["lanes"] != "1" {
                counts["lanes", default: 0] += 1
            } else if salt.count != 16 {
                counts["salt", default: 0] += 1
            } else if length < 16 {
                counts["length", default: 0] += 1
            } else {
                counts["applies", default: 0] += 1
            }
        }
        #expect(counts == ["lanes": 5, "salt": 1])
    }
}
