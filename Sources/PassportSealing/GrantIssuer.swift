public import CarePassport
public import PassportCoding
public import PassportCrypto
public import PassportSecrecy
public import PassportTrust

/// A signed grant together with the ring it was signed over.
public struct IssuedGrant: Sendable {
    /// The grant.
    public let grant: UnverifiedGrant
    /// Exactly the granted slots.
    public let ring: Ring

    /// Puts together a grant and the ring that was kept with it.
    ///
    /// A pair that does not belong together is refused by whoever opens it: the grant is signed
    /// over the ring's digest.
    public init(grant: UnverifiedGrant, ring: Ring) {
        self.grant = grant
        self.ring = ring
    }
}

/// Signs grants. The ring that comes out holds the keys of the named sections and no others:
/// consent is which keys exist, not what a flag says.
public struct GrantIssuer: Sendable {
    private let randomness: Randomness

    /// Prepares to grant.
    public init(randomness: Randomness = .system) { self.randomness = randomness }

    /// Grants as an organisation that the passport names as an authority.
    ///
    /// - Parameters:
    ///   - terms: the terms; `ring`, `passport` and `authority` are filled in here.
    ///   - ring: a ring that holds at least the named sections.
    ///   - key: the organisation's `consent` key.
    public func grant(
        _ terms: GrantTerms, ring: Ring, passport: VerifiedPassport,
        organisation: OrganisationID, key: borrowing SigningKey
    ) throws(SealingError) -> IssuedGrant {
        do {
            let narrowed = try ring.narrowed(to: terms.sections, randomness: randomness)
            var terms = terms
            terms.passport = passport.digest
            terms.authority = .organisation(organisation)
            terms.ring = narrowed.digest
            try terms.checkRules()
            let object = try COSESign1.sign(terms.encoded(), as: .grant, with: key)
            return IssuedGrant(
                grant: try UnverifiedGrant(decoding: object.bytes), ring: narrowed)
        } catch {
            throw SealingError("grant", error)
        }
    }

    /// Grants as the person, whose card is presented at a desk that countersigns.
    ///
    /// - Parameters:
    ///   - card: the consent half.
    ///   - desk: the organisation at whose desk it is presented.
    ///   - key: the desk's `consent` key.
    public func grant(
        _ terms: GrantTerms, passport: VerifiedPassport, card: borrowing ConsentHalf,
        desk: OrganisationID, key: borrowing SigningKey
    ) throws(SealingError) -> IssuedGrant {
        do {
            let ring = try HolderRing.open(in: passport, with: card)
            let narrowed = try ring.narrowed(to: terms.sections, randomness: randomness)
            var terms = terms
            terms.passport = passport.digest
            terms.authority = .holder
            terms.desk = desk
            terms.ring = narrowed.digest
            try terms.checkRules()
            let holder = try card.holderKey(for: passport.claims.id)
            let object = try COSESign1.sign(terms.encoded(), as: .grant, with: holder)
                .countersigned(as: .grant, with: key)
            return IssuedGrant(
                grant: try UnverifiedGrant(decoding: object.bytes), ring: narrowed)
        } catch {
            throw SealingError("grant", error)
        }
    }
}

/// Signs withdrawals; it takes no more steps than granting.
public struct WithdrawalIssuer: Sendable {
    private let randomness: Randomness

    /// Prepares to withdraw.
    public init(randomness: Randomness = .system) { self.randomness = randomness }

    /// Withdraws as an authority of the passport.
    public func withdraw(
        grants: [Identifier], of passport: VerifiedPassport, reason: WithdrawalReason,
        at time: Timestamp, organisation: OrganisationID, key: borrowing SigningKey
    ) throws(SealingError) -> UnverifiedWithdrawal {
        try sign(
            grants, passport, .organisation(organisation), reason, time, key)
    }

    /// Withdraws as the person, with the consent half of the card.
    public func withdraw(
        grants: [Identifier], of passport: VerifiedPassport, reason: WithdrawalReason,
        at time: Timestamp, card: borrowing ConsentHalf
    ) throws(SealingError) -> UnverifiedWithdrawal {
        let holder: SigningKey
        do {
            holder = try card.holderKey(for: passport.claims.id)
        } catch {
            throw SealingError("withdraw", error)
        }
        guard holder.verifyingKey == passport.claims.holderKey else {
            throw SealingError(
                .wrongCard, .refused, "the card is not that of this passport",
                hint: "ask for the right card; where it has a PIN, that may be the wrong one")
        }
        return try sign(grants, passport, .holder, reason, time, holder)
    }

    private func sign(
        _ grants: [Identifier], _ passport: VerifiedPassport, _ authority: GrantAuthority,
        _ reason: WithdrawalReason, _ time: Timestamp, _ key: borrowing SigningKey
    ) throws(SealingError) -> UnverifiedWithdrawal {
        do {
            let terms = WithdrawalTerms(
                id: Identifier(from: randomness), passport: passport.digest, grants: grants,
                authority: authority, time: time, reason: reason)
            let object = try COSESign1.sign(terms.encoded(), as: .withdrawal, with: key)
            return try UnverifiedWithdrawal(decoding: object.bytes)
        } catch {
            throw SealingError("withdraw", error)
        }
    }
}
