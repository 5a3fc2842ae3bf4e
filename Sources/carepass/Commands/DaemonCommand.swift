import ArgumentParser
import PassportAudit
import PassportCoding
import PassportCrypto
import PassportExchange
internal import PassportSecrecy
import PassportStore
import PassportTrust

/// `carepass daemon`: the daemon that has this organisation's mailbox.
struct DaemonCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "daemon", abstract: "The daemon that has this organisation's mailbox.",
        subcommands: [Pair.self, Show.self])

    struct Pair: ReplyingCommand {
        static let configuration = CommandConfiguration(
            abstract: "Have the mailbox at a daemon whose keeper invited this organisation.",
            discussion: """
                Signs a new manifest that names the daemon, so the root key has to be there. \
                Others learn of it with 'carepass sync', or from a new identity file.
                """)

        @OptionGroup var options: GlobalOptions

        @OptionGroup var staff: OperatorOptions

        @Argument(help: "The line that 'carepassd invite' printed.")
        var invitation: String

        @Option(help: "The file with the root key, where it is not in the home.")
        var root: String?

        @Flag(help: "The daemon before this one was stolen: its key counts as compromised.")
        var stolen = false

        func reply() throws -> Reply {
            let invitation = try Invitation(text: invitation)
            let operatorKey = try OperatorKey(options, staff)
            let home = try Home.open(options, with: operatorKey)
            let agent = try Agent(home, invitation.endpoint)
            let pairing = try Pairing(invitation.endpoint, agent.document())
            let earlier = try home.store.daemon()
            let layout = home.layout
            let identity = try pairing.identity(
                extending: home, earlier: earlier, reason: stolen ? .compromised : .superseded
            ) { try rootKey(layout) }
            let link = DaemonLink(
                endpoint: invitation.endpoint, exchangeKey: pairing.exchangeKey.keyHash,
                paired: home.now)
            var fields = AuditFields(act: .daemonPaired, time: home.now)
            fields.object = identity.chain.currentHash
            // Before the daemon hears of it: a manifest that others have and this home forgot
            // would be followed by another of the same number, which is a fork.
            try home.commit(
                fields, [.own(identity), .exchange(.daemon(link))], signedBy: operatorKey)
            try pair(agent, invitation, identity)
            return Reply(
                lines: [
                    Words.say("daemon.paired", invitation.endpoint.address.description),
                    Words.say("daemon.tell", Fingerprint(of: identity).text),
                ],
                json: [
                    "address": .string(invitation.endpoint.address.description),
                    "fingerprint": .string(Fingerprint(of: identity).text),
                    "reachable": .bool(!identity.chain.current.services.isEmpty),
                ])
        }

        /// An answer that was lost leaves a used invitation and an organisation that is hosted.
        private func pair(
            _ agent: Agent, _ invitation: Invitation, _ identity: Identity
        ) throws {
            do {
                try agent.pair(invitation, identity.encoded())
            } catch let error as ExchangeError
                where error.cause == Problem.Kind.forbidden.code
            {
                guard (try? agent.inbox()) != nil else { throw error }
            }
        }

        private func rootKey(_ layout: HomeLayout) throws -> SigningKey {
            let passphrase = try PassphraseInput.read(
                file: options.passphraseFile, variable: "CAREPASS_PASSPHRASE",
                prompt: "prompt.root-passphrase")
            return try layout.keys(
                root ?? layout.root, Words.say("what.root"), passphrase: passphrase
            ).signingKey(.root)
        }
    }

    struct Show: ReplyingCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say where the mailbox is, and whether the daemon answers.")

        @OptionGroup var options: GlobalOptions

        func reply() throws -> Reply {
            let home = try Home(options)
            let agent = try Agent(home)
            let inbox = try agent.inbox()
            let waiting = try agent.outbox().count { $0.state == .waiting }
            return Reply(
                lines: [
                    Words.say(
                        "daemon.shown", agent.daemon.address.description, "\(inbox.count)",
                        "\(waiting)")
                ],
                json: [
                    "address": .string(agent.daemon.address.description),
                    "inbox": .number(inbox.count), "waiting": .number(waiting),
                ])
        }
    }
}
