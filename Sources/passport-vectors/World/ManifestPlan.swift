import PassportCoding
import PassportCrypto
import PassportTrust

/// One manifest to be made, with the words for its keys.
struct ManifestPlan {
    var organisation: OrganisationID?
    var epoch = 1
    var version = 1
    var previous: Digest?
    var roots: [String]
    var threshold: Int
    var nextRoots: [String]
    var nextThreshold: Int
    var issued = Moments.made
    var expires = Moments.manifestEnd
    var roles: [RoleKey] = []
    var name: String
    /// Words of the keys that sign; by default the roots.
    var signers: [String]?

    init(name: String, roots: Int = 1, threshold: Int = 1) {
        self.name = name
        self.roots = (1...roots).map { "\(name) root 1.\($0)" }
        self.threshold = threshold
        nextRoots = (1...roots).map { "\(name) root 2.\($0)" }
        nextThreshold = threshold
    }

    func manifest() throws -> KeyManifest {
        KeyManifest(
            organisation: organisation, epoch: epoch, version: version, previous: previous,
            rootKeys: try roots.map { try Secrets.signingKey($0, .root).verifyingKey },
            threshold: threshold,
            nextRootKeyHashes: try nextRoots.map {
                try Secrets.signingKey($0, .root).verifyingKey.keyHash
            },
            nextThreshold: nextThreshold, issued: issued, expires: expires, roleKeys: roles,
            name: name)
    }

    func payload() throws -> [UInt8] { try manifest().encoded() }
    func hash() throws -> Digest { Digest.sha256(of: try payload()) }

    func signed() throws -> [UInt8] { try Self.sign(payload(), by: signers ?? roots) }

    static func sign(_ payload: [UInt8], by signers: [String]) throws -> [UInt8] {
        var builder = COSESign.Builder(payload, as: .manifest)
        for signer in signers { try builder.sign(with: Secrets.signingKey(signer, .root)) }
        return try builder.finish().bytes
    }

    /// The next version, with the same roots.
    func next(_ change: (inout ManifestPlan) -> Void = { _ in }) throws -> ManifestPlan {
        var plan = self
        plan.organisation = try organisation ?? OrganisationID(hash())
        plan.version += 1
        plan.previous = try hash()
        plan.issued = issued.adding(seconds: Moments.day)
        change(&plan)
        return plan
    }

    /// The next epoch, opened by the roots that were committed to.
    func nextEpoch(_ change: (inout ManifestPlan) -> Void = { _ in }) throws -> ManifestPlan {
        var plan = try next()
        plan.epoch += 1
        plan.version = 1
        plan.roots = nextRoots
        plan.threshold = nextThreshold
        plan.nextRoots = (1...nextRoots.count).map { "\(name) root \(plan.epoch + 1).\($0)" }
        change(&plan)
        return plan
    }
}
