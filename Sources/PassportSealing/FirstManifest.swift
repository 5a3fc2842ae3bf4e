public import PassportCoding
internal import PassportCrypto
public import PassportSecrecy
public import PassportTrust

/// Makes an organisation's first manifest out of its key files.
///
/// It stands here and not beside `ManifestSigner` because key files hold what opens content;
/// a node that only exchanges never makes an organisation.
public enum FirstManifest {
    /// How long the first keys and the first manifest last, in seconds.
    public struct Periods: Sendable {
        /// From issue until no role key signs any more.
        public var roleKeys: Int64
        /// From issue until the manifest expires.
        public var manifest: Int64

        /// States the periods.
        public init(roleKeys: Int64, manifest: Int64) {
            self.roleKeys = roleKeys
            self.manifest = manifest
        }
    }

    /// An identity with one key for each role, under one root of one, committed to one next root.
    ///
    /// - Parameters:
    ///   - keys: holds a key for each role.
    ///   - root: holds the root that signs.
    ///   - nextRoot: holds the root that will open the next epoch.
    /// - Throws: when a key is missing or the name is too long.
    public static func identity(
        named name: String, keys: borrowing KeyFile, root: borrowing KeyFile,
        nextRoot: borrowing KeyFile, issued: Timestamp, lasting periods: Periods
    ) throws(SealingError) -> Identity {
        do {
            let rootKey = try root.signingKey(.root)
            let nextRootKey = try nextRoot.signingKey(.root)
            var signing: [VerifyingKey] = []
            var sealing: [SealingPublicKey] = []
            var roles: [RoleKey] = []
            for purpose in KeyPurpose.roles {
                let hash: Digest
                if purpose.isSealing {
                    let key = try keys.openingKey(purpose).publicKey
                    sealing.append(key)
                    hash = key.keyHash
                } else {
                    let key = try keys.signingKey(purpose).verifyingKey
                    signing.append(key)
                    hash = key.keyHash
                }
                roles.append(
                    RoleKey(
                        purpose: purpose, keyHash: hash, notBefore: issued,
                        notAfter: issued.adding(seconds: periods.roleKeys)))
            }
            var signer = ManifestSigner(
                KeyManifest(
                    organisation: nil, epoch: 1, version: 1, previous: nil,
                    rootKeys: [rootKey.verifyingKey], threshold: 1,
                    nextRootKeyHashes: [nextRootKey.verifyingKey.keyHash], nextThreshold: 1,
                    issued: issued, expires: issued.adding(seconds: periods.manifest),
                    roleKeys: roles, name: name))
            try signer.sign(with: rootKey)
            return try Identity(
                chain: ManifestChain(verifying: [signer.finish()]), signingKeys: signing,
                sealingKeys: sealing)
        } catch {
            throw SealingError("first manifest", error)
        }
    }
}
