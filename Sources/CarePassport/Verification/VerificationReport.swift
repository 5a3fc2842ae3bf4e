public import PassportCoding
public import PassportCrypto
public import PassportTrust

/// One line of a report: what a check found, and what more there is to say.
public struct ReportLine: Hashable, Sendable {
    /// The check.
    public let check: Check
    /// What it found.
    public let state: CheckState
    /// Days, for an old list.
    public let days: Int?
    /// A moment, for a withdrawal or a period.
    public let time: Timestamp?
    /// An organisation, for a desk.
    public let organisation: OrganisationID?
    /// The reason of a withdrawal.
    public let reason: WithdrawalReason?
    /// The stable code of the failure behind a broken state.
    public let cause: String?

    init(
        _ check: Check, _ state: CheckState, days: Int? = nil, time: Timestamp? = nil,
        organisation: OrganisationID? = nil, reason: WithdrawalReason? = nil,
        cause: String? = nil
    ) {
        self.check = check
        self.state = state
        self.days = days
        self.time = time
        self.organisation = organisation
        self.reason = reason
        self.cause = cause
    }
}

/// What was found about one passport, and what follows for each section.
public struct VerificationReport: Hashable, Sendable {
    /// SHA-256 over the passport.
    public let passport: Digest
    /// The issuer that the passport names.
    public let issuer: OrganisationID
    /// What the issuer is to us.
    public let standing: IssuerStanding
    /// Every check that was made, in a fixed order.
    public let lines: [ReportLine]
    /// Section kinds that a grant names, ascending.
    public let granted: [Int]

    package init(
        passport: Digest, issuer: OrganisationID, standing: IssuerStanding,
        lines: [ReportLine], granted: [Int]
    ) {
        self.passport = passport
        self.issuer = issuer
        self.standing = standing
        self.lines = lines
        self.granted = granted
    }

    /// What one line means for one section.
    public func verdict(_ line: ReportLine, section kind: Int) -> Verdict {
        VerificationTable.verdict(line.check, line.state, SectionClass(kind: kind), standing)
    }

    /// The worst of all lines for one section; a section that no grant names is refused.
    public func verdict(section kind: Int) -> Verdict {
        guard granted.contains(kind) else { return .refuse }
        let section = SectionClass(kind: kind)
        return lines.lazy.map {
            VerificationTable.verdict($0.check, $0.state, section, standing)
        }.max() ?? .refuse
    }

    /// The line that refuses a section, which is the reason to tell: a signed withdrawal before
    /// all others, because it alone says why and when.
    public func refusal(section kind: Int) -> ReportLine? {
        let refusing = lines.filter { verdict($0, section: kind) == .refuse }
        return refusing.first { $0.check == .withdrawal } ?? refusing.first
    }

    /// The worst that a line means for any granted section: pass, warn or fail.
    public func outcome(_ line: ReportLine) -> Verdict {
        granted.map { verdict(line, section: $0) }.max()
            ?? VerificationTable.verdict(line.check, line.state, .vital, standing)
    }
}
