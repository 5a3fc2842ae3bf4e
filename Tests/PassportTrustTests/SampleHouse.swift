import PassportCoding
import PassportCrypto
import PassportTrust

/// A test key: the seed is one byte 32 times, so that nobody takes it for a real one.
func signingKey(_ number: UInt8, _ purpose: KeyPurpose) throws -> SigningKey {
    var seed = [UInt8](repeating: number, count: 32)
    return try SigningKey(seed: SecretBytes(consuming: &seed), purpose: purpose)
}

/// The code under which `body` refuses, or nil when it accepts.
func refusal<Result: ~Copyable>(_ body: () throws -> Result) -> TrustError.Code? {
    do {
        _ = try body()
        return nil
    } catch let error as TrustError {
        return error.code
    } catch {
        return TrustError.Code("\(error)")
    }
}

/// The moment at which the test organisations begin: 2026-03-01T00:00:00Z.
let start = Timestamp(clamping: 1_772_323_200)

/// A day later than the start, two days later …
func day(_ number: Int64) -> Timestamp { start.adding(seconds: number * 86_400) }

/// The keys of one test organisation by number, and its manifests.
struct House {
    /// Added to every number, so that two houses have no key in common.
    var offset: UInt8 = 0
    var name = "Test House"

    func root(_ number: UInt8) throws -> SigningKey { try signingKey(offset + number, .root) }

    func roots(_ numbers: [UInt8]) throws -> [VerifyingKey] {
        try numbers.map { try root($0).verifyingKey }
    }

    func hashes(_ numbers: [UInt8]) throws -> [Digest] { try roots(numbers).map(\.keyHash) }

    /// The signing key of a role.
    func key(_ purpose: KeyPurpose, _ number: UInt8 = 0) throws -> SigningKey {
        try signingKey(offset + 40 + UInt8(purpose.rawValue) + 10 * number, purpose)
    }

    func sealingKey(_ purpose: KeyPurpose) throws -> SealingPublicKey {
        try SealingPublicKey(
            purpose: purpose,
            rawRepresentation: [UInt8](
                repeating: offset + 80 + UInt8(purpose.rawValue),
                count: SealingPublicKey.byteCount(purpose)))
    }

    var signingPurposes: [KeyPurpose] { KeyPurpose.roles.filter(\.isSigning) }

    func role(
        _ purpose: KeyPurpose, _ number: UInt8 = 0, from: Timestamp = start,
        to: Timestamp = day(800), revocation: RoleKey.Revocation? = nil
    ) throws -> RoleKey {
        let hash: Digest
        if purpose.isSealing {
            hash = try sealingKey(purpose).keyHash
        } else {
            hash = try key(purpose, number).verifyingKey.keyHash
        }
        return RoleKey(
            purpose: purpose, keyHash: hash, notBefore: from, notAfter: to, revocation: revocation)
    }

    func allRoles() throws -> [RoleKey] { try KeyPurpose.roles.map { try role($0) } }

    /// The first manifest: two of the roots 1, 2, 3 sign; two of 4, 5, 6 open the next epoch.
    func first(
        roots numbers: [UInt8] = [1, 2, 3], threshold: Int = 2, next: [UInt8] = [4, 5, 6],
        nextThreshold: Int = 2, roles: [RoleKey]? = nil
    ) throws -> KeyManifest {
        try KeyManifest(
            organisation: nil, epoch: 1, version: 1, previous: nil, rootKeys: roots(numbers),
            threshold: threshold, nextRootKeyHashes: hashes(next), nextThreshold: nextThreshold,
            issued: start, expires: day(365), roleKeys: roles ?? allRoles(), name: name)
    }

    /// The manifest that follows a chain in its epoch.
    func following(
        _ chain: ManifestChain, _ change: (inout KeyManifest) throws -> Void = { _ in }
    ) throws -> KeyManifest {
        var manifest = chain.current
        manifest.organisation = chain.organisation
        manifest.version += 1
        manifest.previous = chain.currentHash
        try change(&manifest)
        return manifest
    }

    /// The manifest that opens the epoch after a chain's.
    func opening(
        after chain: ManifestChain, roots numbers: [UInt8] = [4, 5, 6], next: [UInt8] = [7, 8, 9],
        _ change: (inout KeyManifest) throws -> Void = { _ in }
    ) throws -> KeyManifest {
        var manifest = try KeyManifest(
            organisation: chain.organisation, epoch: chain.current.epoch + 1, version: 1,
            previous: chain.currentHash, rootKeys: roots(numbers),
            threshold: chain.current.nextThreshold, nextRootKeyHashes: hashes(next),
            nextThreshold: 2, issued: day(10), expires: day(400),
            roleKeys: chain.current.roleKeys, name: name)
        try change(&manifest)
        return manifest
    }

    func sign(_ manifest: KeyManifest, by numbers: [UInt8]) throws -> [UInt8] {
        var signer = ManifestSigner(manifest)
        for number in numbers { try signer.sign(with: root(number)) }
        return try signer.finish()
    }

    /// A chain of one manifest.
    func chain() throws -> ManifestChain {
        try ManifestChain(verifying: [sign(first(), by: [1, 2])])
    }

    /// A chain with one manifest more.
    func chain(
        _ chain: ManifestChain, and manifest: KeyManifest, by numbers: [UInt8]
    ) throws -> ManifestChain {
        try ManifestChain(verifying: chain.manifests + [sign(manifest, by: numbers)])
    }

    /// The identity at a chain, with the keys of all roles.
    func identity(_ chain: ManifestChain? = nil) throws -> Identity {
        try Identity(
            chain: chain ?? self.chain(),
            signingKeys: signingPurposes.map { try key($0).verifyingKey },
            sealingKeys: [sealingKey(.sealNet), sealingKey(.sealPaper)])
    }

    /// The identity after a second manifest that lists the given keys, all of them signing keys.
    func identity(listing roles: [RoleKey], _ keys: [VerifyingKey]) throws -> Identity {
        let first = try chain()
        let second = try chain(first, and: following(first) { $0.roleKeys = roles }, by: [1, 2])
        return try Identity(chain: second, signingKeys: keys, sealingKeys: [])
    }
}
