import PassportAudit
import PassportCoding
import PassportCrypto
import PassportExchange
internal import PassportSecrecy
import PassportStore
import PassportTrust

/// Gives a daemon its place in our manifest: its exchange key, and where others find it.
struct Pairing {
    let endpoint: Endpoint
    let exchangeKey: VerifyingKey
    let logKey: VerifyingKey
    /// Where others reach the daemon, which need not be how we do.
    private let address: String?

    /// Seconds for which the daemon's key and the new manifest are good.
    private static let keyPeriod: Int64 = 2 * 365 * 86_400
    private static let manifestPeriod: Int64 = 365 * 86_400

    init(_ endpoint: Endpoint, _ document: ServiceDocument) throws {
        guard document.version == 1 else {
            throw ExchangeError(
                .badAnswer, .refused, "the daemon speaks another version",
                hint: "update carepass or carepassd")
        }
        self.endpoint = endpoint
        exchangeKey = try Self.key(document.exchangeKey)
        logKey = try Self.key(document.logKey)
        address = try document.address.map { try ServiceAddress($0).description }
    }

    private static func key(_ text: String) throws -> VerifyingKey {
        try VerifyingKey(rawRepresentation: Base64URL.decode(text))
    }

    /// A service for everybody to find, where there is one that others can reach.
    private var services: [Service] {
        address.map { [Service(address: $0, tlsKeyHash: endpoint.pin, logKey: logKey)] } ?? []
    }

    /// Our identity with the daemon in it: as it is, where it stands there already, so that a
    /// pairing that broke off goes on without a second manifest of the same number.
    ///
    /// The keys of all other daemons end: one of them has the mailbox.
    ///
    /// - Parameters:
    ///   - base: the newest that anybody may know of us.
    ///   - stolen: the key of a daemon that somebody else has now.
    func identity(
        after base: Identity, _ home: borrowing Home, stolen: Digest?,
        root: () throws -> SigningKey
    ) throws -> Identity {
        let manifest = base.chain.current
        let own = try home.keys.signingKey(.exchange).verifyingKey.keyHash
        let hash = exchangeKey.keyHash
        let listed = manifest.roleKeys.first { $0.purpose == .exchange && $0.keyHash == hash }
        // Stops a thief's daemon from being taken back; one that was left in the ordinary course
        // was in nobody else's hands.
        guard hash != stolen, listed?.revocation.map({ $0.reason == .superseded }) ?? true else {
            throw CommandError(
                .badArgument, .refused, Words.say("error.stolen-daemon"),
                hint: Words.say("hint.stolen-daemon"))
        }
        let line =
            listed.flatMap { $0.authority(at: home.now) == .authorised ? $0 : nil }
            ?? RoleKey(
                purpose: .exchange, keyHash: hash, notBefore: listed?.notBefore ?? home.now,
                notAfter: home.now.adding(seconds: Self.keyPeriod))
        let roleKeys =
            manifest.roleKeys.filter { $0.keyHash != hash }.map { role in
                guard role.purpose == .exchange, role.keyHash != own else { return role }
                return Self.ended(role, isStolen: role.keyHash == stolen, at: home.now)
            } + [line]
        guard Set(roleKeys) != Set(manifest.roleKeys) || manifest.services != services else {
            return base
        }
        let next = base.nextManifest(
            issued: home.now, expires: home.now.adding(seconds: Self.manifestPeriod))
        // The lists are put into their one order by the initialiser.
        let ordered = KeyManifest(
            organisation: next.organisation, epoch: next.epoch, version: next.version,
            previous: next.previous, rootKeys: next.rootKeys, threshold: next.threshold,
            nextRootKeyHashes: next.nextRootKeyHashes, nextThreshold: next.nextThreshold,
            issued: next.issued, expires: next.expires, roleKeys: roleKeys, name: next.name,
            services: services)
        var signer = ManifestSigner(ordered)
        try signer.sign(with: root())
        return try base.extended(by: signer.finish(), adding: [exchangeKey])
    }

    /// A role that has ended, as it is where it had; that somebody else has its key is said also
    /// of one that ended before.
    private static func ended(
        _ role: RoleKey, isStolen: Bool, at now: Timestamp
    ) -> RoleKey {
        guard role.revocation == nil || isStolen && role.revocation?.reason != .compromised else {
            return role
        }
        return RoleKey(
            purpose: role.purpose, keyHash: role.keyHash, notBefore: role.notBefore,
            notAfter: role.notAfter,
            revocation: RoleKey.Revocation(
                reason: isStolen ? .compromised : .superseded, since: now))
    }
}
