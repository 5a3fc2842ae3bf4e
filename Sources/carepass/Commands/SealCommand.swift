import ArgumentParser
import CarePassport
import PassportAudit
import PassportCoding
internal import PassportCrypto
import PassportSealing
internal import PassportSecrecy
import PassportStore
import PassportTrust

/// `carepass seal`: turns a summary into a passport.
struct SealCommand: ReplyingCommand {
    static let configuration = CommandConfiguration(
        commandName: "seal", abstract: "Seal a summary into a passport.")

    @OptionGroup var options: GlobalOptions

    @OptionGroup var staff: OperatorOptions

    @Argument(help: "The summary's number.")
    var number: String

    @Option(help: "A file with the consent half of the person's card; '-' for standard input.")
    var card: String?

    @OptionGroup var pin: PINOptions

    @Flag(help: "Seal without a card: only organisations can grant.")
    var noCard = false

    @Option(help: "Days until the passport may no longer be opened.")
    var days: Int = 365

    @Option(help: "Another organisation that may grant; may be repeated.")
    var authority: [String] = []

    @Option(help: "net or paper.")
    var profile: String = "net"

    func validate() throws {
        guard (card == nil) == noCard else { throw ValidationError(Words.say("error.card-choice")) }
        guard (1...3_650).contains(days) else { throw ValidationError(Words.say("error.days")) }
    }

    func reply() throws -> Reply {
        let operatorKey = try OperatorKey(options, staff)
        let home = try Home.open(options, with: operatorKey)
        guard let profile = Profile.allCases.first(where: { $0.name == profile }) else {
            throw CommandError(
                .badArgument, .badInput,
                Words.say("error.choice", ViewText.clean(self.profile), "profile"),
                hint: Words.say(
                    "hint.choice", Profile.allCases.map(\.name).joined(separator: ", ")))
        }
        let (_, draft) = try Draft.load(number, from: home)
        var authorities = [home.organisation]
        for name in authority {
            authorities.append(try home.organisation(named: name).organisation)
        }
        let status = try home.newStatus()
        let terms = PassportSealer.Terms(
            issuer: home.organisation, authorities: authorities, issued: home.now,
            expires: home.now.adding(seconds: Int64(days) * 86_400), status: status.reference,
            profile: profile)
        let sealer = PassportSealer(randomness: home.randomness)
        let key = try home.keys.signingKey(.issue)
        let sealed: PassportSealer.Sealed
        var mark: CardMark?
        var notes: [String] = []
        if let card {
            let half = try CardCommand.consentHalf(card, pin, isNew: true)
            sealed = try sealer.seal(draft.sections, terms: terms, card: half, key: key)
            mark = try half.carryHalf().mark(for: sealed.passport.digest)
            if ConsentHalf.needsPIN(half.text()) { notes = [Words.say("seal.try-pin")] }
        } else {
            sealed = try sealer.seal(draft.sections, terms: terms, key: key)
        }
        let passport = sealed.passport
        let ring = try RingStorage.seal(sealed.ring, of: passport.digest, card: mark, in: home)
        try home.commit(
            .sealing(passport, draft.sections.map(\.content.kind), home.now),
            status.changes + [
                .passport(passport, isOwn: true, sealedRing: ring, added: home.now)
            ], signedBy: operatorKey)
        return Reply(
            lines: [
                Words.say(
                    "seal.done", "\(passport.claims.id)", "\(passport.bytes.count)",
                    "\(passport.claims.expires)")
            ] + notes,
            json: [
                "passport": .string("\(passport.claims.id)"),
                "digest": .string("\(passport.digest)"),
                "bytes": .number(passport.bytes.count), "profile": .string(profile.name),
                "expires": .string("\(passport.claims.expires)"),
            ])
    }
}
