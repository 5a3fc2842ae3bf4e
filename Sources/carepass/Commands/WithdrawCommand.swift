import ArgumentParser
import CarePassport
import PassportAudit
import PassportCoding
import PassportCrypto
import PassportSealing
internal import PassportSecrecy
import PassportStore
import PassportTrust

/// `carepass withdraw`: ends a grant, or a whole passport.
struct WithdrawCommand: ReplyingCommand {
    static let configuration = CommandConfiguration(
        commandName: "withdraw", abstract: "End a grant, or a passport with all its grants.")

    @OptionGroup var options: GlobalOptions

    @OptionGroup var staff: OperatorOptions

    @Option(help: "The grant's number.")
    var grant: String?

    @Option(help: "The passport's number, to end all its grants.")
    var passport: String?

    @Option(help: "Why: person, guardian, safety, error, superseded.")
    var reason: String = "person"

    @Option(help: "The consent half of the person's card; without it, this organisation signs.")
    var card: String?

    @Option(help: "Where to write the signed withdrawal, for those who hold copies.")
    var out: String

    func validate() throws {
        guard (grant == nil) != (passport == nil) else {
            throw ValidationError(Words.say("error.withdraw-what"))
        }
    }

    func reply() throws -> Reply {
        guard let reason = WithdrawalReason.allCases.first(where: { $0.name == reason }) else {
            throw CommandError(
                .badArgument, .badInput, Words.say("error.choice", "reason"),
                hint: Words.say(
                    "hint.choice",
                    WithdrawalReason.allCases.map(\.name).joined(separator: ", ")))
        }
        let operatorKey = try OperatorKey(options, staff)
        let home = try Home.open(options, with: operatorKey)
        let knowledge = try home.knowledge()
        let (record, ended) = try target(home)
        guard let issuer = knowledge.identities[record.passport.claims.issuer] else {
            throw CommandError(.unknownOrganisation, .refused, Words.say("error.unknown-issuer"))
        }
        let verified = try record.passport.verify(by: issuer)
        let ids = grant == nil ? [] : ended.map(\.terms.id)
        let issuing = WithdrawalIssuer(randomness: home.randomness)
        let withdrawal: UnverifiedWithdrawal
        if let card {
            withdrawal = try issuing.withdraw(
                grants: ids, of: verified, reason: reason, at: home.now,
                card: CardCommand.consentHalf(card))
        } else {
            withdrawal = try issuing.withdraw(
                grants: ids, of: verified, reason: reason, at: home.now,
                organisation: home.organisation, key: home.keys.signingKey(.consent))
        }
        _ = try withdrawal.verify(for: verified, identities: knowledge.identities)
        var fields = AuditFields(act: .withdrawn, time: home.now)
        fields.passport = verified.digest
        fields.grants = ended.map(\.digest)
        fields.object = withdrawal.digest
        // The home knows first. A crash between the two leaves a withdrawal that this home honours
        // and nobody else has yet; `withdraw` again writes another. The other order could leave
        // one in somebody's hands that this home itself does not know of.
        try home.commit(
            fields,
            [.withdrawal(withdrawal)]
                + Self.endings(
                    ended.map(\.terms), of: passport == nil ? nil : verified.claims,
                    home.organisation),
            signedBy: operatorKey)
        try Files.write(withdrawal.bytes, to: out)
        if out == "-" { return Reply(isSilent: true) }
        return Reply(
            lines: [Words.say("withdraw.done", "\(ended.count)", "\(home.now)")],
            json: [
                "withdrawal": .string("\(withdrawal.digest)"),
                "grants": .array(ended.map { .string("\($0.terms.id)") }),
                "time": .string("\(home.now)"),
            ])
    }

    private func target(
        _ home: borrowing Home
    ) throws -> (PassportRecord, [UnverifiedGrant]) {
        if let passport {
            let record = try home.store.passport(named: passport)
            return (record, try home.store.grants(for: record.passport.digest).map(\.grant))
        }
        let wanted = (grant ?? "").lowercased()
        let found = try home.store.grants().map(\.grant).filter { "\($0.terms.id)" == wanted }
        guard let grant = found.first,
            let record = try home.store.passports()
                .first(where: { $0.passport.digest == grant.terms.passport })
        else {
            throw CommandError(.badArgument, .noInput, Words.say("error.no-such-grant"))
        }
        return (record, [grant])
    }

    /// Ends the entries of our own lists that this organisation gave to grants or to a passport;
    /// the lists of others are theirs to change.
    ///
    /// A reference counts where our signature is under it, as signer, desk or issuer. Whoever
    /// writes one alone, a stranger or the person with the card, could name the place of somebody
    /// else's passport in our list, and end that with a withdrawal of what is truly theirs.
    static func endings(
        _ grants: [GrantTerms], of passport: PassportClaims?, _ own: OrganisationID
    ) -> [StoreChange] {
        let references =
            grants.filter { $0.authority == .organisation(own) || $0.desk == own }.map(\.status)
            + [passport].compactMap { $0 }.filter { $0.issuer == own }.map(\.status)
        return references.compactMap { reference in
            own.statusListNumber(at: reference.uri)
                .map { .statusEnded(list: $0, position: reference.index) }
        }
    }
}
