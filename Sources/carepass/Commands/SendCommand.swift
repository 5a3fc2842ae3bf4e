import ArgumentParser
import CarePassport
import PassportAudit
import PassportCoding
import PassportCrypto
import PassportExchange
import PassportSealing
import PassportStore
import PassportTrust

/// `carepass send`: hands an envelope to our daemon, which brings it to the recipient's.
struct SendCommand: ReplyingCommand {
    static let configuration = CommandConfiguration(
        commandName: "send",
        abstract: "Hand an envelope to the daemon, which delivers it for days if it must.")

    @OptionGroup var options: GlobalOptions

    @Argument(help: "The envelope, as 'pack' wrote it.")
    var file: String

    @Option(help: "The organisation that it is for; 'pack' sealed it to that one.")
    var to: String

    @Flag(help: "Deliver it once more, although it was delivered: the recipient's daemon lost it.")
    var again = false

    func reply() throws -> Reply {
        let home = try Home(options)
        let agent = try Agent(home)
        let bytes = try Files.read(
            file, maximum: Limits.envelopeBytes, what: Words.say("what.envelope"))
        let kind = try FileFailure.naming(file) { try ParcelKind(head: bytes) }
        let digest = Digest.sha256(of: bytes)
        let recipient = try home.organisation(named: to)
        let knowledge = try home.knowledge()
        guard knowledge.standing(of: recipient.organisation, for: [.exchange]) == .pinned else {
            throw Home.notPinned(recipient, for: .exchange, knowledge)
        }
        if kind == .envelope {
            let envelope = try FileFailure.naming(file) { try Envelope(decoding: bytes) }
            try refuseOthers(envelope, recipient.organisation, knowledge, home)
        }
        try agent.follow(recipient)
        // The envelope brings our newest list. Whoever opens it asks our daemon for a list next,
        // and an older one would look like one that was put back.
        try agent.publishLists(home)
        var fields = AuditFields(act: .parcelSent, time: home.now)
        fields.object = digest
        fields.counterpart = recipient.organisation.digest
        let sending = ExchangeChange.sending(
            digest, to: recipient.organisation, kind: kind, at: home.now)
        try home.commit(fields, [.exchange(sending)])
        let entry = try agent.handOver(
            bytes, digest, kind: kind, to: recipient.organisation, again: again)
        fields.outcome = .done
        let known = try home.store.sentParcels().first {
            $0.digest == digest && $0.recipient == recipient.organisation
        }
        let moves = known?.state.allows(.handedOver) ?? false
        try home.commit(
            fields,
            moves
                ? [.exchange(.sent(digest, to: recipient.organisation, .handedOver, at: home.now))]
                : [])
        return Reply(
            lines: [
                Words.say(
                    "send.\(entry.state.rawValue)", ViewText.name(recipient.name),
                    "\(digest)".prefix(12).description)
            ],
            json: [
                "parcel": .string("\(digest)"), "recipient": .string(recipient.organisation.text),
                "bytes": .number(bytes.count), "state": .string(entry.state.rawValue),
            ])
    }

    /// Entries of the log that are read at once.
    private static let portion = 1_000

    /// Stops a slip of the hand: whoever it was not packed for cannot open it, and would learn
    /// that it exists. What was packed elsewhere is not known here, and goes.
    private func refuseOthers(
        _ envelope: Envelope, _ recipient: OrganisationID, _ knowledge: Knowledge,
        _ home: borrowing Home
    ) throws {
        let content = envelope.contentDigest
        var end = try home.store.logSize()
        while end > 0 {
            let first = end - min(end, UInt64(Self.portion))
            let packed = try home.store.entries(from: first, count: Int(end - first))
                .compactMap { $0.1.fields }
                .filter { $0.act == .disclosed && $0.object == content }
                .compactMap(\.counterpart)
            if packed.contains(recipient.digest) { return }
            if let other = packed.first.map({ OrganisationID($0) }) {
                throw CommandError(
                    .badArgument, .refused,
                    Words.say(
                        "error.packed-for-another",
                        ViewText.name(knowledge.identities[other]?.name ?? other.text)),
                    hint: Words.say("hint.packed-for-another"))
            }
            end = first
        }
    }
}
