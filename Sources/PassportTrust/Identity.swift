public import PassportCoding
public import PassportCrypto

/// An organisation's manifests and, beside them, the full keys that the newest one names.
///
/// What `org export` writes, peers pin, and envelopes carry as evidence.
public struct Identity: Sendable, Hashable {
    /// The checked chain.
    public let chain: ManifestChain
    private let signingKeys: [Digest: VerifyingKey]
    private let sealingKeys: [Digest: SealingPublicKey]

    /// The organisation.
    public var organisation: OrganisationID { chain.organisation }
    /// What the organisation calls itself.
    public var name: String { chain.current.name }

    /// Puts a chain and its keys together.
    ///
    /// - Throws: `unknownKey` when a key is not named by the newest manifest, or a named key
    ///   is missing.
    public init(
        chain: ManifestChain, signingKeys: [VerifyingKey], sealingKeys: [SealingPublicKey]
    ) throws(TrustError) {
        self.chain = chain
        self.signingKeys = Dictionary(
            signingKeys.map { ($0.keyHash, $0) }, uniquingKeysWith: { first, _ in first })
        self.sealingKeys = Dictionary(
            sealingKeys.map { ($0.keyHash, $0) }, uniquingKeysWith: { first, _ in first })
        let named = Set(chain.current.roleKeys.map(\.keyHash))
        guard named == Set(self.signingKeys.keys).union(self.sealingKeys.keys) else {
            throw TrustError(.unknownKey, "the keys are not those that the manifest names")
        }
        for role in chain.current.roleKeys {
            guard
                role.purpose.isSealing
                    ? self.sealingKeys[role.keyHash]?.purpose == role.purpose
                    : self.signingKeys[role.keyHash] != nil
            else {
                throw TrustError(.unknownKey, "a \(role.purpose.name) key has the wrong form")
            }
        }
    }

    /// Reads an identity file.
    public init(decoding bytes: [UInt8]) throws(TrustError) {
        self = try UnverifiedIdentity(decoding: bytes).verify()
    }

    /// The identity file; keys in the manifest's order.
    public func encoded() -> [UInt8] {
        let roles = chain.current.roleKeys
        func keys(_ purpose: KeyPurpose) -> CBORItem {
            .array(
                roles.filter { $0.purpose == purpose }
                    .compactMap { sealingKeys[$0.keyHash] }
                    .map { .bytes($0.rawRepresentation) })
        }
        let signing = roles.filter(\.purpose.isSigning).compactMap { signingKeys[$0.keyHash] }
        return CBORItem(fields: [
            (1, CBORItem(1)), (2, .array(chain.manifests.map { .bytes($0) })),
            (3, .array(signing.map { .bytes($0.rawRepresentation) })),
            (4, keys(.sealNet)), (5, keys(.sealPaper)),
        ]).encoded()
    }

    /// Every sealing key that the newest manifest names.
    var sealingKeysInUse: [SealingPublicKey] { Array(sealingKeys.values) }

    /// A signing key that the manifest lists for a purpose.
    public func signingKey(
        _ keyHash: Digest, for purpose: KeyPurpose
    ) throws(TrustError) -> ListedKey {
        guard
            let role = chain.current.roleKeys.first(where: {
                $0.keyHash == keyHash && $0.purpose == purpose
            }), let key = signingKeys[keyHash]
        else {
            throw TrustError(
                .unknownKey, .refused, "not a \(purpose.name) key of \(name)")
        }
        return ListedKey(organisation: organisation, key: key, role: role)
    }

    /// True when the manifest lists a key for a purpose.
    package func lists(_ keyHash: Digest, for purpose: KeyPurpose) -> Bool {
        chain.current.roleKeys.contains { $0.keyHash == keyHash && $0.purpose == purpose }
    }

    /// True for the address of one of the organisation's status lists, in whatever spelling.
    package func keepsStatusList(at uri: String) -> Bool {
        uri.utf8.starts(with: organisation.statusListURI(0).utf8.dropLast())
    }

    /// All signing keys listed for a purpose, revoked and expired ones included.
    public func signingKeys(for purpose: KeyPurpose) -> [ListedKey] {
        chain.current.roleKeys.filter { $0.purpose == purpose }.compactMap { role in
            signingKeys[role.keyHash].map {
                ListedKey(organisation: organisation, key: $0, role: role)
            }
        }
    }

    /// The key to seal a new box to: in force now, not revoked, latest to expire.
    ///
    /// - Throws: `unknownKey` when there is none; nothing is sealed to an expired manifest.
    public func sealingKey(
        _ purpose: KeyPurpose, at now: Timestamp
    ) throws(TrustError) -> SealingPublicKey {
        guard now <= chain.current.expires else {
            throw TrustError(
                .unknownKey, .refused, "the keys of \(name) expired on \(chain.current.expires)",
                hint: "take in a newer identity file of that organisation")
        }
        let usable = chain.current.roleKeys.filter {
            $0.purpose == purpose && $0.revocation == nil && $0.notBefore <= now
                && now <= $0.notAfter
        }
        guard let newest = usable.max(by: { $0.notAfter < $1.notAfter }),
            let key = sealingKeys[newest.keyHash]
        else {
            throw TrustError(.unknownKey, .refused, "\(name) has no \(purpose.name) key in force")
        }
        return key
    }
}

/// A signing key together with the manifest line that gives it its meaning.
public struct ListedKey: Hashable, Sendable {
    /// Whose key it is.
    public let organisation: OrganisationID
    /// The key.
    public let key: VerifyingKey
    /// Purpose, window and end.
    public let role: RoleKey
}
