import ArgumentParser
import CarePassport
import PassportAudit
import PassportCoding
internal import PassportCrypto
import PassportSealing
internal import PassportSecrecy
import PassportStore
import PassportTrust

/// `carepass reissue`: for a person whose card is lost, a passport under a new one; the old ends.
struct ReissueCommand: ReplyingCommand {
    static let configuration = CommandConfiguration(
        commandName: "reissue",
        abstract: "Seal a passport anew for a person whose card is lost, and end the old one.",
        discussion: """
            Nobody is shown what stands in it. The new passport has another number and nothing \
            that ties it to the old one from outside; grants are not carried over, because the \
            person gave them for the old one.
            """)

    @OptionGroup var options: GlobalOptions

    @OptionGroup var staff: OperatorOptions

    @Argument(help: "The number of the passport, which this organisation wrote.")
    var passport: String

    @Option(help: "The consent half of the new card, or its words; '-' for standard input.")
    var card: String

    @OptionGroup var pin: PINOptions

    @Option(help: "Days until the new passport may no longer be opened.")
    var days: Int = 365

    @Option(help: "Where to write the signed withdrawal of the old, for those who hold copies.")
    var out: String

    var output: String? { out }

    func validate() throws {
        guard (1...3_650).contains(days) else { throw ValidationError(Words.say("error.days")) }
    }

    func reply() throws -> Reply {
        let operatorKey = try OperatorKey(options, staff)
        let home = try Home.open(options, with: operatorKey)
        let knowledge = try home.knowledge()
        let record = try home.store.passport(named: passport)
        guard record.isOwn, let ring = record.sealedRing,
            let issuer = knowledge.identities[home.organisation]
        else {
            throw CommandError(
                .badArgument, .refused, Words.say("error.reissue-others"),
                hint: Words.say("hint.reissue-others"))
        }
        let old = try record.passport.verify(by: issuer)
        try home.refuseEnded(old, knowledge)
        let half = try CardCommand.consentHalf(card, pin, isNew: true)
        let output = try Output(out)
        let grants = try home.store.grants(for: old.digest).map(\.grant)
        // Before anything is changed: what cannot be read must not fail what was done.
        let others = try others(of: old, record, half, knowledge, home)
        let withdrawal = try WithdrawalIssuer(randomness: home.randomness).withdraw(
            grants: [], of: old, reason: .superseded, at: home.now,
            organisation: home.organisation, key: home.keys.signingKey(.consent))
        _ = try withdrawal.verify(for: old, identities: knowledge.identities)
        let (new, sealing) = try sealAgain(old, ring, half, home)
        try output.makeRoom(for: withdrawal.bytes.count)
        var ending = AuditFields(act: .withdrawn, time: home.now)
        ending.passport = old.digest
        ending.grants = grants.map(\.digest)
        ending.object = withdrawal.digest
        let changes =
            try [.withdrawal(withdrawal)]
            + WithdrawCommand.endings(grants.map(\.terms), of: old.claims, home.organisation)
            + Notices.changes(of: withdrawal, ending: grants, knowledge, home)
        // Both or neither: two that are in force would be two histories of one person.
        try home.commit([sealing, (ending, changes)], signedBy: operatorKey)
        try output.writeAfterAct(withdrawal.bytes)
        var reply = try reply(new, grants, others, home.store.daemon() != nil)
        if out != "-", ConsentHalf.needsPIN(half.text()) {
            reply.lines.append(Words.say("seal.try-pin"))
        }
        return reply
    }

    /// Other passports of the person that this organisation wrote, that are in force and not
    /// under the new card: the lost one may be theirs too.
    private func others(
        of old: VerifiedPassport, _ record: PassportRecord, _ card: borrowing ConsentHalf,
        _ knowledge: Knowledge, _ home: borrowing Home
    ) throws -> [Identifier] {
        func person(_ passport: VerifiedPassport, _ record: PassportRecord) throws
            -> PersonReference?
        {
            guard let ring = record.sealedRing else { return nil }
            return try PassportSealer.person(
                of: passport,
                ring: RingStorage.open(
                    ring, of: passport.digest, profile: passport.claims.profile, in: home))
        }
        let whose = try person(old, record)
        var found: [Identifier] = []
        for other in try home.store.passports()
        where other.isOwn && other.passport.digest != old.digest {
            let passport = try other.passport.verify(by: home.identity)
            guard (try? home.refuseEnded(passport, knowledge)) != nil,
                try person(passport, other) == whose,
                try !PassportSealer.isCard(card, of: passport)
            else { continue }
            found.append(passport.claims.id)
        }
        return found
    }

    private func sealAgain(
        _ old: VerifiedPassport, _ sealedRing: [UInt8], _ half: borrowing ConsentHalf,
        _ home: borrowing Home
    ) throws -> (UnverifiedPassport, (fields: AuditFields, changes: [StoreChange])) {
        let claims = old.claims
        let ring = try RingStorage.open(
            sealedRing, of: old.digest, profile: claims.profile, in: home)
        let status = try home.newStatus()
        let sealed = try PassportSealer(randomness: home.randomness).seal(
            again: old, ring: ring,
            terms: PassportSealer.Terms(
                issuer: home.organisation, authorities: claims.authorities, issued: home.now,
                expires: home.now.adding(seconds: Int64(days) * 86_400),
                status: status.reference, profile: claims.profile),
            card: half, key: home.keys.signingKey(.issue))
        let kept = try RingStorage.seal(
            sealed.ring, of: sealed.passport.digest,
            card: half.carryHalf().mark(for: sealed.passport.digest), in: home)
        let changes: [StoreChange] = [
            .passport(sealed.passport, isOwn: true, sealedRing: kept, added: home.now)
        ]
        let fields = AuditFields.sealing(sealed.passport, ring.kinds.sorted(), home.now)
        return (sealed.passport, (fields, status.changes + changes))
    }

    private func reply(
        _ new: UnverifiedPassport, _ grants: [UnverifiedGrant], _ others: [Identifier],
        _ isPaired: Bool
    ) throws -> Reply {
        guard out != "-" else { return Reply(isSilent: true) }
        return Reply(
            lines: [
                Words.say("reissue.done", "\(new.claims.id)", "\(new.claims.expires)"),
                Words.say("reissue.ended", "\(grants.count)"),
            ]
                + (others.isEmpty
                    ? []
                    : [
                        Words.say(
                            "reissue.others", others.map { "\($0)" }.joined(separator: ", "))
                    ]) + (isPaired ? [Words.say("withdraw.sync")] : []),
            json: [
                "passport": .string("\(new.claims.id)"), "digest": .string("\(new.digest)"),
                "expires": .string("\(new.claims.expires)"),
                "grants": .array(grants.map { .string("\($0.terms.id)") }),
                "others": .array(others.map { .string("\($0)") }),
            ])
    }
}
