import Crypto
import Foundation
import PassportCoding
import PassportCrypto
import PassportTestSupport
import Testing

@testable import PassportSecrecy

/// The HPKE vectors go through `OpeningKey`. They all have an `info`, which our boxes leave
/// empty, and several messages a context; so the seam is the recipient behind `open`.
@Suite(
    "HPKE: the vectors of others",
    .enabled(if: Corpora.isPresent, Comment(rawValue: Corpora.reason)))
struct HPKECorpusTests {
    private func vectors(_ path: String) throws -> [[String: Any]] {
        try #require(try corpusJSON(path) as? [[String: Any]])
    }

    /// Why a suite is not one of ours, or nil.
    private func reason(_ vector: [String: Any], kem: Int) -> String? {
        if vector["mode"] as? Int != 0 { return "not base mode" }
        if vector["kem_id"] as? Int != kem { return "other KEM" }
        if vector["kdf_id"] as? Int != 1 { return "other KDF" }
        return vector["aead_id"] as? Int == 3 ? nil : "other AEAD"
    }

    /// Opens all messages of a vector, in order, and refuses each of them damaged.
    private func check(_ vector: [String: Any], _ purpose: KeyPurpose) throws -> Int {
        let key = try OpeningKey(seed: secret(bytes(hex: vector["skRm"])), purpose: purpose)
        #expect(try key.publicKey.rawRepresentation == bytes(hex: vector["pkRm"]))
        let encapsulated = try bytes(hex: vector["enc"])
        #expect(encapsulated.count == HPKEBox.encapsulatedKeyByteCount(purpose))
        let info = try bytes(hex: vector["info"])
        var recipient = try key.recipient(encapsulatedKey: encapsulated, info: info)
        let messages = try #require(vector["encryptions"] as? [[String: Any]])
        for message in messages {
            let ciphertext = try bytes(hex: message["ct"])
            let data = try bytes(hex: message["aad"])
            let plaintext = try bytes(hex: message["pt"])
            var damaged = ciphertext
            damaged[damaged.count / 2] ^= 1
            #expect(throws: (any Error).self) { try recipient.open(damaged, authenticating: data) }
            let opened = try recipient.open(ciphertext, authenticating: data)
            #expect(Array(opened) == plaintext)
        }
        // With the empty info of our boxes the same first message does not open.
        let first = try #require(messages.first)
        let code = refusal {
            try key.open(
                encapsulatedKey: encapsulated, ciphertext: bytes(hex: first["ct"]),
                authenticating: bytes(hex: first["aad"]))
        }
        #expect(code == .cannotOpen)
        return messages.count
    }

