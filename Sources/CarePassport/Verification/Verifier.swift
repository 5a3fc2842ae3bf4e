internal import PassportCoding
public import PassportCrypto
internal import PassportTrust

/// Makes the report on one passport under one grant. Needs public keys only.
public struct Verifier: Sendable {
    /// What arrived together.
    public struct Arrival: Sendable {
        /// The passport.
        public let passport: UnverifiedPassport
        /// The grant, if the box held one for the passport.
        public let grant: UnverifiedGrant?
        /// SHA-256 over the ring that came with the grant.
        public let ring: Digest?
        /// The sender's statement.
        public let disclosure: UnverifiedDisclosure?
        /// Digests of all passports in the content, in order.
        public let passports: [Digest]
        /// Digests of all grants in the box, in order.
        public let grants: [Digest]
        /// Whether the box was opened as the bearer of a carry half.
        public let asBearer: Bool

        package init(
            passport: UnverifiedPassport, grant: UnverifiedGrant?, ring: Digest?,
            disclosure: UnverifiedDisclosure?, passports: [Digest], grants: [Digest],
            asBearer: Bool
        ) {
            self.passport = passport
            self.grant = grant
            self.ring = ring
            self.disclosure = disclosure
            self.passports = passports
            self.grants = grants
            self.asBearer = asBearer
        }
    }

    /// A clock may be this many seconds behind the signer's.
    static let skew: Int64 = 86_400

    private let knowledge: Knowledge
    private let purpose: Purpose

    /// Prepares to verify with what is known, for a stated purpose.
    public init(_ knowledge: Knowledge, purpose: Purpose) {
        self.knowledge = knowledge
        self.purpose = purpose
    }

    /// Makes every check and returns the report, with the verified objects when they hold.
    public func report(
        on arrival: Arrival
    ) -> (report: VerificationReport, passport: VerifiedPassport?, grant: VerifiedGrant?) {
        let claims = arrival.passport.claims
        let standing = knowledge.standing(of: claims.issuer, for: [.issue])
        var lines: [ReportLine] = []
        let passport = checkIssuer(arrival.passport, standing, &lines)
        lines.append(ReportLine(.clock, knowledge.clockIsBehind ? .behind : .holds))
        checkPassport(claims, &lines)
        let grant = checkGrant(arrival, passport, &lines)
        checkDisclosure(arrival, &lines)
        let report = VerificationReport(
            passport: arrival.passport.digest, issuer: claims.issuer, standing: standing,
            lines: lines, granted: arrival.grant?.terms.sections ?? [])
        return (report, passport, grant)
    }

    /// Stops invented passports, and passports signed with a stolen or retired key.
    private func checkIssuer(
        _ passport: UnverifiedPassport, _ standing: IssuerStanding, _ lines: inout [ReportLine]
    ) -> VerifiedPassport? {
        guard let identity = knowledge.identities[passport.claims.issuer] else {
            lines.append(ReportLine(.issuerSignature, .unverifiable))
            return nil
        }
        do {
            let verified = try passport.verify(by: identity)
            lines.append(ReportLine(.issuerSignature, .holds))
            lines.append(
                keyLine(.issuerKey, verified.key.role.authority(at: verified.claims.issued)))
            lines.append(ReportLine(.issuerStanding, state(standing)))
            lines.append(manifestLine(identity))
            return verified
        } catch {
            lines.append(ReportLine(.issuerSignature, .broken, cause: error.identifier))
            return nil
        }
    }

    private func manifestLine(_ identity: Identity) -> ReportLine {
        if knowledge.isFrozen(identity.organisation) { return ReportLine(.manifest, .forked) }
        let expires = identity.chain.current.expires
        return knowledge.now <= expires
            ? ReportLine(.manifest, .current) : ReportLine(.manifest, .over, time: expires)
    }

    private func checkPassport(_ claims: PassportClaims, _ lines: inout [ReportLine]) {
        lines.append(period(.passportPeriod, claims.issued, claims.expires))
        lines.append(
            statusLine(
                .passportStatus, knowledge.freshness(of: claims.status, by: claims.issuer)))
    }

