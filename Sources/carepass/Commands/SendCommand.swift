import ArgumentParser
import CarePassport
import PassportAudit
import PassportCoding
import PassportCrypto
import PassportExchange
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

    @Flag(help: "Deliver it once more, although it was delivered: the recipient lost it.")
    var again = false

    func reply() throws -> Reply {
        let home = try Home(options)
        let agent = try Agent(home)
        let bytes = try Files.read(
            file, maximum: Limits.envelopeBytes, what: Words.say("what.envelope"))
        let kind = try FileFailure.naming(file) { try ParcelKind(head: bytes) }
        let digest = Digest.sha256(of: bytes)
        let recipient = try home.organisation(named: to)
        guard
            try home.knowledge().standing(of: recipient.organisation, for: [.exchange]) == .pinned
        else {
            throw CommandError(
                .unknownOrganisation, .refused, Words.say("error.not-pinned", ViewText.clean(to)),
                hint: Words.say("hint.not-pinned", KeyPurpose.exchange.name))
        }
        try agent.call(
            "PUT", ExchangePath.peer(home.organisation, recipient.organisation),
            body: recipient.encoded(), mediaType: "application/vnd.carepass.identity+cbor")
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
}
