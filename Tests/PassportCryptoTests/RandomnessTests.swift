import PassportCoding
import PassportCrypto
import Testing

@Suite("Randomness, digests, identifiers and purposes")
struct RandomnessTests {
    private let seed = Digest.sha256(of: Array("a seed for tests".utf8))

    @Test("a repeatable source repeats, and gives each request bytes of its own")
    func repeatable() {
        let (one, other) = (Randomness.repeatable(seed: seed), Randomness.repeatable(seed: seed))
        let first = (0..<20).map { one.bytes($0 + 16) }
        #expect(first == (0..<20).map { other.bytes($0 + 16) })
        #expect(Set(first.map { Array($0.prefix(16)) }).count == 20)
        let third = Randomness.repeatable(seed: Digest.sha256(of: [3]))
        #expect(third.bytes(16) != first[0])
    }

    @Test("the system's source fills all it is asked for, differently each time")
    func system() {
        #expect(Randomness.system.bytes(0).isEmpty)
        let drawn = (0..<100).map { _ in Randomness.system.bytes(16) }
        #expect(Set(drawn).count == 100)
        // No byte position stays what the array began with.
        for position in 0..<16 { #expect(drawn.contains { $0[position] != 0 }) }
    }

    @Test(
        "long requests are filled to the end, differently each time", arguments: [256, 257, 70_000])
    func long(_ count: Int) {
        let drawn = (0..<3).map { _ in Randomness.system.bytes(count) }
        #expect(Set(drawn).count == 3)
        for bytes in drawn {
            #expect(bytes.count == count)
            // No stretch stays what the array began with, and none comes twice.
            let stretches = stride(from: 0, to: count - 15, by: 16).map {
                Array(bytes[$0..<$0 + 16])
            }
            #expect(Set(stretches).count == stretches.count)
            #expect(bytes.suffix(16).contains { $0 != 0 })
        }
    }

    @Test("numbers stay below their bound and reach every value", arguments: [1, 2, 3, 7, 64])
    func numbers(_ bound: Int) {
        let source = Randomness.repeatable(seed: seed)
        let drawn = (0..<bound * 100).map { _ in source.number(below: bound) }
        #expect(Set(drawn) == Set(0..<bound))
        for bound in [0, -1] { #expect(source.number(below: bound) == 0) }
    }

    @Test("shuffling loses and invents nothing, and every order of three comes up")
    func shuffled() {
        let source = Randomness.repeatable(seed: seed)
        #expect(source.shuffled(Array(0..<500)).sorted() == Array(0..<500))
        #expect(source.shuffled([Int]()).isEmpty)
        #expect(Set((0..<200).map { _ in source.shuffled([1, 2, 3]) }).count == 6)
    }

    @Test("SHA-256 of FIPS 180-4's examples")
    func digests() {
        #expect(
            Digest.sha256(of: Array("abc".utf8)).description
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(
            Digest.sha256(of: []).description
                == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    }

    @Test("a labelled digest is that of label, zero byte and parts; another label is another")
    func labels() {
        let parts: [UInt8] = [1, 2, 3, 4]
        let labelled = Digest.sha256(label: "one", [1, 2], [3, 4])
        #expect(labelled == Digest.sha256(of: Array("one".utf8) + [0] + parts))
        #expect(labelled != Digest.sha256(label: "two", [1, 2], [3, 4]))
        #expect(labelled != Digest.sha256(of: parts))
    }

    @Test("digests and identifiers have one length and order bytewise")
    func lengths() throws {
        for count in [0, 15, 17, 31, 33] {
            #expect(Digest(bytes: [UInt8](repeating: 0, count: count)) == nil)
            #expect(Identifier(bytes: [UInt8](repeating: 0, count: count)) == nil)
        }
        let low = try #require(Digest(bytes: [0x7F] + [UInt8](repeating: 0xFF, count: 31)))
        let high = try #require(Digest(bytes: [0x80] + [UInt8](repeating: 0, count: 31)))
        #expect(low < high && !(high < low) && !(low < low))
        #expect(Identifier(from: .system) != Identifier(from: .system))
        let short = CBORValue(.bytes([1]), "place")
        #expect(throws: CodingError(.unexpectedItem, "")) { try short.digest() }
        #expect(throws: CodingError(.unexpectedItem, "")) { try short.identifier() }
        #expect(throws: CodingError(.unexpectedItem, "")) { try short.verifyingKey() }
    }

    @Test("the numbers of the purposes are those of the format")
    func purposes() {
        let numbers = Dictionary(
            uniqueKeysWithValues: KeyPurpose.allCases.map { ($0.name, $0.rawValue) })
        #expect(
            numbers == [
                "issue": 1, "consent": 2, "status": 3, "log": 4, "exchange": 5, "witness": 6,
                "seal-net": 7, "seal-paper": 8, "root": 9, "staff": 10, "holder": 11, "vault": 12,
            ])
        #expect(KeyPurpose.roles.map(\.rawValue) == Array(1...8))
    }

    @Test("a sealing key has the length of its purpose")
    func sealingKeys() throws {
        for (purpose, count) in [(KeyPurpose.sealNet, 1_216), (.sealPaper, 32)] {
            let key = try SealingPublicKey(
                purpose: purpose, rawRepresentation: [UInt8](repeating: 1, count: count))
            #expect(key.keyHash == Digest.sha256(of: key.rawRepresentation))
            for wrong in [0, count - 1, count + 1] {
                let bytes = [UInt8](repeating: 1, count: wrong)
                let code = refusal {
                    try SealingPublicKey(purpose: purpose, rawRepresentation: bytes)
                }
                #expect(code == .malformedKey)
            }
        }
        for purpose in KeyPurpose.allCases where !purpose.isSealing {
            let code = refusal {
                try SealingPublicKey(
                    purpose: purpose, rawRepresentation: [UInt8](repeating: 1, count: 32))
            }
            #expect(code == .malformedKey)
        }
    }
}
