public import PassportCoding
public import PassportCrypto

/// An identity file of which the form was read and nothing else: whose it claims to be, and what
/// checking it would cost.
public struct UnverifiedIdentity: Sendable {
    /// The organisation whose chain it is if it stands: SHA-256 over its first payload.
    public let organisation: OrganisationID
    /// The exact bytes.
    public let bytes: [UInt8]
    private let manifests: [[UInt8]]
    private let signing: [VerifyingKey]
    private let sealing: [SealingPublicKey]

    /// Reads an identity file. No signature is looked at.
    public init(decoding bytes: [UInt8]) throws(TrustError) {
        do {
            guard bytes.count <= Limits.identityBytes else {
                throw TrustError(.malformed, "identity: longer than \(Limits.identityBytes) bytes")
            }
            var fields = try CBORFields(CBORReader.item(from: bytes), "identity")
            _ = try fields.take(1, "version").int(in: 1...1)
            manifests = try fields.take(2, "manifests").array(1...Limits.manifestChain)
                .map { try $0.bytes(1...Limits.manifestBytes) }
            signing = try fields.take(3, "signing keys").array(0...Limits.roleKeys)
                .map { try $0.verifyingKey() }
            let net = try fields.take(4, "seal-net keys").array(0...Limits.roleKeys)
                .map { try Self.sealingKey($0, .sealNet) }
            let paper = try fields.take(5, "seal-paper keys").array(0...Limits.roleKeys)
                .map { try Self.sealingKey($0, .sealPaper) }
            try fields.finishExactly()
            sealing = net + paper
            let first = try COSESign(
                decoding: manifests.first ?? [], as: .manifest, maximum: Limits.manifestBytes)
            organisation = OrganisationID(Digest.sha256(of: first.unverifiedPayload))
            self.bytes = bytes
        } catch {
            throw TrustError("identity", error)
        }
    }

    private static func sealingKey(
        _ value: CBORValue, _ purpose: KeyPurpose
    ) throws -> SealingPublicKey {
        try SealingPublicKey(purpose: purpose, rawRepresentation: value.bytes(1...2_048))
    }

    /// A signing key that the file brings. Nothing says yet that it is the organisation's.
    public func broughtKey(_ keyHash: Digest) -> VerifyingKey? {
        signing.first { $0.keyHash == keyHash }
    }

    /// How many signatures the manifests carry that must be checked by somebody who knows a
    /// chain already: those of the chain's own manifests are not checked again.
    ///
    /// - Parameter budget: counting ends as soon as there are more.
    /// - Throws: `malformed` when a manifest cannot be read.
    public func signatureCount(
        beyond known: ManifestChain?, within budget: Int
    ) throws(TrustError) -> Int {
        let unknown = manifests.dropFirst(known?.length(asPrefixOf: manifests) ?? 0)
        // Each carries at least one; what is too long need not be read to be too much.
        guard unknown.count <= budget else { return unknown.count }
        var count = 0
        for bytes in unknown where count <= budget {
            do {
                count += try COSESign(
                    decoding: bytes, as: .manifest, maximum: Limits.manifestBytes
                ).signerKeyHashes.count
            } catch {
                throw TrustError("identity", error)
            }
        }
        return count
    }

    /// Checks chain and keys.
    ///
    /// - Parameter known: a chain that was checked before; manifests that begin with it are
    ///   checked from its end on.
    public func verify(beyond known: ManifestChain? = nil) throws(TrustError) -> Identity {
        let identity = try Identity(
            chain: ManifestChain(verifying: manifests, beyond: known), signingKeys: signing,
            sealingKeys: sealing)
        guard identity.encoded() == bytes else {
            throw TrustError(.malformed, "identity: keys out of order or twice")
        }
        return identity
    }
}
