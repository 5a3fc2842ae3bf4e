import ArgumentParser
import CarePassport
import PassportAudit
import PassportCoding
import PassportCrypto
import PassportSealing
import PassportSecrecy
import PassportStore
import PassportTrust

/// `carepass cover`: a true and harmless passport that a person may show to whoever forces them.
struct CoverCommand: ReplyingCommand {
    static let configuration = CommandConfiguration(
        commandName: "cover",
        abstract: "Make a passport that a person may show, with its own card.",
        discussion: """
            Run it in the home of an organisation that says nothing, such as a village or a bus \
            company, and that writes nothing else. Nothing ties a cover to another passport: it \
            has an issuer, a card, a number, keys, a place in a list and a date of its own. It \
            holds the emergency section alone, and nothing in it may be untrue: whoever finds \
            the person hurt will go by it.
            """)

    @OptionGroup var options: GlobalOptions

    @OptionGroup var staff: OperatorOptions

    @Argument(help: "The summary's number; it has the emergency section and no other.")
    var number: String

    @Option(help: "Language of the statement, for example 'ar'.")
    var language: String

    @Option(help: "The file with the statement that was put; its hash is kept.")
    var statement: String

    @Option(help: "Days until it may no longer be opened.")
    var days: Int = 365

    @Option(help: "A new folder for the envelope and the two halves of its card.")
    var out: String

    func validate() throws {
        guard out != "-" else { throw ValidationError(Words.say("error.card-out")) }
        guard (61...3_650).contains(days) else {
            throw ValidationError(Words.say("error.cover-days"))
        }
    }

    func reply() throws -> Reply {
        let operatorKey = try OperatorKey(options, staff)
        let home = try Home.open(options, with: operatorKey)
        let (_, draft) = try Draft.load(number, from: home)
        try refuseTelling(draft, home)
        let text = try Files.read(
            statement, maximum: Limits.noteBytes, what: Words.say("what.statement"))
        let folder = try NewFolder(out)
        let card = try ConsentHalf(from: home.randomness)
        let carry = try card.carryHalf()
        let files = try ["paper.envelope", "consent-half.txt", "carry-half.txt"].map { name in
            let output = try Output("\(out)/\(name)", replacing: false)
            try output.makeRoom(for: 32_768)
            return output
        }
        let dates = try CoverDates(home)
        // Attack: the hash of one text under both passports of a person. It is another for each
        // cover, so nobody can show which text it was.
        let hash = Digest.sha256(of: text + home.randomness.bytes(16))
        let sections = dates.of(draft.sections)
        let (passport, grant) = try issue(sections, card, hash, dates, home, operatorKey)
        let envelope = try pack(passport, grant, carry, dates, home, operatorKey)
        folder.keep()
        try files[0].writeAfterAct(envelope)
        try files[1].writeAfterAct(Array("\(card.text())\n".utf8))
        try files[2].writeAfterAct(Array("\(carry.text())\n".utf8))
        return Reply(
            lines: [
                Words.say("cover.done", out),
                Words.say("cover.name", ViewText.clean(home.identity.name)),
                Words.say("cover.apart"),
            ] + (dates.areToday ? [Words.say("cover.today")] : []),
            json: [
                "passport": .string("\(passport.claims.id)"),
                "envelope": .string("\(out)/paper.envelope"),
                "issued": .string("\(dates.sealed)"),
            ])
    }

    /// Attack: an issuer of care. Its name alone would say what the cover hides.
    private func refuseTelling(_ draft: Draft, _ home: borrowing Home) throws {
        let harmless: Set = [SectionKind.emergency.rawValue]
        guard Set(draft.sections.map(\.content.kind)) == harmless else {
            throw CommandError(
                .badArgument, .refused, Words.say("error.cover-sections"),
                hint: Words.say("hint.cover-sections"))
        }
        // Who opened what others wrote cares for people, whatever was sealed here.
        for record in try home.store.passports() {
            guard record.isOwn, let sealed = record.sealedRing,
                try RingStorage.open(
                    sealed, of: record.passport.digest, profile: record.passport.claims.profile,
                    in: home
                ).kinds == harmless
            else {
                throw CommandError(
                    .badArgument, .refused, Words.say("error.cover-home"),
                    hint: Words.say("hint.cover-home"))
            }
        }
    }

