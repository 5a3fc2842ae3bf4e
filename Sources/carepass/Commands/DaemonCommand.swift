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
                Signs a new manifest that names the daemon, so the root key has to be there. It \
                counts once the daemon has taken it; a refused invitation changes nothing. A \
                daemon that had the mailbox before is told, so that others learn of the move when \
                they 'carepass sync' there; what still lies in it comes with 'carepass fetch'. \
                Others can also take in a new identity file.
                """)

        @OptionGroup var options: GlobalOptions

        @OptionGroup var staff: OperatorOptions

        @Argument(help: "The line that 'carepassd invite' printed.")
        var invitation: String

        @Option(help: "The file with the root key, where it is not in the home.")
        var root: String?

        @Flag(
            help: """
                The daemon before this one was stolen: its key counts as compromised, and it is \
                told nothing.
                """)
        var stolen = false

        func reply() throws -> Reply {
            let invitation = try Invitation(text: invitation)
            let operatorKey = try OperatorKey(options, staff)
            let home = try Home.open(options, with: operatorKey)
            let agent = try Agent(home, invitation.endpoint)
            let pairing = try Pairing(invitation.endpoint, agent.document())
            // Read now: others may have worked in the home while the daemon was asked.
            let (earlier, known) = (try home.store.daemon(), try home.store.ownIdentity())
            let pending = PendingIdentity(home.layout)
            let before = try pending.identity(after: known)
            let base = before ?? known
            let layout = home.layout
            let identity = try pairing.identity(
                after: base, home, stolen: stolen ? earlier?.exchangeKey : nil
            ) { try rootKey(layout, base.chain.current) }
            if identity != known { try pending.keep(identity) }
            try pair(agent, invitation, identity) { try pending.keep(before) }
            // Another pairing that ended meanwhile is not undone.
            let now = try home.store.ownIdentity()
            guard identity.chain.manifests.starts(with: now.chain.manifests) else {
                throw CommandError(
                    .badArgument, .refused, Words.say("error.paired-meanwhile"),
                    hint: Words.say("hint.pair-again"))
            }
            let left = try Self.leave(earlier, for: invitation.endpoint, home, isStolen: stolen)
            var fields = AuditFields(act: .daemonPaired, time: home.now)
            fields.object = identity.chain.currentHash
            let link = DaemonLink(
                endpoint: invitation.endpoint, exchangeKey: pairing.exchangeKey.keyHash,
                paired: home.now)
            try home.commit(
                fields, [.own(identity), .exchange(.daemon(link))], signedBy: operatorKey)
            try pending.keep(nil)
            return try reply(invitation.endpoint, identity, left, home)
        }

        /// Gives the daemon the identity. A refusal leaves everything as it was; an answer that
        /// was lost leaves a used invitation and an organisation that is hosted.
        private func pair(
            _ agent: Agent, _ invitation: Invitation, _ identity: Identity,
            refused: () throws -> Void
        ) throws {
            do {
                try agent.pair(invitation, identity)
            } catch let error as ExchangeError {
                if agent.hosts(identity) { return }
                // Whoever has another key was told nothing.
                guard error.isRefusal || error.code == .wrongPeer else {
                    throw ExchangeError(
                        error.code, error.kind, error.message, hint: Words.say("hint.pair-again"),
                        cause: error.cause)
                }
                try refused()
                guard error.says(.forbidden) else { throw error }
                throw ExchangeError(
                    .refused, .refused, Words.say("error.invitation"),
                    hint: Words.say("hint.invitation"), cause: error.cause)
            }
        }

        /// Remembers the daemon that is left, before the move counts: `sync` goes on with it
        /// where this command ends.
        private static func leave(
            _ earlier: DaemonLink?, for next: Endpoint, _ home: borrowing Home, isStolen: Bool
        ) throws -> LeftDaemon? {
            let daemons = LeftDaemons(home.layout)
            try daemons.remove(next)
            // At the same address there is nobody else to tell.
            guard let earlier, earlier.endpoint.address != next.address else { return nil }
            guard !isStolen else {
                try daemons.remove(earlier.endpoint)
                return nil
            }
            let left = LeftDaemon(endpoint: earlier.endpoint, since: home.now)
            try daemons.add(left)
            return left
        }

        private func reply(
            _ endpoint: Endpoint, _ identity: Identity, _ left: LeftDaemon?,
            _ home: borrowing Home
        ) throws -> Reply {
            var lines = [
                Words.say("daemon.paired", endpoint.address.description),
                Words.say("daemon.tell", Fingerprint(of: identity).text),
            ]
            var json: [String: JSONValue] = [
                "address": .string(endpoint.address.description),
                "fingerprint": .string(Fingerprint(of: identity).text),
                "reachable": .bool(!identity.chain.current.services.isEmpty),
            ]
            if let left {
                let (news, waiting) = try Self.tell(left, identity, home)
                lines += news
                json["left"] = [
                    "address": .string(left.address), "told": .bool(waiting != nil),
                    "waiting": waiting.map { .number($0) } ?? .null,
                ]
            }
            return Reply(lines: lines, json: json)
        }

        /// Tells the daemon that was left, from which peers learn where the mailbox is now; what
        /// does not work is left to `sync`.
        ///
        /// - Returns: what to say, and how many parcels still lie there; nil when it was not told.
        private static func tell(
            _ left: LeftDaemon, _ identity: Identity, _ home: borrowing Home
        ) throws -> (lines: [String], waiting: Int?) {
            do {
                let there = try Agent(home, left.endpoint)
                try there.publish(identity)
                let waiting = try there.inbox().count
                var lines = [Words.say("daemon.left", left.address)]
                if waiting > 0 { lines.append(Words.say("daemon.left-waiting", "\(waiting)")) }
                return (lines, waiting)
            } catch let error as any DescribedFailure where Synchronisation.isOutside(error) {
                return (
                    [Words.say("daemon.left-failed", left.address, Words.message(of: error))], nil
                )
            }
        }

        private func rootKey(_ layout: HomeLayout, _ manifest: KeyManifest) throws -> SigningKey {
            let path = root ?? layout.root
            let passphrase = try PassphraseInput.read(
                file: options.passphraseFile, variable: "CAREPASS_PASSPHRASE",
                prompt: "prompt.root-passphrase")
            do {
                let file = try layout.keys(path, Words.say("what.root"), passphrase: passphrase)
                let key = try FileFailure.naming(path) { try file.signingKey(.root) }
                guard manifest.rootKeys.contains(key.verifyingKey) else {
                    throw CommandError(
                        .badArgument, .refused, Words.say("error.other-root", ViewText.clean(path)))
                }
                return key
            } catch let error as any DescribedFailure where error.hint == nil {
                throw CommandError(
                    .badRootKey, error.kind, Words.message(of: error),
                    hint: Words.say("hint.root"), cause: error.identifier)
            }
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
            let waiting = try agent.outbox().all.count { $0.state == .waiting }
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
