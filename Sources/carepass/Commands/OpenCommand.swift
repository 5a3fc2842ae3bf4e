import ArgumentParser
import CarePassport
import PassportAudit
import PassportCoding
import PassportCrypto
import PassportExchange
import PassportSealing
internal import PassportSecrecy
import PassportStore
import PassportTrust

/// `carepass open`: verifies an envelope, logs the intent, opens what was granted.
struct OpenCommand: ReplyingCommand {
    static let configuration = CommandConfiguration(
        commandName: "open", abstract: "Verify an envelope and open what was granted.")

    @OptionGroup var options: GlobalOptions

    @OptionGroup var staff: OperatorOptions

    @Argument(help: "The envelope; '-' for standard input.")
    var file: String

    @Option(help: "Only these sections, separated by commas; all that were granted when absent.")
    var section: [String] = []

    @Option(help: "What for: TREAT, ETREAT, COC, …")
    var purpose: String = "TREAT"

    @Option(help: "Also write the opened sections as an International Patient Summary.")
    var fhir: String?

    var output: String? { fhir }

    @Option(help: "Open as the bearer, with the carry half of the card; '-' for standard input.")
    var carry: String?

    @OptionGroup var pin: PINOptions

    @Flag(help: "List every check, also those that passed.")
    var checks = false

    func reply() throws -> Reply {
        guard let purpose = Purpose.allCases.first(where: { $0.code == purpose }) else {
            throw CommandError(
                .badArgument, .badInput,
                Words.say("error.choice", ViewText.clean(purpose), "purpose"),
                hint: Words.say(
                    "hint.choice", Purpose.allCases.map(\.code).joined(separator: ", ")))
        }
        let wanted = section.isEmpty ? nil : try SectionNames.kinds(section)
        let operatorKey = try OperatorKey(options, staff)
        let home = try Home.open(options, with: operatorKey)
        let envelope = try Self.readEnvelope(file)
        // A mistyped card is no attempt to open: it is refused before the log hears of it.
        let half = try carry.map { try CardCommand.carryHalf($0, pin) }
        let output = try fhir.map { try Output($0) }
        let unlocked: UnlockedEnvelope
        do {
            let opener = EnvelopeOpener(envelope)
            switch half {
            case .some(let half): unlocked = try opener.unlock(with: half)
            case .none:
                unlocked = try opener.unlock(
                    with: home.keys.openingKey(envelope.profile.sealingPurpose))
            }
        } catch {
            try Self.logRefusal(home, envelope, Self.code(of: error), operatorKey)
            throw hinted(error, envelope.profile)
        }
        let known = try home.knowledge()
        let examined = unlocked.examine(known, purpose: purpose)
        let report = OpeningReport(examined, wanted: wanted, listsAll: checks)
        var document: [UInt8] = []
        let opened = try OpeningLog(examined).open(wanted, report, home, signedBy: operatorKey) {
            opened in
            // Before the log says "done": afterwards nothing but a broken disk is in the way.
            if let output {
                document = try Self.document(opened, home)
                try output.makeRoom(for: document.count)
            }
            let digest = Digest.sha256(of: envelope.encoded())
            return OpeningLog.Kept(
                changes: Self.changes(unlocked, examined, known, home.now, digest),
                acts: try Self.receipt(for: digest, examined, known, home))
        }
        guard !opened.isEmpty else { return report.refused() }
        try output?.writeAfterAct(document)
        return report.opened(opened)
    }

    /// The first opening of what came through the daemon is told to whoever sent it, at the next
    /// `sync`. Whoever merely passed it on under a name of his own hears nothing.
    private static func receipt(
        for digest: Digest, _ examined: ExaminedEnvelope, _ known: Knowledge,
        _ home: borrowing Home
    ) throws -> [(fields: AuditFields, changes: [StoreChange])] {
        guard
            let parcel = try home.store.receivedParcels().first(where: { $0.digest == digest }),
            parcel.opened == nil, parcel.sender == examined.disclosure.sender
        else { return [] }
        return try Notices.acts(of: .opened, for: parcel, known, home)
    }

    private static func document(
        _ opened: [OpenedSection], _ home: borrowing Home
    ) throws -> [UInt8] {
        guard Set(opened.map(\.section.person)).count == 1 else {
            throw CommandError(
                .badArgument, .refused, Words.say("error.several-persons"),
                hint: Words.say("hint.several-persons"))
        }
        return Document.ips(
            CareSummary(opened.map(\.section)), organisation: home.identity.name,
            now: home.now, randomness: home.randomness)
    }

