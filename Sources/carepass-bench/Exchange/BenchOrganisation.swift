import PassportClient
import PassportCoding
import PassportCrypto
import PassportExchange
import PassportTrust

/// An organisation that only exchanges: one key of its own, and that of the daemon that hosts it.
final class BenchOrganisation: RequestSigner {
    let identity: Identity
    private let key: SigningKey

    var organisation: OrganisationID { identity.organisation }

    private static let lifetime: Int64 = 30 * 86_400

    init(_ name: String, at daemon: BenchDaemon? = nil) throws {
        let key = try SigningKey(seed: SecretBytes(random: 32, from: .system), purpose: .exchange)
        let root = try SigningKey(seed: SecretBytes(random: 32, from: .system), purpose: .root)
        let next = try SigningKey(seed: SecretBytes(random: 32, from: .system), purpose: .root)
        let keys = [key.verifyingKey] + (daemon.map { [$0.exchangeKey] } ?? [])
        let issued = Timestamp.system.adding(seconds: -60)
        let expires = issued.adding(seconds: Self.lifetime)
        var signer = ManifestSigner(
            KeyManifest(
                organisation: nil, epoch: 1, version: 1, previous: nil,
                rootKeys: [root.verifyingKey], threshold: 1,
                nextRootKeyHashes: [next.verifyingKey.keyHash], nextThreshold: 1, issued: issued,
                expires: expires,
                roleKeys: keys.map {
                    RoleKey(
                        purpose: .exchange, keyHash: $0.keyHash, notBefore: issued,
                        notAfter: expires)
                }, name: name, services: daemon.map { [$0.service] } ?? []))
        try signer.sign(with: root)
        identity = try Identity(
            chain: ManifestChain(verifying: [signer.finish()]), signingKeys: keys,
            sealingKeys: [])
        self.key = key
    }

    func sign(
        _ components: RequestComponents, at now: Timestamp
    ) throws(ExchangeError) -> SignatureFields {
        try components.signed(for: organisation, by: key, at: now, randomness: .system)
    }
}

/// A parcel that looks like an envelope from outside: its first bytes, and random ones.
struct BenchParcel: Sendable {
    let bytes: [UInt8]
    let digest: Digest

    /// Bytes of an envelope of usual size: eight boxes and a passport.
    static let usualBytes = 86_565

    init(_ count: Int = usualBytes) {
        bytes = [0xA4, 0x01, 0x01, 0x02, 0x01] + Randomness.system.bytes(count - 5)
        digest = Digest.sha256(of: bytes)
    }
}
