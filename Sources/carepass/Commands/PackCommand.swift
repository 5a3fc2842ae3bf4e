import ArgumentParser
import CarePassport
import PassportAudit
import PassportCoding
import PassportCrypto
import PassportSealing
import PassportSecrecy
import PassportStore
import PassportTrust

/// `carepass pack`: puts passports into an envelope for one recipient.
struct PackCommand: ReplyingCommand {
    static let configuration = CommandConfiguration(
        commandName: "pack", abstract: "Pack passports into an envelope for its recipients.")

    @OptionGroup var options: GlobalOptions

    @OptionGroup var staff: OperatorOptions

    @Argument(help: "Passport numbers; each must have been granted to the recipient here.")
    var passports: [String]

    @Option(
        help: """
            The recipient: an organisation known here, or 'bearer' (paper only). On paper it may \
            be repeated: up to three organisations on the way, and the bearer.
            """)
    var to: [String]

    @Option(help: "Where to write the envelope.")
    var out: String

    var output: String? { out }

    @Option(help: "With 'bearer': a file with the carry half of the card.")
    var carry: String?

    @OptionGroup var pin: PINOptions

    func reply() throws -> Reply {
        let operatorKey = try OperatorKey(options, staff)
        let home = try Home.open(options, with: operatorKey)
        let records = try passports.map { try home.store.passport(named: $0) }
        guard Set(records.map(\.passport.digest)).count == records.count else {
            throw CommandError(.badArgument, .badInput, Words.say("error.passport-twice"))
        }
        guard let profile = records.first?.passport.claims.profile else {
            throw ValidationError(Words.say("error.no-passport"))
        }
        let knowledge = try home.knowledge()
        let recipients = try recipients(profile, home, knowledge)
        var parcels: [EnvelopePacker.Parcel] = []
        var grants: [IssuedGrant] = []
        for (name, recipient) in zip(to, recipients) {
            let own = try records.map {
                try newestGrant(for: $0.passport, to: recipient, name, home, knowledge)
            }
            grants += own
            parcels.append(try parcel(recipient, own, profile, home, knowledge))
        }
        let output = try Output(out)
        // Before anything is logged: a mistyped card changes nothing.
        let half = try carry.map { try CardCommand.carryHalf($0, pin, isNew: true) }
        for record in records {
            try refuseAnother(Self.mark(half, record.passport), record, home)
        }
        let ownLists = try home.signedStatusLists()
        let acts = try home.acts(keeping: ownLists)
        let evidence = Self.evidence(records.map(\.passport), grants, knowledge)
        let lists = Self.lists(records.map(\.passport), grants, knowledge, ownLists)
        let contents = EnvelopePacker.Contents(
            passports: records.map(\.passport), identities: evidence, statusLists: lists,
            sender: home.organisation, time: home.now)
        let packer = EnvelopePacker(profile: profile, randomness: home.randomness)
        let key = try home.keys.signingKey(.consent)
        let packed =
            switch half {
            case .some(let half):
                try packer.pack(contents, parcels: parcels, carry: half, key: key)
            case .none: try packer.pack(contents, parcels: parcels, key: key)
            }
        let bytes = packed.envelope.encoded()
        try output.makeRoom(for: bytes.count)
        let only = records.count == 1 ? records.first?.passport.digest : nil
        let disclosed = zip(packed.disclosures, parcels).map { disclosure, parcel in
            let fields = AuditFields.disclosing(
                disclosure, in: packed.envelope, of: only, parcel.grants, home.now)
            return (fields: fields, changes: [StoreChange]())
        }
        try home.commit(disclosed, after: acts, signedBy: operatorKey)
        try output.writeAfterAct(bytes)
        if out == "-" { return Reply(isSilent: true) }
        return Reply(
            lines: [
                Words.say(
                    "pack.done", "\(records.count)", to.joined(separator: ", "),
                    "\(bytes.count)")
            ] + (carry == nil ? [] : [Words.say("pack.try")]),
            json: [
                "envelope": .string(out), "bytes": .number(bytes.count),
                "passports": .number(records.count), "profile": .string(profile.name),
            ])
    }

    /// Whom the envelope is for, each once.
    private func recipients(
        _ profile: Profile, _ home: borrowing Home, _ knowledge: Knowledge
    ) throws -> [Recipient] {
        guard !to.contains("bearer") || profile == .paper else {
            throw CommandError(
                .badArgument, .refused, Words.say("error.bearer-profile", profile.name),
                hint: Words.say("hint.bearer-profile"))
        }
        // What goes by the network goes to one daemon.
        guard to.count == 1 || profile == .paper else {
            throw CommandError(
                .badArgument, .refused, Words.say("error.several-recipients"),
                hint: Words.say("hint.several-recipients"))
        }
        let recipients: [Recipient] = try to.map { name in
            guard name != "bearer" else { return .bearer }
            return .organisation(
                try home.recipient(named: name, profile: profile, knowledge).organisation)
        }
        guard Set(recipients).count == recipients.count else {
            throw CommandError(.badArgument, .badInput, Words.say("error.recipient-twice"))
        }
        return recipients
    }

