import PassportCoding
import PassportCrypto
import PassportTrust
import Testing

@Suite("Manifests: k of n root keys")
struct ManifestThresholdTests {
    private let house = House()

    private func verify(_ bytes: [UInt8]) throws -> ManifestChain {
        try ManifestChain(verifying: [bytes])
    }

    @Test(
        "any two of three suffice, and all three too",
        arguments: [[1, 2], [1, 3], [2, 3], [1, 2, 3]] as [[UInt8]])
    func enough(_ signers: [UInt8]) throws {
        let chain = try verify(house.sign(house.first(), by: signers))
        // The identity is the hash of the contents: who signed does not change it.
        #expect(try chain.organisation == house.chain().organisation)
        #expect(chain.current == (try house.first()))
        #expect(chain.organisation.digest == chain.currentHash)
    }

    @Test("one of three does not suffice", arguments: 1...3 as ClosedRange<UInt8>)
    func tooFew(_ signer: UInt8) throws {
        let bytes = try house.sign(house.first(), by: [signer])
        #expect(refusal { try verify(bytes) } == .belowThreshold)
    }

    @Test("signatures of strangers, of other houses and of the next roots do not count")
    func strangers() throws {
        for stranger in [4, 9, 30] as [UInt8] {
            let bytes = try house.sign(house.first(), by: [1, stranger])
            #expect(refusal { try verify(bytes) } == .foreignSignature)
        }
    }

    @Test("one key cannot sign twice: not in the object, not in the list of roots")
    func countedTwice() throws {
        #expect(throws: CryptoError(.malformedObject, "")) {
            try house.sign(house.first(), by: [1, 1])
        }
        let doubled = try house.first(roots: [1, 1, 2])
        let bytes = try house.sign(doubled, by: [1])
        #expect(refusal { try verify(bytes) } == .malformed)
    }

    @Test("a threshold of nothing, or of more than all, is refused")
    func thresholds() throws {
        for threshold in [0, -1, 4] {
            let bytes = try house.sign(house.first(threshold: threshold), by: [1, 2, 3])
            #expect(refusal { try verify(bytes) } == .malformed)
            let next = try house.sign(house.first(nextThreshold: threshold), by: [1, 2, 3])
            #expect(refusal { try verify(next) } == .malformed)
        }
        for threshold in 1...3 {
            _ = try verify(house.sign(house.first(threshold: threshold), by: [1, 2, 3]))
        }
    }

    @Test("a bad signature by a root refuses, although enough others hold")
    func oneBad() throws {
        var bytes = try house.sign(house.first(), by: [1, 2, 3])
        bytes[bytes.count - 1] ^= 1
        let code = refusal { try verify(bytes) }
        #expect(code != nil && code != .belowThreshold)
    }

    @Test("signatures of one manifest do not hold on another (mix and match)")
    func mixed() throws {
        let one = try house.sign(house.first(), by: [1, 2])
        let other = try house.sign(house.first(threshold: 1), by: [1, 2])
        guard case .tagged(98, .array(var parts)) = try CBORReader.item(from: one),
            case .tagged(98, .array(let others)) = try CBORReader.item(from: other)
        else { return }
        parts[3] = others[3]
        let mixed = CBORItem.tagged(98, .array(parts)).encoded()
        #expect(refusal { try verify(mixed) } == .malformed)
    }

    @Test("as many roots as the format has room for, and not one more")
    func manyRoots() throws {
        let numbers = (1...UInt8(Limits.rootKeys)).map { $0 }
        let manifest = try house.first(roots: numbers, threshold: 16, next: numbers.map { $0 + 20 })
        _ = try verify(house.sign(manifest, by: numbers))
        let all = try house.sign(manifest, by: Array(numbers.dropLast()))
        #expect(refusal { try verify(all) } == .belowThreshold)
        let more = try house.first(roots: numbers + [17], threshold: 1)
        let bytes = try house.sign(more, by: [1])
        #expect(refusal { try verify(bytes) } == .malformed)
    }

    @Test("lists out of order are refused: one set of keys has one encoding")
    func order() throws {
        let changes: [(inout KeyManifest) -> Void] = [
            { $0.rootKeys.swapAt(0, 2) }, { $0.nextRootKeyHashes.swapAt(0, 1) },
            { $0.roleKeys.swapAt(0, 1) }, { $0.roleKeys.append($0.roleKeys[7]) },
            { $0.nextRootKeyHashes.append($0.nextRootKeyHashes[2]) },
        ]
        for change in changes {
            var manifest = try house.first()
            change(&manifest)
            let bytes = try house.sign(manifest, by: [1, 2])
            #expect(refusal { try verify(bytes) } == .malformed)
        }
    }

    @Test("one key is not listed for two purposes, and no root as a role")
    func onePurpose() throws {
        let issue = try house.role(.issue)
        let others = [
            RoleKey(
                purpose: .consent, keyHash: issue.keyHash, notBefore: start, notAfter: day(1)),
            RoleKey(
                purpose: .sealPaper, keyHash: issue.keyHash, notBefore: start, notAfter: day(1)),
            RoleKey(
                purpose: .log, keyHash: try house.hashes([1])[0], notBefore: start,
                notAfter: day(1)),
        ]
        for other in others {
            let bytes = try house.sign(house.first(roles: [issue, other]), by: [1, 2])
            #expect(refusal { try verify(bytes) } == .malformed)
        }
    }

    @Test("windows that end before they begin, and purposes that are no roles, are refused")
    func roles() throws {
        let hash = try house.role(.issue).keyHash
        let bad = [
            RoleKey(purpose: .issue, keyHash: hash, notBefore: day(2), notAfter: day(1)),
            RoleKey(purpose: .root, keyHash: hash, notBefore: start, notAfter: day(1)),
            RoleKey(purpose: .staff, keyHash: hash, notBefore: start, notAfter: day(1)),
            RoleKey(purpose: .holder, keyHash: hash, notBefore: start, notAfter: day(1)),
            RoleKey(purpose: .vault, keyHash: hash, notBefore: start, notAfter: day(1)),
        ]
        for role in bad {
            let bytes = try house.sign(house.first(roles: [role]), by: [1, 2])
            #expect(refusal { try verify(bytes) } == .malformed)
        }
        var expired = try house.first()
        expired.expires = start.adding(seconds: -1)
        let bytes = try house.sign(expired, by: [1, 2])
        #expect(refusal { try verify(bytes) } == .malformed)
    }

    @Test("names are short and hold nothing that steers a terminal")
    func names() throws {
        for name in ["", "a\u{1B}[2J", "a\nb", "a\0", String(repeating: "n", count: 161)] {
            var manifest = try house.first()
            manifest.name = name
            let bytes = try house.sign(manifest, by: [1, 2])
            #expect(refusal { try verify(bytes) } == .malformed)
        }
        var arabic = try house.first()
        arabic.name = "مركز الدعم النفسي"
        #expect(try verify(house.sign(arabic, by: [1, 2])).current.name == arabic.name)
    }
}
