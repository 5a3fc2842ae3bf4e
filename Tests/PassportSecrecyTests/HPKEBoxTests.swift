import PassportCoding
import PassportCrypto
import PassportTestSupport
import Testing

@testable import PassportSecrecy

@Suite("HPKE boxes")
struct HPKEBoxTests {
    private let plaintext = Array("a content key and a grant".utf8)
    private let data = Array("digest of the content".utf8)

    private func key(_ number: UInt8, _ purpose: KeyPurpose) throws -> OpeningKey {
        try OpeningKey(seed: secret([UInt8](repeating: number, count: 32)), purpose: purpose)
    }

    @Test(
        "a box opens for its recipient and for nobody else",
        arguments: [KeyPurpose.sealNet, .sealPaper])
    func roundTrip(_ purpose: KeyPurpose) throws {
        let recipient = try key(1, purpose)
        let box = try HPKEBox.seal(plaintext, to: recipient.publicKey, authenticating: data)
        #expect(box.encapsulatedKey.count == HPKEBox.encapsulatedKeyByteCount(purpose))
        #expect(box.ciphertext.count == plaintext.count + 16)
        #expect(recipient.publicKey.purpose == purpose)
        let opened = try recipient.open(
            encapsulatedKey: box.encapsulatedKey, ciphertext: box.ciphertext, authenticating: data)
        #expect(opened == plaintext)
        let other = try key(2, purpose)
        let code = refusal {
            try other.open(
                encapsulatedKey: box.encapsulatedKey, ciphertext: box.ciphertext,
                authenticating: data)
        }
        #expect(code == .cannotOpen)
    }

    @Test("one seed makes two unlike keys for the two purposes, and neither opens the other's box")
    func purposes() throws {
        let (net, paper) = try (key(1, .sealNet).publicKey, key(1, .sealPaper).publicKey)
        #expect(net.rawRepresentation.suffix(32) != paper.rawRepresentation[...])
        let box = try HPKEBox.seal(plaintext, to: paper, authenticating: data)
        let opener = try key(1, .sealNet)
        let code = refusal {
            try opener.open(
                encapsulatedKey: box.encapsulatedKey, ciphertext: box.ciphertext,
                authenticating: data)
        }
        #expect(code == .cannotOpen)
    }

    @Test("no other purpose and no other length makes an opening key")
    func noKeys() {
        for purpose in KeyPurpose.allCases where !purpose.isSealing {
            #expect(refusal { try key(1, purpose) } == .wrongKey)
        }
        for count in [0, 31, 33, 64] {
            let code = refusal {
                try OpeningKey(
                    seed: secret([UInt8](repeating: 1, count: count)), purpose: .sealNet)
            }
            #expect(code == .wrongKey)
        }
    }

    @Test("two boxes with one content share no byte run: nobody sees that they are alike")
    func fresh() throws {
        let recipient = try key(1, .sealPaper).publicKey
        let one = try HPKEBox.seal(plaintext, to: recipient, authenticating: data)
        let other = try HPKEBox.seal(plaintext, to: recipient, authenticating: data)
        #expect(one.encapsulatedKey != other.encapsulatedKey)
        #expect(one.ciphertext != other.ciphertext)
    }

    @Test(
        "every damage is refused with one code and one message",
        arguments: [KeyPurpose.sealNet, .sealPaper])
    func damaged(_ purpose: KeyPurpose) throws {
        let recipient = try key(1, purpose)
        let box = try HPKEBox.seal(plaintext, to: recipient.publicKey, authenticating: data)
        var messages: Set<String> = []
        func refuse(_ encapsulated: [UInt8], _ ciphertext: [UInt8], _ data: [UInt8]) throws {
            do {
                _ = try recipient.open(
                    encapsulatedKey: encapsulated, ciphertext: ciphertext, authenticating: data)
                Issue.record("opened")
            } catch {
                messages.insert("\(error) \(error.kind) \(error.cause ?? "")")
            }
        }
        // Each flip in the 1,120 bytes costs a decapsulation, so some hundred of them are tried.
        let step = purpose == .sealNet ? 13 : 1
        for index in stride(from: 0, to: box.encapsulatedKey.count, by: step) {
            var changed = box.encapsulatedKey
            changed[index] ^= 1
            try refuse(changed, box.ciphertext, data)
        }
        for index in box.ciphertext.indices {
            var changed = box.ciphertext
            changed[index] ^= 1
            try refuse(box.encapsulatedKey, changed, data)
        }
        for count in [0, 1, 15, 16, box.ciphertext.count - 1] {
            try refuse(box.encapsulatedKey, Array(box.ciphertext.prefix(count)), data)
        }
        for count in [0, 1, 31, box.encapsulatedKey.count - 1] {
            try refuse(Array(box.encapsulatedKey.prefix(count)), box.ciphertext, data)
        }
        try refuse(box.encapsulatedKey + [0], box.ciphertext, data)
        try refuse(box.encapsulatedKey, box.ciphertext + [0], data)
        try refuse(box.encapsulatedKey, box.ciphertext, [])
        #expect(messages.count == 1)
    }

    @Test("a sign bit that X25519 ignores makes another box, which does not open")
    func ignoredBit() throws {
        let recipient = try key(1, .sealPaper)
        let box = try HPKEBox.seal(plaintext, to: recipient.publicKey, authenticating: data)
        var changed = box.encapsulatedKey
        changed[31] ^= 0x80
        let code = refusal {
            try recipient.open(
                encapsulatedKey: changed, ciphertext: box.ciphertext, authenticating: data)
        }
        #expect(code == .cannotOpen)
    }

    @Test(
        "a decoy looks like a box and opens for nobody",
        arguments: [KeyPurpose.sealNet, .sealPaper])
    func decoys(_ purpose: KeyPurpose) throws {
        let recipient = try key(1, purpose)
        let real = try HPKEBox.seal(plaintext, to: recipient.publicKey, authenticating: data)
        var seen: Set<[UInt8]> = [real.encapsulatedKey]
        for _ in 0..<8 {
            let decoy = try HPKEBox.decoy(
                byteCount: plaintext.count, purpose: purpose, authenticating: data,
                randomness: .system)
            #expect(decoy.encapsulatedKey.count == real.encapsulatedKey.count)
            #expect(decoy.ciphertext.count == real.ciphertext.count)
            seen.insert(decoy.encapsulatedKey)
            let code = refusal {
                try recipient.open(
                    encapsulatedKey: decoy.encapsulatedKey, ciphertext: decoy.ciphertext,
                    authenticating: data)
            }
            #expect(code == .cannotOpen)
        }
        #expect(seen.count == 9)
    }

    @Test("a public key that is none is not sealed to")
    func brokenKeys() throws {
        // An ML-KEM coefficient beyond the modulus is no encoding of a key (FIPS 203 §7.2).
        var net = try key(1, .sealNet).publicKey.rawRepresentation
        for index in 0..<3 { net[index] = 0xFF }
        let broken = try SealingPublicKey(purpose: .sealNet, rawRepresentation: net)
        #expect(
            refusal { try HPKEBox.seal(plaintext, to: broken, authenticating: []) } == .wrongKey)
    }
}