    /// What came on paper is mostly for its bearer, and the option is easily forgotten.
    private func hinted(_ error: any Error, _ profile: Profile) -> any Error {
        guard carry == nil, profile == .paper, let refusal = error as? SealingError,
            refusal.code == .notForUs
        else { return error }
        return SealingError(
            .notForUs, .refused, refusal.message, hint: Words.say("hint.forgot-carry"))
    }

    static func readEnvelope(_ path: String) throws -> Envelope {
        let bytes = try Files.read(
            path, maximum: Limits.envelopeBytes, what: Words.say("what.envelope"))
        do {
            return try Envelope(decoding: bytes)
        } catch {
            // Whoever gives another kind of file gets its name and not a field that is missing.
            let kind = try? FileKind(of: bytes)
            guard let kind, kind != .envelope else {
                throw CommandError(
                    .unknownFile, error.kind,
                    Words.say("error.not-an-envelope", ViewText.clean(path), error.message),
                    hint: Words.say("hint.unknown-file"), cause: error.identifier)
            }
            throw CommandError(
                .unknownFile, error.kind,
                Words.say(
                    "error.other-kind", ViewText.clean(path), Words.say("kind.\(kind.rawValue)")),
                hint: Words.say("hint.other-kind"), cause: error.identifier)
        }
    }

    private static func code(of error: any Error) -> String {
        (error as? any DescribedFailure)?.identifier ?? "unknown"
    }

    /// A failed attempt stands in the log as well as a successful one.
    private static func logRefusal(
        _ home: borrowing Home, _ envelope: Envelope, _ reason: String,
        _ staff: borrowing OperatorKey
    ) throws {
        var fields = AuditFields(act: .refused, time: home.now)
        fields.object = envelope.contentDigest
        fields.outcome = .refused
        fields.reason = reason
        try home.commit(fields, vouchedBy: staff)
    }

    /// What came along and is kept: passports (sealed as they are), grants without their rings,
    /// newer status lists, and identities that were not known yet.
    private static func changes(
        _ unlocked: UnlockedEnvelope, _ examined: ExaminedEnvelope, _ known: Knowledge,
        _ now: Timestamp, _ envelope: Digest
    ) -> [StoreChange] {
        let after = examined.knowledge
        // Newer keys of organisations known here, and the keys that what came along needs;
        // nothing else, or one envelope could fill a home with strangers.
        let needed = Self.organisations(examined)
        func isWanted(_ id: OrganisationID) -> Bool {
            known.identities[id] != nil || needed.contains(id)
        }
        var changes: [StoreChange] = after.identities.values
            .filter { $0 != known.identities[$0.organisation] && isWanted($0.organisation) }
            .sorted { $0.organisation.digest < $1.organisation.digest }
            .map { .identity($0) }
        changes += after.forkProofs.map {
            .fork($0, epoch: after.forks[$0.organisation] ?? $0.chain.current.epoch)
        }
        changes += StoreChange.statusLists(from: known, to: after, of: isWanted)
        var kept: [Digest] = []
        for examined in examined.passports where examined.passport != nil {
            guard
                let passport = unlocked.passports.first(where: {
                    $0.digest == examined.report.passport
                })
            else { continue }
            kept.append(passport.digest)
            changes.append(.passport(passport, isOwn: false, sealedRing: nil, added: now))
        }
        for issued in unlocked.issuedGrants
        where examined.passports.contains(where: { $0.grant?.digest == issued.grant.digest }) {
            changes.append(.grant(issued.grant, isOwn: false, sealedRing: nil, added: now))
        }
        changes.append(.exchange(.opened(envelope, passports: kept.sorted(), at: now)))
        return changes
    }

    /// Whose keys are needed to judge again what was opened now.
    private static func organisations(_ examined: ExaminedEnvelope) -> Set<OrganisationID> {
        var needed: Set<OrganisationID> = [examined.disclosure.sender]
        for passport in examined.passports where passport.passport != nil {
            needed.insert(passport.report.issuer)
            for terms in passport.grant?.lineage ?? [] {
                if case .organisation(let id) = terms.authority { needed.insert(id) }
                if let desk = terms.desk { needed.insert(desk) }
            }
        }
        return needed
    }
}
