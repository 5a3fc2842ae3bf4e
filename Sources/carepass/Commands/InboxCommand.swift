import ArgumentParser
import PassportCoding
import PassportCrypto
import PassportExchange
import PassportStore
import PassportTrust

/// `carepass inbox`: what lies in the mailbox, what was fetched, and what became of what was sent.
struct InboxCommand: ReplyingCommand {
    static let configuration = CommandConfiguration(
        commandName: "inbox",
        abstract: "List what lies at the daemon, what was fetched, and what was sent.")

    @OptionGroup var options: GlobalOptions

    func reply() throws -> Reply {
        let home = try Home(options)
        let agent = try Agent(home)
        let names = try Dictionary(
            home.store.organisations().map { ($0.identity.organisation, $0.identity.name) },
            uniquingKeysWith: { first, _ in first })
        func name(_ id: OrganisationID?) -> String {
            ViewText.name(id.flatMap { names[$0] } ?? Words.say("inbox.stranger"))
        }
        // What a daemon calls a parcel goes to a terminal only when it is a digest.
        let waiting = try agent.inbox().filter { $0.kind == .envelope && $0.digest != nil }
        let received = try home.store.receivedParcels().filter { $0.kind == .envelope }
        let sent = try home.store.sentParcels().filter { $0.kind == .envelope }
        var lines = waiting.map { entry in
            Words.say(
                "inbox.waiting", name(try? OrganisationID(text: entry.sender)),
                "\(Timestamp(clamping: entry.received))", "\(entry.length)",
                String(entry.parcel.prefix(12)))
        }
        lines += received.map { parcel in
            Words.say(
                "inbox.\(Self.state(parcel))", name(parcel.sender), "\(parcel.received)",
                String("\(parcel.digest)".prefix(12)))
        }
        lines += sent.map { parcel in
            Words.say(
                "inbox.sent.\(parcel.state.rawValue)", name(parcel.recipient), "\(parcel.changed)",
                String("\(parcel.digest)".prefix(12)))
        }
        let notices = try home.store.queuedNotices()
        lines += notices.map { notice in
            Words.say(
                notice.wasHandedOver ? "inbox.notice-sent" : "inbox.notice-waits",
                name(notice.recipient))
        }
        return Reply(
            lines: lines.isEmpty ? [Words.say("inbox.empty")] : lines,
            json: [
                "waiting": .array(
                    waiting.map {
                        [
                            "parcel": .string($0.parcel), "sender": .string($0.sender),
                            "bytes": .number($0.length),
                            "received": .string("\(Timestamp(clamping: $0.received))"),
                        ]
                    }),
                "fetched": .array(
                    received.map {
                        [
                            "parcel": .string("\($0.digest)"), "sender": .string($0.sender.text),
                            "state": .string(Self.state($0)), "fetched": .string("\($0.received)"),
                        ]
                    }),
                "sent": .array(
                    sent.map {
                        [
                            "parcel": .string("\($0.digest)"),
                            "recipient": .string($0.recipient.text),
                            "state": .string($0.state.rawValue), "since": .string("\($0.changed)"),
                        ]
                    }),
                "notices": .array(
                    notices.map {
                        [
                            "recipient": .string($0.recipient.text),
                            "handedOver": .bool($0.wasHandedOver),
                        ]
                    }),
            ])
    }

    private static func state(_ parcel: ReceivedParcel) -> String {
        parcel.purged != nil ? "purged" : parcel.opened != nil ? "opened" : "fetched"
    }
}