    /// The newest grant that was signed here, is still running, and was not withdrawn.
    private func newestGrant(
        for passport: UnverifiedPassport, to recipient: Recipient, _ name: String,
        _ home: borrowing Home, _ knowledge: Knowledge
    ) throws -> IssuedGrant {
        guard let issuer = knowledge.identities[passport.claims.issuer] else {
            throw CommandError(.unknownOrganisation, .refused, Words.say("error.unknown-issuer"))
        }
        let verified = try passport.verify(by: issuer)
        try home.refuseEnded(verified, knowledge)
        let withdrawals = knowledge.withdrawals.compactMap {
            try? $0.verify(for: verified, identities: knowledge.identities)
        }
        let usable = try home.store.grants(for: passport.digest).filter { record in
            guard record.isOwn, record.sealedRing != nil,
                record.grant.terms.recipient == recipient,
                record.grant.terms.until >= home.now,
                let grant = try? record.grant.verify(
                    for: verified, identities: knowledge.identities)
            else { return false }
            return !withdrawals.contains { $0.ends(grant) }
        }
        guard let record = usable.last, let sealed = record.sealedRing else {
            throw CommandError(
                .nothingGranted, .refused, Words.say("error.no-grant", name),
                hint: Words.say("hint.no-grant"))
        }
        return IssuedGrant(
            grant: record.grant,
            ring: try RingStorage.open(
                sealed, of: record.grant.digest, profile: passport.claims.profile, in: home))
    }

    private static func mark(
        _ half: borrowing CarryHalf?, _ passport: UnverifiedPassport
    ) -> CardMark? {
        switch half {
        case .some(let half): half.mark(for: passport.digest)
        case .none: nil
        }
    }

    /// Attack, or a busy desk: the card of the next person in the pile.
    private func refuseAnother(
        _ mark: CardMark?, _ record: PassportRecord, _ home: borrowing Home
    ) throws {
        guard let mark, to.contains("bearer") else { return }
        let (passport, claims) = (record.passport, record.passport.claims)
        // Whoever granted with a card proved that it is the passport's.
        let kept =
            try home.store.grants(for: passport.digest)
            .map { (digest: $0.grant.digest, ring: $0.sealedRing) }
            + [(digest: passport.digest, ring: record.sealedRing)]
        for (digest, ring) in kept {
            guard let ring,
                let wanted = try RingStorage.card(
                    ring, of: digest, profile: claims.profile, in: home)
            else { continue }
            guard mark == wanted else {
                throw CommandError(
                    .badArgument, .refused, Words.say("error.other-card", "\(claims.id)"),
                    hint: Words.say("hint.other-card"))
            }
        }
    }

    private func parcel(
        _ recipient: Recipient, _ grants: [IssuedGrant], _ profile: Profile,
        _ home: borrowing Home, _ knowledge: Knowledge
    ) throws -> EnvelopePacker.Parcel {
        switch recipient {
        case .bearer: return EnvelopePacker.Parcel(bearer: grants)
        case .organisation(let id):
            guard let identity = knowledge.identities[id] else {
                throw CommandError(
                    .unknownOrganisation, .noInput, Words.say("error.no-organisation", id.text))
            }
            let key = try identity.sealingKey(profile.sealingPurpose, at: home.now)
            return EnvelopePacker.Parcel(organisation: id, key: key, grants: grants)
        }
    }

    /// Whose keys a recipient needs: issuers, granters, desks, and ours as the sender.
    private static func organisations(
        _ passports: [UnverifiedPassport], _ grants: [IssuedGrant]
    ) -> Set<OrganisationID> {
        var needed = Set(passports.map(\.claims.issuer))
        for terms in grants.map(\.grant.terms) {
            if case .organisation(let id) = terms.authority { needed.insert(id) }
            if let desk = terms.desk { needed.insert(desk) }
        }
        return needed
    }

    private static func evidence(
        _ passports: [UnverifiedPassport], _ grants: [IssuedGrant], _ knowledge: Knowledge
    ) -> [Identity] {
        var needed = organisations(passports, grants)
        if let ourselves = knowledge.ourselves { needed.insert(ourselves) }
        return needed.sorted { $0.digest < $1.digest }
            .compactMap { knowledge.identities[$0] }
    }

    private static func lists(
        _ passports: [UnverifiedPassport], _ grants: [IssuedGrant], _ knowledge: Knowledge,
        _ own: [SignedStatusList]
    ) -> [SignedStatusList] {
        let uris = Set(
            passports.map(\.claims.status.uri) + grants.map(\.grant.terms.status.uri))
        return uris.sorted().compactMap { uri in
            own.first { $0.uri == uri } ?? knowledge.statusLists[uri]
        }
    }
}
