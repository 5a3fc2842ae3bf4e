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

    @OptionGroup var pin: PINOptions

    @Option(help: "Where to write the signed withdrawal, for those who hold copies.")
    var out: String

    var output: String? { out }

    func validate() throws {
        guard (grant == nil) != (passport == nil) else {
            throw ValidationError(Words.say("error.withdraw-what"))
        }
    }

    func reply() throws -> Reply {
        guard let reason = WithdrawalReason.allCases.first(where: { $0.name == reason }) else {
            throw CommandError(
                .badArgument, .badInput,
                Words.say("error.choice", ViewText.clean(reason), "reason"),
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
        let output = try Output(out)
        let isPaired = try home.store.daemon() != nil
        if let earlier = try earlier(verified, ended, knowledge, home) {
            try output.write(earlier.bytes)
            return reply(earlier.digest, ended, earlier.terms.time, true, isPaired)
        }
        let ids = grant == nil ? [] : ended.map(\.terms.id)
        let issuing = WithdrawalIssuer(randomness: home.randomness)
        let withdrawal: UnverifiedWithdrawal
        if let card {
            withdrawal = try issuing.withdraw(
                grants: ids, of: verified, reason: reason, at: home.now,
                card: CardCommand.consentHalf(card, pin))
        } else {
            withdrawal = try issuing.withdraw(
                grants: ids, of: verified, reason: reason, at: home.now,
                organisation: home.organisation, key: home.keys.signingKey(.consent))
        }
        _ = try withdrawal.verify(for: verified, identities: knowledge.identities)
        try output.makeRoom(for: withdrawal.bytes.count)
        var fields = AuditFields(act: .withdrawn, time: home.now)
        fields.passport = verified.digest
        fields.grants = ended.map(\.digest)
        fields.object = withdrawal.digest
        // The home knows first. A crash between the two leaves a withdrawal that this home honours
        // and nobody else has yet; `withdraw` again writes it. The other order could leave one in
        // somebody's hands that this home itself does not know of.
        try home.commit(
            fields,
            [.withdrawal(withdrawal)]
                + Self.endings(
                    ended.map(\.terms), of: passport == nil ? nil : verified.claims,
                    home.organisation)
                + Notices.changes(of: withdrawal, ending: ended, knowledge, home),
            signedBy: operatorKey)
        try output.writeAfterAct(withdrawal.bytes)
        return reply(withdrawal.digest, ended, home.now, false, isPaired)
    }

    private func reply(
        _ digest: Digest, _ ended: [UnverifiedGrant], _ time: Timestamp, _ isRepeated: Bool,
        _ isPaired: Bool
    ) -> Reply {
        if out == "-" { return Reply(isSilent: true) }
        return Reply(
            lines: [
                isRepeated
                    ? Words.say("withdraw.already", "\(time)")
                    : Words.say("withdraw.done", "\(ended.count)", "\(time)")
            ] + (isPaired ? [Words.say("withdraw.sync")] : []),
            json: [
                "withdrawal": .string("\(digest)"),
                "grants": .array(ended.map { .string("\($0.terms.id)") }),
                "time": .string("\(time)"), "repeated": .bool(isRepeated),
            ])
    }

    /// The first withdrawal that ended all of this already: a second one would move the time from
    /// which it is over, and with it what was right to open before.
    ///
    /// One that our own lists do not show yet, because it came before what it ends, is no answer.
    private func earlier(
        _ verified: VerifiedPassport, _ ended: [UnverifiedGrant], _ knowledge: Knowledge,
        _ home: borrowing Home
    ) throws -> VerifiedWithdrawal? {
        let lists = Dictionary(
            try home.store.ownStatusLists().map { ($0.number, $0.list) },
            uniquingKeysWith: { first, _ in first })
        let endings = Self.endings(
            ended.map(\.terms), of: passport == nil ? nil : verified.claims, home.organisation)
        let isListed = endings.allSatisfy { change in
            guard case .statusEnded(let list, let position) = change else { return true }
            return (try? lists[list]?.status(at: position)) == TokenStatusList.ended
        }
        guard isListed else { return nil }
        return knowledge.withdrawals
            .compactMap { try? $0.verify(for: verified, identities: knowledge.identities) }
            .filter { withdrawal in
                let named = withdrawal.terms.grants
                return named.isEmpty
                    || grant != nil && ended.allSatisfy { named.contains($0.terms.id) }
            }
            .min { $0.terms.time < $1.terms.time }
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
            throw CommandError(
                .badArgument, .noInput,
                Words.say("error.no-such-grant", ViewText.clean(grant ?? "")))
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