    private func checkGrant(
        _ arrival: Arrival, _ passport: VerifiedPassport?, _ lines: inout [ReportLine]
    ) -> VerifiedGrant? {
        guard let arrived = arrival.grant, let passport else {
            lines.append(ReportLine(.grantSignature, .broken))
            return nil
        }
        let grant: VerifiedGrant
        do {
            grant = try arrived.verify(for: passport, identities: knowledge.identities)
        } catch {
            lines.append(ReportLine(.grantSignature, .broken, cause: error.identifier))
            return nil
        }
        let terms = grant.terms
        lines.append(ReportLine(.grantSignature, .holds))
        lines.append(grantKeyLine(grant))
        lines.append(cardLine(grant))
        // The whole lineage must be within its time: a parent that has ended ends what hangs
        // from it.
        lines.append(
            grant.lineage.map { period(.grantPeriod, $0.from, $0.until) }
                .first { $0.state != .current } ?? ReportLine(.grantPeriod, .current))
        lines.append(statusLine(.grantStatus, worstStatus(grant, passport)))
        lines.append(withdrawalLine(grant, passport))
        lines.append(ReportLine(.recipient, isForUs(terms, arrival) ? .granted : .notGranted))
        lines.append(
            ReportLine(.purpose, terms.purposes.contains(purpose) ? .granted : .notGranted))
        // Stops a ring from being exchanged: the grant is signed over exactly one.
        lines.append(ReportLine(.ring, arrival.ring == terms.ring ? .holds : .broken))
        return grant
    }

    private func isForUs(_ terms: GrantTerms, _ arrival: Arrival) -> Bool {
        switch terms.recipient {
        case .bearer: arrival.asBearer
        case .organisation(let id): !arrival.asBearer && id == knowledge.ourselves
        }
    }

    /// The worst key of the whole lineage: whoever stole the key of a parent could otherwise
    /// hide it behind one more step by a key in force.
    private func grantKeyLine(_ grant: VerifiedGrant) -> ReportLine {
        let lines = zip(grant.lineage, grant.keys).map { terms, key in
            key.map { keyLine(.grantKey, $0.role.authority(at: terms.issued)) }
                ?? ReportLine(.grantKey, .holder)
        }
        let severity: [CheckState] = [.ageUnproven, .suspect, .outsideWindow]
        return severity.reversed().lazy
            .compactMap { state in lines.first { $0.state == state } }
            .first ?? lines.first ?? ReportLine(.grantKey, .suspect)
    }

    /// Only the first grant of a lineage can be the person's own. A desk that nobody here knows
    /// witnesses nothing: whoever photographed a card could be that desk.
    private func cardLine(_ grant: VerifiedGrant) -> ReportLine {
        guard let terms = grant.lineage.last, case .holder = terms.authority else {
            return ReportLine(.card, .none)
        }
        guard let desk = terms.desk else { return ReportLine(.card, .unwitnessed) }
        return knowledge.standing(of: desk, for: [.consent]) == .unknown
            ? ReportLine(.card, .unwitnessed, organisation: desk)
            : ReportLine(.card, .presented, organisation: desk)
    }

    private func worstStatus(_ grant: VerifiedGrant, _ passport: VerifiedPassport) -> Freshness {
        var worst = Freshness.fresh
        for terms in grant.lineage {
            let freshness = knowledge.freshness(
                of: terms.status, by: terms.statusKeeper(issuer: passport.claims.issuer))
            let found = VerificationTable.state(freshness)
            let held = VerificationTable.state(worst)
            let order: [CheckState] = [
                .fresh, .stale, .staleLong, .unknown, .endedEarlier, .ended,
            ]
            if (order.firstIndex(of: found) ?? 5) > (order.firstIndex(of: held) ?? 5) {
                worst = freshness
            }
        }
        return worst
    }