    private func issue(
        _ sections: [Section], _ card: borrowing ConsentHalf, _ statement: Digest,
        _ dates: CoverDates,
        _ home: borrowing Home, _ operatorKey: borrowing OperatorKey
    ) throws -> (UnverifiedPassport, IssuedGrant) {
        let until = dates.sealed.adding(seconds: Int64(days) * 86_400)
        let status = try home.newStatus()
        let sealed = try PassportSealer(randomness: home.randomness).seal(
            sections,
            terms: PassportSealer.Terms(
                issuer: home.organisation, authorities: [home.organisation], issued: dates.sealed,
                expires: until, status: status.reference, profile: .paper),
            card: card, key: home.keys.signingKey(.issue))
        let passport = sealed.passport
        let mark = try card.carryHalf().mark(for: passport.digest)
        let ring = try RingStorage.seal(sealed.ring, of: passport.digest, card: mark, in: home)
        try home.commit(
            [
                (AuditFields(act: .cardMade, time: home.now), []),
                (
                    .sealing(passport, [SectionKind.emergency.rawValue], home.now),
                    status.changes + [
                        .passport(passport, isOwn: true, sealedRing: ring, added: home.now)
                    ]
                ),
            ], signedBy: operatorKey)
        let grantStatus = try home.newStatus()
        let issued = try GrantIssuer(randomness: home.randomness).grant(
            terms(statement, grantStatus.reference, dates.granted, until, home), ring: sealed.ring,
            passport: passport.verify(by: home.identity), organisation: home.organisation,
            key: home.keys.signingKey(.consent))
        let kept = try RingStorage.seal(
            issued.ring, of: issued.grant.digest, card: mark, in: home)
        try home.commit(
            .granting(issued.grant, home.now),
            grantStatus.changes + [
                .grant(issued.grant, isOwn: true, sealedRing: kept, added: home.now)
            ], signedBy: operatorKey)
        return (passport, issued)
    }

    private func terms(
        _ statement: Digest, _ status: StatusReference, _ moment: Timestamp, _ until: Timestamp,
        _ home: borrowing Home
    ) -> GrantTerms {
        GrantTerms(
            id: Identifier(from: home.randomness), passport: Digest.sha256(of: []),
            authority: .holder, recipient: .bearer, sections: [SectionKind.emergency.rawValue],
            purposes: [.treat], basis: .consent, vitalReason: nil, from: moment, until: until,
            giver: .person, assent: .notNeeded, guardian: nil, onward: 0, retention: until,
            statement: ConsentStatement(
                language: language, method: .read, hash: statement, saidBack: false),
            status: status, ring: Digest.sha256(of: []), issued: moment, desk: nil, parent: nil)
    }

    private func pack(
        _ passport: UnverifiedPassport, _ grant: IssuedGrant, _ carry: borrowing CarryHalf,
        _ dates: CoverDates, _ home: borrowing Home, _ operatorKey: borrowing OperatorKey
    ) throws -> [UInt8] {
        let lists = try dates.lists(home)
        let packed = try EnvelopePacker(profile: .paper, randomness: home.randomness).pack(
            EnvelopePacker.Contents(
                passports: [passport], identities: [home.identity], statusLists: lists,
                sender: home.organisation, time: dates.packed),
            parcels: [EnvelopePacker.Parcel(bearer: [grant])], carry: carry,
            key: home.keys.signingKey(.consent))
        // The lists are logged and not kept: they bear a day that is not today.
        let signed = lists.map { list in
            (fields: AuditFields.listing(list, home.now), changes: [StoreChange]())
        }
        let disclosed = packed.disclosures.map { disclosure in
            let fields = AuditFields.disclosing(
                disclosure, in: packed.envelope, of: passport.digest, [grant], home.now)
            return (fields: fields, changes: [StoreChange]())
        }
        try home.commit(disclosed, after: signed, signedBy: operatorKey)
        return packed.envelope.encoded()
    }
}
