import PassportCoding
import PassportCrypto
import PassportTrust
import Testing

@Suite("Manifests: what is known against what is received")
struct ManifestUpdateTests {
    private let house = House()

    private func named(_ chain: ManifestChain, _ name: String, by: [UInt8]) throws -> ManifestChain
    {
        try house.chain(chain, and: house.following(chain) { $0.name = name }, by: by)
    }

    @Test("the same chain and a longer one are taken")
    func extended() throws {
        let one = try house.chain()
        let two = try named(one, "two", by: [1, 2])
        let three = try named(two, "three", by: [1, 2])
        for (known, received) in [(one, one), (one, two), (one, three), (two, three)] {
            #expect(try known.updated(with: received) == received)
        }
    }

    @Test("the same contents under other signatures are no fork")
    func otherSigners() throws {
        let one = try house.chain()
        let other = try ManifestChain(verifying: [house.sign(house.first(), by: [2, 3])])
        #expect(one != other && one.organisation == other.organisation)
        #expect(try one.updated(with: other) == other)
        #expect(try one.updated(with: named(other, "two", by: [1, 2])).current.version == 2)
    }

    @Test("an older chain is a rollback")
    func rollback() throws {
        let one = try house.chain()
        let two = try named(one, "two", by: [1, 2])
        #expect(refusal { try two.updated(with: one) } == .rollback)
    }

    @Test("two manifests under one number are a fork, from either side and however long they go on")
    func fork() throws {
        let one = try house.chain()
        let left = try named(one, "left", by: [1, 2])
        let right = try named(one, "right", by: [1, 2])
        let longer = try named(right, "right again", by: [1, 2])
        for (known, received) in [(left, right), (right, left), (left, longer), (longer, left)] {
            #expect(refusal { try known.updated(with: received) } == .fork)
        }
    }

    @Test("another house's chain is not an update")
    func foreign() throws {
        let other = try House(offset: 100).chain()
        let known = try house.chain()
        #expect(refusal { try known.updated(with: other) } == .wrongOrganisation)
    }

    private func second(
        _ chain: ManifestChain, next: [UInt8] = [7, 8, 9], name: String = "second"
    ) throws -> ManifestChain {
        try house.chain(
            chain, and: house.opening(after: chain, next: next) { $0.name = name }, by: [4, 5])
    }

    private func third(_ chain: ManifestChain, roots: [UInt8] = [7, 8, 9]) throws -> ManifestChain {
        try house.chain(
            chain, and: house.opening(after: chain, roots: roots, next: [20, 21, 22]),
            by: Array(roots.prefix(2)))
    }

    @Test("a new epoch supersedes both branches of a fork in the one before")
    func superseded() throws {
        let one = try house.chain()
        let left = try named(one, "left", by: [1, 2])
        let right = try named(one, "right", by: [1, 2])
        let opened = try second(left)
        for known in [one, left, right] {
            #expect(try known.updated(with: opened) == opened)
        }
    }

    @Test("branches of an epoch that is over are no fork in the one that follows")
    func oldBranches() throws {
        let one = try house.chain()
        let left = try second(named(one, "left", by: [1, 2]))
        // Who opened epoch 2 holds the same manifest after either branch, or without one.
        let opening = try #require(left.manifests.last)
        let right = try ManifestChain(
            verifying: named(one, "right", by: [1, 2]).manifests + [opening])
        let short = try ManifestChain(verifying: one.manifests + [opening])
        let later = try house.chain(
            short, and: house.following(short) { $0.name = "later" }, by: [4, 5])
        #expect(left.currentHash == right.currentHash && left.currentHash == short.currentHash)
        for (known, received) in [(left, right), (left, short), (short, left), (left, later)] {
            #expect(try known.updated(with: received) == received)
        }
        #expect(refusal { try later.updated(with: left) } == .rollback)
    }

    @Test("an epoch opened twice, with two ways out, is a fork")
    func openedTwice() throws {
        let one = try house.chain()
        let honest = try second(one)
        let stolen = try second(one, next: [30, 31, 32], name: "stolen")
        #expect(refusal { try honest.updated(with: stolen) } == .fork)
        #expect(refusal { try stolen.updated(with: honest) } == .fork)
    }

    @Test("the present roots that sign two manifests fork, whatever lies further back")
    func presentRoots() throws {
        let one = try house.chain()
        let (honest, stolen) = (try second(one), try second(one, next: [7, 8, 9, 30]))
        let (left, right) = (try third(honest), try third(stolen))
        // Both open epoch 3 alike, and yet these are two manifests with one number.
        #expect(refusal { try left.updated(with: right) } == .fork)
        #expect(refusal { try right.updated(with: left) } == .fork)
    }

    @Test("a thief of epoch 2's roots cannot open it again and go on to an epoch 3 of his own")
    func reopened() throws {
        let one = try house.chain()
        let honest = try second(one)
        let stolen = try third(
            second(one, next: [30, 31, 32], name: "stolen"), roots: [30, 31, 32])
        #expect(stolen.current.epoch == 3)
        #expect(refusal { try honest.updated(with: stolen) } == .fork)
        // The house's own epoch 3 is taken, also from a branch of epoch 2 with the same way out.
        let restored = try third(honest)
        let renamed = try third(second(one, name: "branch"))
        #expect(try honest.updated(with: restored) == restored)
        #expect(try honest.updated(with: renamed) == renamed)
        // By then the roots of epoch 2 are retired: what they sign is refused, and is no fork of
        // the epoch that the house is in, however far it goes on.
        #expect(refusal { try restored.updated(with: stolen) } == .retiredRoots)
        let further = try house.chain(
            stolen, and: house.opening(after: stolen, roots: [20, 21, 22], next: [40, 41, 42]),
            by: [20, 21])
        #expect(further.current.epoch == 4)
        #expect(refusal { try restored.updated(with: further) } == .retiredRoots)
        #expect(refusal { try restored.updated(with: honest) } == .rollback)
    }
}
