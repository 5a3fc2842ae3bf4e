import ArgumentParser
import CarePassport
import PassportAudit
import PassportCoding
import PassportCrypto
import PassportSealing
internal import PassportSecrecy
import PassportStore
import PassportTrust

/// `carepass grant`: lets one recipient open some sections for some time.
struct GrantCommand: ReplyingCommand {
    static let configuration = CommandConfiguration(
        commandName: "grant", abstract: "Let one recipient open some sections for some time.")

    @OptionGroup var options: GlobalOptions

    @OptionGroup var staff: OperatorOptions

    @Argument(help: "The passport's number, or its beginning.")
    var passport: String

    @Option(help: "The recipient: an organisation known here, or 'bearer'.")
    var to: String

    @Option(help: "Sections, separated by commas; there is no 'all'.")
    var sections: [String]

    @Option(help: "Purposes: TREAT, ETREAT, COC, …; separated by commas.")
    var purpose: String = "TREAT"

    @Option(help: "Legal basis: consent, vital-interest, public-interest, …")
    var basis: String

    @Option(
        help:
            "With vital-interest: cannot-be-asked, danger-to-life, danger-to-others, medicine-stops."
    )
    var reason: String?

    @Option(help: "Days that the grant lasts.")
    var days: Int

    @Option(
        help: "Who said yes: person, parent, kin, guardian, institution, mandated-worker, nobody.")
    var giver: String = "person"

    @Option(help: "What a child said: not-needed, given, refused, not-asked.")
    var assent: String = "not-needed"

    @Option(help: "Country (two letters) whose law gives a guardian authority.")
    var guardianCountry: String?

    @Option(help: "Days that the guardian's authority still lasts.")
    var guardianDays: Int?

    @Option(help: "Language of the statement, for example 'ar'.")
    var language: String

    @Option(help: "How the statement was put: read, audio, icons, interpreter.")
    var method: String

    @Option(help: "The file with the statement that was put; its hash is kept.")
    var statement: String

    @Flag(help: "The person said it back in their own words.")
    var saidBack = false

    @Option(help: "How often the recipient may pass it on, 0 to 3.")
    var onward: Int = 0

    @Option(help: "The consent half of a card presented at this desk; '-' for standard input.")
    var card: String?

    @OptionGroup var pin: PINOptions

    func reply() throws -> Reply {
        let operatorKey = try OperatorKey(options, staff)
        let home = try Home.open(options, with: operatorKey)
        let record = try home.store.passport(named: passport)
        let knowledge = try home.knowledge()
        guard let issuer = knowledge.identities[record.passport.claims.issuer] else {
            throw CommandError(
                .unknownOrganisation, .refused, Words.say("error.unknown-issuer"))
        }
        let verified = try record.passport.verify(by: issuer)
        try home.refuseEnded(verified, knowledge)
        let status = try home.newStatus()
        let terms = try terms(home, knowledge, status.reference, verified.claims)
        let grants = GrantIssuer(randomness: home.randomness)
        let key = try home.keys.signingKey(.consent)
        let issued: IssuedGrant
        var mark: CardMark?
        if let card {
            let half = try CardCommand.consentHalf(card, pin)
            issued = try grants.grant(
                terms, passport: verified, card: half, desk: home.organisation, key: key)
            mark = try half.carryHalf().mark(for: verified.digest)
        } else {
            guard let sealed = record.sealedRing else {
                throw CommandError(
                    .nothingGranted, .refused, Words.say("error.needs-card"),
                    hint: Words.say("hint.needs-card"))
            }
            let ring = try RingStorage.open(
                sealed, of: verified.digest, profile: verified.claims.profile, in: home)
            issued = try grants.grant(
                terms, ring: ring, passport: verified, organisation: home.organisation, key: key)
        }
        // What is signed must be readable by its own reader before anybody gets it.
        _ = try issued.grant.verify(for: verified, identities: knowledge.identities)
        let ring = try RingStorage.seal(issued.ring, of: issued.grant.digest, card: mark, in: home)
        try home.commit(
            .granting(issued.grant, home.now),
            status.changes + [
                .grant(issued.grant, isOwn: true, sealedRing: ring, added: home.now)
            ], signedBy: operatorKey)
        var reply = Self.reply(issued.grant, to: to, withCard: card != nil)
        if issued.grant.terms.recipient == .bearer, verified.claims.profile != .paper {
            let note = Words.say("grant.bearer-profile", verified.claims.profile.name)
            reply.lines.append(note)
            reply.json["note"] = .string(note)
        }
        return reply
    }