    @Test("RFC 9180: the one suite of 21 that is ours opens all its messages")
    func rfc9180() throws {
        var counts: [String: Int] = [:]
        for vector in try vectors("hpke/rfc9180/x25519-test-vectors.json") {
            if let reason = reason(vector, kem: 0x20) {
                counts[reason, default: 0] += 1
            } else {
                counts["messages", default: 0] += try check(vector, .sealPaper)
            }
        }
        #expect(
            counts == ["messages": 257, "not base mode": 16, "other KDF": 2, "other AEAD": 2])
    }

    @Test("X-Wing: the one suite of 9 that is ours opens all its messages")
    func xWing() throws {
        var counts: [String: Int] = [:]
        for vector in try vectors("hpke/hpke-pq/hpke-pq-test-vectors.json") {
            if let reason = reason(vector, kem: 0x647A) {
                counts[reason, default: 0] += 1
            } else {
                counts["messages", default: 0] += try check(vector, .sealNet)
            }
        }
        #expect(counts == ["messages": 10, "other KEM": 8])
    }

    /// One ciphertext of the COSE-HPKE vectors, under the heading that stands above it.
    private func coseVectors() throws -> [(heading: String, object: [UInt8])] {
        var heading = ""
        var found: [(String, [UInt8])] = []
        let text = String(
            decoding: try Corpora.bytes("cose/cose-hpke/testvectors.txt"), as: UTF8.self)
        for line in text.split(separator: "\n") {
            if line.hasPrefix("Ciphertext: ") {
                found.append((heading, try Hexadecimal.decode(String(line.dropFirst(12)))))
            } else {
                heading = String(line)
            }
        }
        return found
    }

    /// The private key of a COSE_Key line.
    private func coseKey(_ prefix: String) throws -> OpeningKey {
        let text = String(
            decoding: try Corpora.bytes("cose/cose-hpke/testvectors.txt"), as: UTF8.self)
        let line = try #require(
            text.split(separator: "\n").first { $0.hasPrefix("\(prefix) COSE_Key") })
        let hex = try #require(line.split(separator: " ").last)
        let item = try CBORReader.item(from: Hexadecimal.decode(String(hex)), order: .any)
        guard case .map(let fields) = item, case .bytes(let key)? = fields[CBORItem(-4)],
            case .bytes(let publicKey)? = fields[CBORItem(-2)]
        else { throw SecrecyError(.wrongKey, "not a COSE_Key") }
        let opening = try OpeningKey(seed: secret(key), purpose: .sealPaper)
        #expect(opening.publicKey.rawRepresentation == publicKey)
        return opening
    }

    /// What the vectors' generator stands for by "external".
    private func external(_ heading: String, _ what: String) -> [UInt8] {
        heading.contains("external \(what)")
            ? Array("external-\(what.replacing(" ", with: "-"))".utf8) : []
    }

    private func item(_ object: [UInt8]) throws -> CBORItem {
        try CBORReader.item(from: object, order: .any)
    }

    private let payload = Array("hpke test payload".utf8)

    @Test("COSE-HPKE: HPKE-4 integrated opens, through the box's own way where info is empty")
    func integrated() throws {
        let key = try coseKey("HPKE-4")
        var opened = 0
        for (heading, object) in try coseVectors() where heading.hasPrefix("HPKE-4 Encrypt0 with") {
            guard
                case .tagged(16, .array(let parts)) = try item(object),
                case .bytes(let header) = parts[0], case .map(let outside) = parts[1],
                case .bytes(let encapsulated)? = outside[CBORItem(-4)],
                case .bytes(let ciphertext) = parts[2]
            else { continue }
            #expect(header == CBORItem(fields: [(1, CBORItem(42))]).encoded())
            let info = external(heading, "info")
            let data = CBORItem.array([
                .text("Encrypt0"), .bytes(header), .bytes(external(heading, "aad")),
            ]).encoded()
            var recipient = try key.recipient(encapsulatedKey: encapsulated, info: info)
            #expect(Array(try recipient.open(ciphertext, authenticating: data)) == payload)
            opened += 1
            if info.isEmpty {
                let plaintext = try key.open(
                    encapsulatedKey: encapsulated, ciphertext: ciphertext, authenticating: data)
                #expect(plaintext == payload)
            }
            let wrong = refusal {
                try key.open(
                    encapsulatedKey: encapsulated, ciphertext: ciphertext, authenticating: header)
            }
            #expect(wrong == .cannotOpen)
        }
        #expect(opened == 2)
    }

    @Test("COSE-HPKE: HPKE-4 key encryption, which we do not use, opens with the same key type")
    func keyEncryption() throws {
        let key = try coseKey("HPKE-4-KE")
        var opened = 0
        for (heading, object) in try coseVectors() where heading.hasPrefix("HPKE-4-KE with") {
            guard
                case .tagged(96, .array(let parts)) = try item(object),
                case .bytes(let header) = parts[0], case .map(let outside) = parts[1],
                case .bytes(let nonce)? = outside[CBORItem(5)],
                case .bytes(let ciphertext) = parts[2], case .array(let recipients) = parts[3],
                case .array(let inner) = recipients[0], case .bytes(let innerHeader) = inner[0],
                case .map(let innerOutside) = inner[1],
                case .bytes(let encapsulated)? = innerOutside[CBORItem(-4)],
                case .bytes(let wrapped) = inner[2]
            else { continue }
            let info = CBORItem.array([
                .text("HPKE Recipient"), CBORItem(24), .bytes(innerHeader),
                .bytes(external(heading, "info")),
            ]).encoded()
            var recipient = try key.recipient(encapsulatedKey: encapsulated, info: info)
            let contentKey = try recipient.open(
                wrapped, authenticating: external(heading, "hpke aad"))
            let data = CBORItem.array([
                .text("Encrypt"), .bytes(header), .bytes(external(heading, "aad")),
            ]).encoded()
            let plaintext = try ContentKey.decrypt(
                ciphertext, data, secret(Array(contentKey)), nonce)
            #expect(plaintext == payload)
            opened += 1
        }
        #expect(opened == 5)
    }

    @Test("COSE-HPKE: every other vector is of a suite or mode that is not ours")
    func accounted() throws {
        var counts: [String: Int] = [:]
        for (heading, _) in try coseVectors() {
            let reason =
                switch true {
                case !heading.hasPrefix("HPKE-4"): "other suite"
                case heading.contains("PSK"): "pre-shared key"
                case heading.hasPrefix("HPKE-4-KE"): "key encryption, tested"
                default: "integrated, tested"
                }
            counts[reason, default: 0] += 1
        }
        #expect(
            counts == [
                "other suite": 114, "pre-shared key": 7, "key encryption, tested": 5,
                "integrated, tested": 2,
            ])
    }
}
