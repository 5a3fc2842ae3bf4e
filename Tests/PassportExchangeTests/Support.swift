import PassportCoding
import PassportCrypto
import PassportExchange
import PassportTrust

/// A test key: the seed is one byte 32 times, so that nobody takes it for a real one.
func signingKey(_ number: UInt8, _ purpose: KeyPurpose) throws -> SigningKey {
    var seed = [UInt8](repeating: number, count: 32)
    return try SigningKey(seed: SecretBytes(consuming: &seed), purpose: purpose)
}

/// The code under which `body` refuses, or nil when it accepts.
func refusal<Result>(_ body: () throws -> Result) -> ExchangeError.Code? {
    do {
        _ = try body()
        return nil
    } catch let error as ExchangeError {
        return error.code
    } catch {
        return ExchangeError.Code("\(error)")
    }
}

/// The moment of the tests: 2026-03-01T00:00:00Z.
let start = Timestamp(clamping: 1_772_323_200)

/// Seconds later than the start, or earlier.
func second(_ number: Int64) -> Timestamp { start.adding(seconds: number) }

/// One role key of a test organisation.
struct Listed {
    var purpose: KeyPurpose
    var number: UInt8 = 0
    var from = second(-86_400)
    var to = second(86_400)
    var revocation: RoleKey.Revocation?
}

/// The keys of one test organisation, and its manifests.
struct House {
    /// Added to every number, so that two houses have no key in common.
    var offset: UInt8 = 0
    var name = "Izmir"

    static let izmir = House()
    static let athens = House(offset: 100, name: "Athens")

    func root() throws -> SigningKey { try signingKey(offset + 1, .root) }

    /// The signing key of a role.
    func key(_ purpose: KeyPurpose, _ number: UInt8 = 0) throws -> SigningKey {
        try signingKey(offset + 10 + UInt8(purpose.rawValue) + 20 * number, purpose)
    }

    static let ordinary = [
        Listed(purpose: .exchange), Listed(purpose: .consent), Listed(purpose: .log),
        Listed(purpose: .issue),
    ]

    /// The first manifest.
    func manifest(
        _ listed: [Listed] = ordinary, services: [Service] = []
    ) throws -> KeyManifest {
        let root = try root().verifyingKey
        return KeyManifest(
            organisation: nil, epoch: 1, version: 1, previous: nil, rootKeys: [root],
            threshold: 1,
            nextRootKeyHashes: [try signingKey(offset + 2, .root).verifyingKey.keyHash],
            nextThreshold: 1, issued: second(-86_400), expires: second(86_400),
            roleKeys: try listed.map {
                RoleKey(
                    purpose: $0.purpose,
                    keyHash: try key($0.purpose, $0.number).verifyingKey.keyHash,
                    notBefore: $0.from, notAfter: $0.to, revocation: $0.revocation)
            }, name: name, services: services)
    }

    func sign(_ manifest: KeyManifest) throws -> [UInt8] {
        var signer = ManifestSigner(manifest)
        try signer.sign(with: root())
        return try signer.finish()
    }

    func identity(
        _ listed: [Listed] = ordinary, services: [Service] = []
    ) throws -> Identity {
        try Identity(
            chain: ManifestChain(verifying: [sign(manifest(listed, services: services))]),
            signingKeys: listed.map { try key($0.purpose, $0.number).verifyingKey },
            sealingKeys: [])
    }
}

extension Timestamp {
    /// A moment's number of seconds as it stands in a signature.
    var text: String { "\(seconds)" }
}
