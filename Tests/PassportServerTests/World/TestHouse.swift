import PassportClient
import PassportCoding
import PassportCrypto
import PassportExchange
import PassportTrust

/// The moment at which every test world begins: 2026-03-01T00:00:00Z.
let start = Timestamp(clamping: 1_772_323_200)

/// A test organisation with its own keys, and the daemon's beside them.
struct TestHouse: Sendable {
    let number: UInt8
    /// Which of its exchange keys its agent signs with.
    private(set) var generation: UInt8 = 0
    private(set) var identity: Identity
    var id: OrganisationID { identity.organisation }

    private static let ownPurposes: [KeyPurpose] = [.exchange, .status, .consent]

    /// - Parameters:
    ///   - daemonKey: the exchange key of the daemon that acts for it.
    ///   - services: where its mailbox is; none when nobody reaches it.
    init(_ number: UInt8, daemonKey: VerifyingKey?, services: [Service] = []) throws {
        self.number = number
        let keys = try Self.ownKeys(number, 0) + (daemonKey.map { [$0] } ?? [])
        let manifest = KeyManifest(
            organisation: nil, epoch: 1, version: 1, previous: nil,
            rootKeys: [try Self.key(number, .root).verifyingKey], threshold: 1,
            nextRootKeyHashes: [Digest.sha256(of: [number])], nextThreshold: 1,
            issued: start, expires: start.adding(seconds: 900 * 86_400),
            roleKeys: Self.roles(keys), name: "House \(number)", services: services)
        identity = try Identity(
            chain: ManifestChain(verifying: [Self.sign(manifest, number)]), signingKeys: keys,
            sealingKeys: [])
    }

    private static func key(
        _ number: UInt8, _ purpose: KeyPurpose, _ generation: UInt8 = 0
    ) throws -> SigningKey {
        var seed = Digest.sha256(
            label: "test house", [number, UInt8(purpose.rawValue), generation]
        ).bytes
        return try SigningKey(seed: SecretBytes(consuming: &seed), purpose: purpose)
    }

    /// A signing key of the house.
    func key(_ purpose: KeyPurpose) throws -> SigningKey {
        try Self.key(number, purpose, purpose == .exchange ? generation : 0)
    }

    private static func ownKeys(_ number: UInt8, _ generation: UInt8) throws -> [VerifyingKey] {
        try ownPurposes.map {
            try key(number, $0, $0 == .exchange ? generation : 0).verifyingKey
        }
    }

    /// From a month before the start to years after it, so that clocks that are wrong by a year
    /// are refused for that and for nothing else.
    private static func roles(_ keys: [VerifyingKey]) -> [RoleKey] {
        zip(keys, ownPurposes + [.exchange]).map { key, purpose in
            RoleKey(
                purpose: purpose, keyHash: key.keyHash,
                notBefore: start.adding(seconds: -30 * 86_400),
                notAfter: start.adding(seconds: 800 * 86_400), revocation: nil)
        }
    }

    private static func sign(_ manifest: KeyManifest, _ number: UInt8) throws -> [UInt8] {
        var signer = ManifestSigner(manifest)
        try signer.sign(with: key(number, .root))
        return try signer.finish()
    }

    /// The house after one manifest more.
    ///
    /// - Parameter newKey: when true, the agent has a new exchange key and the old one is gone.
    func following(
        name: String, daemonKey: VerifyingKey?, services: [Service] = [], newKey: Bool = false
    ) throws -> TestHouse {
        var house = self
        if newKey { house.generation += 1 }
        let keys =
            try Self.ownKeys(number, house.generation) + (daemonKey.map { [$0] } ?? [])
        var manifest = identity.chain.current
        manifest.organisation = id
        manifest.version += 1
        manifest.previous = identity.chain.currentHash
        manifest.name = name
        manifest.roleKeys = KeyManifest.ordered(Self.roles(keys), like: manifest)
        manifest.services = services
        house.identity = try Identity(
            chain: ManifestChain(
                verifying: identity.chain.manifests + [Self.sign(manifest, number)]),
            signingKeys: keys, sealingKeys: [])
        return house
    }

    /// A status list of the house.
    ///
    /// - Parameter hours: after the start when it is issued.
    func list(_ number: Int = 1, hours: Int64, uri: String? = nil) throws -> [UInt8] {
        let issued = start.adding(seconds: hours * 3_600)
        return try SignedStatusList.make(
            TokenStatusList(count: 1_024), uri: uri ?? id.statusListURI(number), issued: issued,
            expires: issued.adding(seconds: 86_400), key: key(.status))
    }
}

extension KeyManifest {
    /// Role keys in the order that a manifest has, which making one brings about.
    fileprivate static func ordered(_ roles: [RoleKey], like manifest: KeyManifest) -> [RoleKey] {
        KeyManifest(
            organisation: manifest.organisation, epoch: manifest.epoch,
            version: manifest.version, previous: manifest.previous,
            rootKeys: manifest.rootKeys, threshold: manifest.threshold,
            nextRootKeyHashes: manifest.nextRootKeyHashes,
            nextThreshold: manifest.nextThreshold, issued: manifest.issued,
            expires: manifest.expires, roleKeys: roles, name: manifest.name
        ).roleKeys
    }
}

/// Signs as a house's agent.
struct HouseSigner: RequestSigner {
    let house: TestHouse
    let randomness: Randomness
    var organisation: OrganisationID { house.id }

    func sign(
        _ components: RequestComponents, at now: Timestamp
    ) throws(ExchangeError) -> SignatureFields {
        guard let key = try? house.key(.exchange) else {
            throw ExchangeError(.unknownKey, "no key")
        }
        return try components.signed(
            for: house.id, by: key, at: now, randomness: randomness)
    }
}
