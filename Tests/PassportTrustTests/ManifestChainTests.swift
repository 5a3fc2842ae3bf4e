import PassportCoding
import PassportCrypto
import PassportTestSupport
import PassportTrust
import Testing

@Suite("Manifests: the chain")
struct ManifestChainTests {
    private let house = House()

    /// What comes of adding a manifest to a chain of one.
    private func appending(
        by signers: [UInt8] = [1, 2], _ change: @escaping (inout KeyManifest) throws -> Void
    ) -> TrustError.Code? {
        refusal {
            let chain = try house.chain()
            return try house.chain(chain, and: house.following(chain, change), by: signers)
        }
    }

    @Test("versions follow one another, and the newest counts")
    func versions() throws {
        var chain = try house.chain()
        for version in 2...5 {
            let next = try house.following(chain) { manifest in
                manifest.name = "Test House \(version)"
                manifest.roleKeys.removeLast()
            }
            chain = try house.chain(chain, and: next, by: [2, 3])
            #expect(chain.current == next)
            #expect(chain.current.version == version)
        }
        #expect(chain.manifests.count == 5)
        #expect(chain.organisation == (try house.chain().organisation))
    }

    @Test("a first manifest that is not number (1, 1) of a new chain is refused")
    func first() throws {
        let other = try House(offset: 100).chain()
        let changes: [(inout KeyManifest) -> Void] = [
            { $0.epoch = 2 }, { $0.version = 2 }, { $0.previous = other.currentHash },
            { $0.organisation = other.organisation },
        ]
        for change in changes {
            var manifest = try house.first()
            change(&manifest)
            let bytes = try house.sign(manifest, by: [1, 2])
            #expect(refusal { try ManifestChain(verifying: [bytes]) } == .brokenChain)
        }
        #expect(refusal { try ManifestChain(verifying: []) } == .malformed)
        #expect(refusal { try ManifestChain(verifying: [[]]) } == .malformed)
    }

    @Test("a gap, a repetition, a step back and a leap ahead are refused")
    func numbers() {
        for step in [-1, 1, 2, 1_000] {
            #expect(appending { $0.version = max(1, $0.version + step) } == .brokenChain)
        }
        // Fast-forward: the last number there is would leave no room for anything later.
        #expect(appending { $0.version = 1_000_000 } == .brokenChain)
        #expect(appending { $0.version = 1_000_001 } == .malformed)
        #expect(appending { $0.epoch = 1_000_001 } == .malformed)
    }

    @Test("a manifest that names another one before it is refused")
    func previous() {
        #expect(appending { $0.previous = Digest.sha256(of: []) } == .brokenChain)
        #expect(appending { $0.previous = nil } == .brokenChain)
    }

    @Test("a manifest of another organisation cannot be hung onto a chain")
    func foreign() throws {
        let other = try House(offset: 100).chain()
        #expect(appending { $0.organisation = other.organisation } == .wrongOrganisation)
        #expect(appending { $0.organisation = nil } == .wrongOrganisation)
        let bytes = try house.chain().manifests + other.manifests
        #expect(refusal { try ManifestChain(verifying: bytes) } == .wrongOrganisation)
    }

    @Test("manifests in another order, doubled or with one missing are refused")
    func order() throws {
        let one = try house.chain()
        let two = try house.chain(one, and: house.following(one), by: [1, 2])
        let three = try house.chain(
            two, and: house.following(two) { $0.name = "three" }, by: [1, 2])
        let all = three.manifests
        let orders = [
            [all[1], all[0], all[2]], [all[0], all[2], all[1]], [all[0], all[2]],
            [all[1], all[2]], [all[0], all[1], all[1]], [all[2]],
        ]
        for order in orders {
            #expect(refusal { try ManifestChain(verifying: order) } == .brokenChain)
        }
        // The first names no organisation, so it does not follow anything.
        let doubled = [all[0], all[0]]
        #expect(refusal { try ManifestChain(verifying: doubled) } == .wrongOrganisation)
    }

    @Test("whoever has all current roots cannot change roots or the way out inside the epoch")
    func epochAltered() throws {
        let house = house
        let changes: [(inout KeyManifest) throws -> Void] = [
            { $0.rootKeys = try house.first(roots: [1, 2, 10]).rootKeys },
            { $0.rootKeys.removeLast() },
            { $0.rootKeys = try house.first(roots: [1, 2, 3, 10]).rootKeys },
            { $0.threshold = 1 }, { $0.threshold = 3 }, { $0.nextThreshold = 1 },
            { $0.nextThreshold = 3 },
            { $0.nextRootKeyHashes = try house.first(next: [10, 11, 12]).nextRootKeyHashes },
            { $0.nextRootKeyHashes.removeLast() },
            { $0.nextRootKeyHashes = try house.first(next: [4, 5, 6, 10]).nextRootKeyHashes },
        ]
        for change in changes {
            let code = appending(by: [1, 2, 3], change)
            #expect(code == .epochAltered)
        }
    }

    @Test(
        "below the threshold nothing can be added",
        arguments: [[1], [3]] as [[UInt8]])
    func threshold(_ signers: [UInt8]) {
        #expect(appending(by: signers) { $0.name = "stolen" } == .belowThreshold)
    }

    @Test(
        "a stranger's signature is refused, whoever else signed",
        arguments: [[1, 4], [4, 5, 6], [1, 2, 3, 4]] as [[UInt8]])
    func strangers(_ signers: [UInt8]) {
        #expect(appending(by: signers) { $0.name = "stolen" } == .foreignSignature)
    }

    @Test("a chain longer than the limit is refused before anything is verified")
    func limit() throws {
        let bytes = try house.sign(house.first(), by: [1, 2])
        let long = [[UInt8]](repeating: bytes, count: Limits.manifestChain + 1)
        #expect(refusal { try ManifestChain(verifying: long) } == .malformed)
    }

    @Test("a manifest with a part that this version does not know: refused, or ignored if negative")
    func unknownParts() throws {
        guard case .map(let map) = try CBORReader.item(from: house.first().encoded()) else {
            return
        }
        for (key, code) in [(14, TrustError.Code.malformed), (-2, nil)] {
            let pairs = map.entries.map { ($0.key, $0.value) } + [(CBORItem(key), .null)]
            var builder = COSESign.Builder(CBORItem.map(CBORMap(pairs)).encoded(), as: .manifest)
            for number in [1, 2] as [UInt8] { try builder.sign(with: house.root(number)) }
            let bytes = try builder.finish().bytes
            #expect(refusal { try ManifestChain(verifying: [bytes]) } == code)
        }
    }

    @Test("seeded damage to a chain of two never verifies", arguments: 0..<4)
    func damaged(_ seed: UInt64) throws {
        let one = try house.chain()
        let two = try house.chain(one, and: house.following(one), by: [1, 2])
        var mutator = Mutator(seed: 3_000 + seed)
        for round in 0..<500 {
            var manifests = two.manifests
            manifests[round % 2] = mutator.mutated(manifests[round % 2])
            #expect((try? ManifestChain(verifying: manifests)) == nil)
        }
    }

    @Test("with any bit of a manifest changed it does not verify")
    func everyBit() throws {
        let bytes = try house.sign(house.first(), by: [1, 2])
        for index in bytes.indices {
            for bit in 0..<8 {
                var changed = bytes
                changed[index] ^= 1 << UInt8(bit)
                #expect(
                    (try? ManifestChain(verifying: [changed])) == nil, "byte \(index), bit \(bit)")
            }
        }
    }
}
