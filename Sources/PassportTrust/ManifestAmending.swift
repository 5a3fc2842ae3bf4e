public import PassportCoding
public import PassportCrypto

extension Identity {
    /// The next manifest of this epoch, to be changed and signed: same roots, next number.
    ///
    /// - Parameter expires: until when it counts as current.
    public func nextManifest(issued: Timestamp, expires: Timestamp) -> KeyManifest {
        var next = chain.current
        next.organisation = organisation
        next.version += 1
        next.previous = chain.currentHash
        next.issued = issued
        next.expires = expires
        return next
    }

    /// This identity with one more manifest and the keys that it adds; keys that the manifest no
    /// longer names are left out.
    ///
    /// - Parameter manifest: signed by the roots of this epoch.
    /// - Throws: `brokenChain` and others when the manifest does not follow; `unknownKey` when a
    ///   key that it names is not there.
    public func extended(
        by manifest: [UInt8], adding added: [VerifyingKey]
    ) throws(TrustError) -> Identity {
        let chain = try ManifestChain(
            verifying: self.chain.manifests + [manifest], beyond: self.chain)
        let named = Set(chain.current.roleKeys.map(\.keyHash))
        let purposes = KeyPurpose.roles
        let signing =
            purposes.filter(\.isSigning)
            .flatMap { signingKeys(for: $0) }.map(\.key) + added
        return try Identity(
            chain: chain, signingKeys: signing.filter { named.contains($0.keyHash) },
            sealingKeys: sealingKeysInUse.filter { named.contains($0.keyHash) })
    }
}
