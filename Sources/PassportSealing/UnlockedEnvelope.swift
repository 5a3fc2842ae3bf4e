public import CarePassport
internal import PassportCoding
internal import PassportCrypto
internal import PassportTrust

/// An envelope whose box opened. Nothing in it is verified, and no section is open.
public struct UnlockedEnvelope: Sendable {
    /// The passports, in the content's order.
    public let passports: [UnverifiedPassport]
    /// The sender's statement.
    public let disclosure: UnverifiedDisclosure
    private let evidence: Evidence
    private let grants: [IssuedGrant]
    private let asBearer: Bool

    init(
        content: EnvelopeContent, box: borrowing BoxPayload, profile: Profile, asBearer: Bool
    ) throws {
        disclosure = try UnverifiedDisclosure(decoding: box.disclosure)
        passports = try content.passports.map { try UnverifiedPassport(decoding: $0) }
        guard passports.allSatisfy({ $0.claims.profile == profile }),
            Set(passports.map(\.digest)).count == passports.count
        else {
            throw SealingError(.malformed, "content: a passport twice or of another profile")
        }
        self.asBearer = asBearer
        var pairs: [IssuedGrant] = []
        for (number, value) in box.grants.enumerated() {
            let parts = try value.array(2...2)
            _ = try parts[1].bytes(exactly: profile.ringBytes)
            let grant = try UnverifiedGrant(decoding: parts[0].bytes(1...Limits.grantBytes))
            pairs.append(
                IssuedGrant(grant: grant, ring: try box.ring(beside: number, profile: profile)))
        }
        guard Set(pairs.map(\.grant.terms.passport)).count == pairs.count else {
            throw SealingError(.malformed, "box: two grants for one passport")
        }
        self.grants = pairs
        evidence = Evidence(
            identities: content.identities, statusLists: content.statusLists,
            passports: passports, grants: pairs.map(\.grant), disclosure: disclosure)
    }

    /// The grants that the box held, with their rings.
    public var issuedGrants: [IssuedGrant] { grants }

    /// Makes every check on every passport, and says what may be opened.
    ///
    /// - Parameters:
    ///   - knowledge: what this home knows; the envelope's evidence is added to it.
    ///   - purpose: what the sections will be used for.
    public func examine(_ knowledge: Knowledge, purpose: Purpose) -> ExaminedEnvelope {
        var knowledge = knowledge
        knowledge.add(evidence)
        let verifier = Verifier(knowledge, purpose: purpose)
        let digests = passports.map(\.digest)
        let grantDigests = grants.map(\.grant.digest)
        let examined = passports.map { passport in
            let issued = grants.first { $0.grant.terms.passport == passport.digest }
            let found = verifier.report(
                on: Verifier.Arrival(
                    passport: passport, grant: issued?.grant, ring: issued?.fittingRing,
                    disclosure: disclosure, passports: digests, grants: grantDigests,
                    asBearer: asBearer))
            return ExaminedPassport(
                report: found.report, passport: found.passport, grant: found.grant,
                ring: issued?.ring)
        }
        return ExaminedEnvelope(
            passports: examined, disclosure: disclosure.terms, purpose: purpose,
            knowledge: knowledge)
    }
}

extension IssuedGrant {
    /// The ring's digest, when it opens the sections that the grant names and no others: consent
    /// is which keys exist, so a ring with more was never consented to.
    fileprivate var fittingRing: Digest? {
        ring.kinds == Set(grant.terms.sections) ? ring.digest : nil
    }
}
