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
    /// - Parameters:
    ///   - earlier: the daemon that this one takes the place of, whose key ends now.
    ///   - reason: why it ends.
    func identity(
        extending home: borrowing Home, earlier: DaemonLink?, reason: RoleKey.RevocationReason,
        root: () throws -> SigningKey
    ) throws -> Identity {
        let current = home.identity
        let manifest = current.chain.current
        let hash = exchangeKey.keyHash
        let isListed = manifest.roleKeys.contains {
            $0.purpose == .exchange && $0.keyHash == hash && $0.revocation == nil
        }
        let old = earlier.map(\.exchangeKey).flatMap { $0 == hash ? nil : $0 }
        let mustEnd = manifest.roleKeys.contains { $0.keyHash == old && $0.revocation == nil }
        guard !isListed || mustEnd || manifest.services != services else { return current }
        var next = current.nextManifest(
            issued: home.now, expires: home.now.adding(seconds: Self.manifestPeriod))
        next.roleKeys = next.roleKeys.map { role in
            guard role.keyHash == old, role.revocation == nil else { return role }
            return RoleKey(
                purpose: role.purpose, keyHash: role.keyHash, notBefore: role.notBefore,
                notAfter: role.notAfter,
                revocation: RoleKey.Revocation(reason: reason, since: home.now))
        }
        if !isListed {
            next.roleKeys.append(
                RoleKey(
                    purpose: .exchange, keyHash: hash, notBefore: home.now,
                    notAfter: home.now.adding(seconds: Self.keyPeriod)))
        }
        // The lists are put into their one order by the initialiser.
        let ordered = KeyManifest(
            organisation: next.organisation, epoch: next.epoch, version: next.version,
            previous: next.previous, rootKeys: next.rootKeys, threshold: next.threshold,
            nextRootKeyHashes: next.nextRootKeyHashes, nextThreshold: next.nextThreshold,
            issued: next.issued, expires: next.expires, roleKeys: next.roleKeys, name: next.name,
            services: services)
        var signer = ManifestSigner(ordered)
        try signer.sign(with: root())
        return try current.extended(by: signer.finish(), adding: [exchangeKey])
    }
}