    private static func reply(_ grant: UnverifiedGrant, to: String, withCard: Bool) -> Reply {
        Reply(
            lines: [
                Words.say(
                    withCard ? "grant.done-card" : "grant.done", "\(grant.terms.id)", to,
                    SectionNames.names(grant.terms.sections), "\(grant.terms.until)")
            ],
            json: [
                "grant": .string("\(grant.terms.id)"), "digest": .string("\(grant.digest)"),
                "sections": .array(
                    grant.terms.sections.map { .string(SectionNames.name($0)) }),
                "until": .string("\(grant.terms.until)"),
            ])
    }

    private func choose<Code: CaseIterable>(
        _ text: String, _ option: String, _ name: (Code) -> String
    ) throws -> Code {
        guard let code = Code.allCases.first(where: { name($0) == text }) else {
            throw CommandError(
                .badArgument, .badInput, Words.say("error.choice", ViewText.clean(text), option),
                hint: Words.say(
                    "hint.choice", Code.allCases.map(name).joined(separator: ", ")))
        }
        return code
    }

    private func terms(
        _ home: borrowing Home, _ knowledge: Knowledge, _ status: StatusReference,
        _ passport: PassportClaims
    ) throws -> GrantTerms {
        guard (1...3_650).contains(days) else {
            throw CommandError(.badArgument, .badInput, Words.say("error.days"))
        }
        let until = min(home.now.adding(seconds: Int64(days) * 86_400), passport.expires)
        let text = try Files.read(
            statement, maximum: Limits.noteBytes, what: Words.say("what.statement"))
        var guardian: GuardianAuthority?
        if let guardianCountry, let guardianDays {
            guard (1...7_300).contains(guardianDays) else {
                throw CommandError(.badArgument, .badInput, Words.say("error.days"))
            }
            guardian = GuardianAuthority(
                from: home.now, until: home.now.adding(seconds: Int64(guardianDays) * 86_400),
                jurisdiction: guardianCountry.uppercased(), proof: nil)
        }
        let recipient: Recipient =
            to == "bearer"
            ? .bearer
            : .organisation(
                try home.recipient(named: to, profile: passport.profile, knowledge).organisation)
        return GrantTerms(
            id: Identifier(from: home.randomness), passport: Digest.sha256(of: []),
            authority: .holder, recipient: recipient, sections: try SectionNames.kinds(sections),
            purposes: try purpose.split(separator: ",").map {
                try choose(String($0), "purpose") { (code: Purpose) in code.code }
            },
            basis: try choose(basis, "basis") { (code: LegalBasis) in code.name },
            vitalReason: try reason.map {
                try choose($0, "reason") { (code: VitalReason) in code.name }
            },
            from: home.now, until: until,
            giver: try choose(giver, "giver") { (code: GiverRole) in code.name },
            assent: try choose(assent, "assent") { (code: Assent) in code.name },
            guardian: guardian, onward: onward, retention: until,
            statement: ConsentStatement(
                language: language,
                method: try choose(method, "method") { (code: StatementMethod) in code.name },
                hash: Digest.sha256(of: text), saidBack: saidBack),
            status: status, ring: Digest.sha256(of: []), issued: home.now, desk: nil, parent: nil)
    }
}
