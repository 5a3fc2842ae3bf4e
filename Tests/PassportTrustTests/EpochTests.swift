import PassportCoding
import PassportCrypto
import PassportTrust
import Testing

@Suite("Manifests: opening the next epoch")
struct EpochTests {
    private let house = House()

    private func opened(
        by signers: [UInt8] = [4, 5], roots: [UInt8] = [4, 5, 6],
        _ change: @escaping (inout KeyManifest) throws -> Void = { _ in }
    ) throws -> ManifestChain {
        let chain = try house.chain()
        return try house.chain(
            chain, and: house.opening(after: chain, roots: roots, change), by: signers)
    }

    @Test("the committed keys open it at the committed threshold, without any old root")
    func committed() throws {
        let chain = try opened()
        #expect(chain.current.epoch == 2 && chain.current.version == 1)
        #expect(try chain.organisation == house.chain().organisation)
        let next = try house.chain(chain, and: house.following(chain), by: [5, 6])
        let third = try house.chain(
            next, and: house.opening(after: next, roots: [7, 8, 9], next: [10, 11, 12]),
            by: [7, 9])
        #expect(third.current.epoch == 3)
    }

    @Test("a committed key that was lost may stay away")
    func lostKey() throws {
        let chain = try opened(by: [4, 6], roots: [4, 6])
        #expect(chain.current.rootKeys.count == 2)
    }

    @Test("keys that were not committed to are refused, alone or among others")
    func notCommitted() {
        for roots in [[10, 11, 12], [4, 5, 10], [1, 2, 3], [1, 4, 5]] as [[UInt8]] {
            #expect(refusal { try opened(by: roots, roots: roots) } == .notCommitted)
        }
    }

    @Test("another threshold than the committed one is refused")
    func threshold() {
        for threshold in [1, 3] {
            let code = refusal { try opened(by: [4, 5, 6]) { $0.threshold = threshold } }
            #expect(code == .notCommitted)
        }
    }

    @Test("fewer than the committed threshold, or old roots instead, do not open it")
    func belowThreshold() {
        for signers in [[4], [6]] as [[UInt8]] {
            #expect(refusal { try opened(by: signers) } == .belowThreshold)
        }
        for signers in [[1, 2, 3], [1, 2, 3, 4]] as [[UInt8]] {
            #expect(refusal { try opened(by: signers) } == .foreignSignature)
        }
    }

    @Test("epochs are not skipped, begin with version 1 and name what they follow")
    func numbers() {
        #expect(refusal { try opened { $0.epoch = 3 } } == .brokenChain)
        #expect(refusal { try opened { $0.version = 2 } } == .brokenChain)
        #expect(refusal { try opened { $0.previous = nil } } == .brokenChain)
        #expect(refusal { try opened { $0.organisation = nil } } == .wrongOrganisation)
    }

    @Test("after the next epoch nothing of the old one can be added")
    func noReturn() throws {
        let old = try house.chain()
        let chain = try opened()
        let late = try house.sign(house.following(old) { $0.name = "late" }, by: [1, 2, 3])
        #expect(
            refusal { try ManifestChain(verifying: chain.manifests + [late]) } == .brokenChain)
    }

    @Test(
        "a thief of all current roots is shut out: nothing of what he can sign leads past epoch 1")
    func thief() throws {
        let honest = try house.chain()
        // He can list his own role keys: that is what the roots are for …
        let stolen = try house.chain(
            honest,
            and: house.following(honest) { manifest in
                manifest.roleKeys = [try House(offset: 100).role(.issue)]
            }, by: [1, 2, 3])
        #expect(stolen.current.roleKeys.count == 1)
        // … but not open an epoch …
        for roots in [[1, 2, 3], [30, 31, 32]] as [[UInt8]] {
            let code = refusal {
                try house.chain(
                    stolen, and: house.opening(after: stolen, roots: roots), by: roots)
            }
            #expect(code == .notCommitted)
        }
        // … and when the house opens it, that supersedes his manifests wherever they are known.
        let restored = try opened()
        #expect(try honest.updated(with: restored) == restored)
        #expect(try stolen.updated(with: restored) == restored)
        #expect(refusal { try restored.updated(with: stolen) } == .rollback)
    }
}