    private func withdrawalLine(
        _ grant: VerifiedGrant, _ passport: VerifiedPassport
    ) -> ReportLine {
        let ending = knowledge.withdrawals
            .compactMap { try? $0.verify(for: passport, identities: knowledge.identities) }
            .filter { $0.ends(grant) }
            .min { $0.terms.time < $1.terms.time }
        guard let ending else {
            return ReportLine(
                .withdrawal, hasUnverifiable(grant, passport) ? .unverifiable : .none)
        }
        return ReportLine(
            .withdrawal, .withdrawn, time: ending.terms.time, reason: ending.terms.reason)
    }

    /// A withdrawal by an authority of the passport whose keys are not known here: it may be the
    /// person's "no", and must not look like none.
    private func hasUnverifiable(_ grant: VerifiedGrant, _ passport: VerifiedPassport) -> Bool {
        knowledge.withdrawals.contains { withdrawal in
            guard withdrawal.terms.passport == passport.digest,
                case .organisation(let id) = withdrawal.terms.authority,
                passport.claims.authorities.contains(id), knowledge.identities[id] == nil
            else { return false }
            return withdrawal.terms.ends(grant)
        }
    }

    /// Stops a recipient from passing a box on as though the sender had addressed it elsewhere,
    /// and a passport or grant from being taken out or added.
    private func checkDisclosure(_ arrival: Arrival, _ lines: inout [ReportLine]) {
        guard let disclosure = arrival.disclosure,
            let sender = knowledge.identities[disclosure.terms.sender]
        else {
            lines.append(ReportLine(.disclosure, .unverifiable))
            return
        }
        do {
            let verified = try disclosure.verify(by: sender)
            let forUs: Bool =
                switch verified.terms.recipient {
                case .bearer: arrival.asBearer
                case .organisation(let id): !arrival.asBearer && id == knowledge.ourselves
                }
            let matches =
                forUs && verified.terms.passports == arrival.passports
                && verified.terms.grants == arrival.grants
            lines.append(disclosureLine(verified, matches: matches))
            let standing = knowledge.standing(of: verified.terms.sender, for: [.consent])
            lines.append(ReportLine(.senderStanding, state(standing)))
        } catch {
            lines.append(ReportLine(.disclosure, .broken, cause: error.identifier))
        }
    }

    private func disclosureLine(
        _ disclosure: VerifiedDisclosure, matches: Bool
    ) -> ReportLine {
        guard matches else { return ReportLine(.disclosure, .broken) }
        switch disclosure.key.role.authority(at: disclosure.terms.time) {
        case .authorised: return ReportLine(.disclosure, .holds)
        case .ageUnproven(_, let since): return ReportLine(.disclosure, .ageUnproven, time: since)
        case .suspect, .outsideWindow: return ReportLine(.disclosure, .broken)
        }
    }

    private func keyLine(_ check: Check, _ authority: KeyAuthority) -> ReportLine {
        switch authority {
        case .authorised: ReportLine(check, .inForce)
        case .outsideWindow: ReportLine(check, .outsideWindow)
        case .suspect(_, let since): ReportLine(check, .suspect, time: since)
        case .ageUnproven(_, let since): ReportLine(check, .ageUnproven, time: since)
        }
    }

    private func period(_ check: Check, _ from: Timestamp, _ until: Timestamp) -> ReportLine {
        if knowledge.now.adding(seconds: Self.skew) < from {
            return ReportLine(check, .notYet, time: from)
        }
        return knowledge.now > until
            ? ReportLine(check, .over, time: until) : ReportLine(check, .current)
    }

    private func statusLine(_ check: Check, _ freshness: Freshness) -> ReportLine {
        var days: Int?
        if case .stale(let count) = freshness { days = count }
        return ReportLine(check, VerificationTable.state(freshness), days: days)
    }

    private func state(_ standing: IssuerStanding) -> CheckState {
        switch standing {
        case .pinned: .pinned
        case .listed: .listed
        case .unknown: .unknown
        }
    }
}
