public import PassportCoding
public import PassportCrypto
public import PassportTrust

/// A grant as it arrived.
public struct UnverifiedGrant: Hashable, Sendable {
    package let object: COSESign1
    /// What the grant says.
    public let terms: GrantTerms
    /// SHA-256 over the exact bytes.
    public let digest: Digest

    /// Parses a grant.
    public init(decoding bytes: [UInt8]) throws(PassportError) {
        do {
            object = try COSESign1(decoding: bytes, as: .grant, maximum: Limits.grantBytes)
            terms = try GrantTerms(decoding: object.unverifiedPayload)
            digest = object.digest
        } catch {
            throw PassportError("grant", error)
        }
    }

    /// The exact bytes.
    public var bytes: [UInt8] { object.bytes }

    /// Verifies the grant for one passport, its parents included.
    ///
    /// - Parameter identities: the organisations whose keys may be needed.
    /// - Throws: `mismatch` for another passport, `notAuthentic` when a signature does not hold
    ///   or its key has no authority, `brokenTerms` when a rule is broken.
    public func verify(
        for passport: VerifiedPassport, identities: [OrganisationID: Identity]
    ) throws(PassportError) -> VerifiedGrant {
        do {
            return try verify(passport, identities, depth: 0)
        } catch {
            throw PassportError("grant", error)
        }
    }

    private func verify(
        _ passport: VerifiedPassport, _ identities: [OrganisationID: Identity], depth: Int
    ) throws -> VerifiedGrant {
        guard depth <= Limits.onwardDepth else {
            throw PassportError(.brokenTerms, .refused, "grant: passed on too often")
        }
        guard terms.passport == passport.digest else {
            throw PassportError(.mismatch, .refused, "grant: for another passport")
        }
        try terms.checkRules()
        try terms.checkStatus(issuer: passport.claims.issuer)
        var parent: VerifiedGrant?
        if let bytes = terms.parent {
            let verified = try UnverifiedGrant(decoding: bytes)
                .verify(passport, identities, depth: depth + 1)
            try terms.checkNarrows(verified.terms)
            parent = verified
        }
        let key = try verifySignature(passport, identities, parent: parent)
        try verifyDesk(identities)
        return VerifiedGrant(
            terms: terms, digest: digest, bytes: bytes, key: key,
            lineage: [terms] + (parent?.lineage ?? []), keys: [key] + (parent?.keys ?? []))
    }

    private func verifySignature(
        _ passport: VerifiedPassport, _ identities: [OrganisationID: Identity],
        parent: VerifiedGrant?
    ) throws -> ListedKey? {
        switch terms.authority {
        case .holder:
            guard parent == nil else {
                throw PassportError(.brokenTerms, .refused, "grant: a holder passes nothing on")
            }
            guard object.keyHash == passport.claims.holderKey.keyHash else {
                throw PassportError(
                    .notAuthentic, .refused, "grant: signed with another key than the person's")
            }
            _ = try object.verify(with: passport.claims.holderKey)
            return nil
        case .organisation(let id):
            // Stops an organisation from granting what nobody allowed it to grant. With a
            // parent, its recipient is the authority; `checkNarrows` has compared them.
            guard parent != nil || passport.claims.authorities.contains(id) else {
                throw PassportError(
                    .notAuthentic, .refused, "grant: signed by no authority of this passport")
            }
            guard let identity = identities[id] else {
                throw PassportError(
                    .notAuthentic, .refused, "grant: the keys of its signer are not known here",
                    hint: "take in the identity file of that organisation")
            }
            let listed = try identity.signingKey(object.keyHash, for: .consent)
            _ = try object.verify(with: listed.key)
            return listed
        }
    }

    /// A holder's signature made at a desk needs that desk's countersignature; and a
    /// countersignature nobody asked for is refused, because nothing would say what it means.
    private func verifyDesk(_ identities: [OrganisationID: Identity]) throws {
        guard let desk = terms.desk else {
            guard object.countersignature == nil else {
                throw PassportError(.malformed, .refused, "grant: countersigned without a desk")
            }
            return
        }
        guard let countersignature = object.countersignature, let identity = identities[desk]
        else {
            throw PassportError(
                .notAuthentic, .refused, "grant: the desk's countersignature cannot be checked")
        }
        let listed = try identity.signingKey(countersignature.keyHash, for: .consent)
        guard case .authorised = listed.role.authority(at: terms.issued) else {
            throw PassportError(.notAuthentic, .refused, "grant: the desk's key was not in force")
        }
        try countersignature.verify(on: object, with: listed.key)
    }
}

/// A grant whose signature, authority and rules hold for one passport.
public struct VerifiedGrant: Hashable, Sendable {
    /// What was granted.
    public let terms: GrantTerms
    /// SHA-256 over the exact bytes.
    public let digest: Digest
    /// The exact bytes.
    public let bytes: [UInt8]
    /// The organisation's key that signed; nil for a holder's signature.
    public let key: ListedKey?
    /// This grant's terms and those of its parents, newest first.
    public let lineage: [GrantTerms]
    /// The keys that signed the lineage, in its order; nil for a holder's signature.
    public let keys: [ListedKey?]

    init(
        terms: GrantTerms, digest: Digest, bytes: [UInt8], key: ListedKey?,
        lineage: [GrantTerms], keys: [ListedKey?]
    ) {
        self.terms = terms
        self.digest = digest
        self.bytes = bytes
        self.key = key
        self.lineage = lineage
        self.keys = keys
    }
}
