import ArgumentParser
internal import CarePassport
import PassportAudit
import PassportCoding
import PassportCrypto
internal import PassportStore
import PassportTrust

/// `carepass peer`: the other organisations known here.
struct PeerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "peer", abstract: "Other organisations.",
        subcommands: [Add.self, Remove.self, List.self])

    struct Add: ReplyingCommand {
        static let configuration = CommandConfiguration(
            abstract: "Pin an organisation by the fingerprint that it read to you.")

        @OptionGroup var options: GlobalOptions

        @OptionGroup var staff: OperatorOptions

        @Argument(help: "Its identity file; '-' for standard input.")
        var file: String

        @Option(help: "The fingerprint, as read aloud.")
        var fingerprint: String

        @Option(
            help: """
                What to trust it for: issue, consent, status, log, exchange, seal-net, \
                seal-paper; separated by commas.
                """)
        var trust: String

        @Flag(
            help: """
                Take this file in place of a history known here that it does not follow: only \
                with a fingerprint that the organisation has read to you just now.
                """)
        var replace = false

        func reply() throws -> Reply {
            let operatorKey = try OperatorKey(options, staff)
            let home = try Home.open(options, with: operatorKey)
            let purposes = try trust.split(separator: ",").map { name in
                guard let purpose = KeyPurpose.roles.first(where: { $0.name == name }) else {
                    throw CommandError(
                        .badArgument, .badInput,
                        Words.say("error.choice", ViewText.clean(String(name)), "trust"),
                        hint: Words.say(
                            "hint.choice", KeyPurpose.roles.map(\.name).joined(separator: ", ")))
                }
                return purpose
            }
            let bytes = try Files.read(
                file, maximum: Limits.identityBytes, what: Words.say("what.identity"))
            let identity = try FileFailure.naming(file) { try Identity(decoding: bytes) }
            // Stops a file that was exchanged on its way, and an old file of the right house.
            guard try Fingerprint(typed: fingerprint) == Fingerprint(of: identity) else {
                throw TrustError(
                    .fingerprintMismatch, .refused, Words.say("error.fingerprint"),
                    hint: Words.say("hint.fingerprint"))
            }
            guard identity.organisation != home.organisation else {
                throw CommandError(.badArgument, .refused, Words.say("error.own-identity"))
            }
            let pin = Pin(
                organisation: identity.organisation, purposes: Set(purposes), pinned: home.now)
            let changes = try changes(identity, pin, home)
            var fields = AuditFields(act: .peerPinned, time: home.now)
            fields.counterpart = identity.organisation.digest
            fields.object = identity.chain.currentHash
            try home.commit(fields, changes, signedBy: operatorKey)
            return Reply(
                lines: [Words.say("peer.added", ViewText.name(identity.name), trust)],
                json: [
                    "organisation": .string(identity.organisation.text),
                    "name": .string(ViewText.name(identity.name)),
                    "trust": .array(purposes.map { .string($0.name) }),
                ])
        }

        /// What pinning changes: a history that the file does not follow gives way only to a
        /// fingerprint that somebody vouches for again.
        private func changes(
            _ identity: Identity, _ pin: Pin, _ home: borrowing Home
        ) throws -> [StoreChange] {
            let knowledge = try home.knowledge()
            guard let known = knowledge.identities[identity.organisation] else {
                return [.pin(identity, pin)]
            }
            do {
                _ = try known.chain.updated(with: identity.chain)
            } catch {
                guard replace else {
                    throw TrustError(
                        error.code, error.kind, error.message, hint: Words.say("hint.replace"))
                }
                // What contradicts the new chain where it stands now stays a fork.
                let proofs = try [known] + home.store.forkProofs(of: identity.organisation)
                var changed = knowledge
                changed.identities[identity.organisation] = identity
                return [.pinInstead(identity, pin)]
                    + proofs.compactMap { proof in
                        changed.fork(with: proof).map { .fork(proof, epoch: $0) }
                    }
            }
            try knowledge.refuseFrozen(identity)
            return [.pin(identity, pin)]
        }
    }

    struct Remove: ReplyingCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take a pin back: the organisation is a stranger again.")

        @OptionGroup var options: GlobalOptions

        @OptionGroup var staff: OperatorOptions

        @Argument(help: "Its name, or its id.")
        var name: String

        func reply() throws -> Reply {
            let operatorKey = try OperatorKey(options, staff)
            let home = try Home.open(options, with: operatorKey)
            let identity = try home.organisation(named: name)
            guard try home.knowledge().pins[identity.organisation] != nil else {
                throw CommandError(
                    .unknownOrganisation, .refused, Words.say("error.no-pin"),
                    hint: Words.say("hint.peer-list"))
            }
            var fields = AuditFields(act: .peerRemoved, time: home.now)
            fields.counterpart = identity.organisation.digest
            try home.commit(fields, [.unpin(identity.organisation)], signedBy: operatorKey)
            return Reply(
                lines: [Words.say("peer.removed", ViewText.clean(identity.name))],
                json: [
                    "organisation": .string(identity.organisation.text),
                    "name": .string(identity.name),
                ])
        }
    }

    struct List: ReplyingCommand {
        static let configuration = CommandConfiguration(abstract: "List other organisations.")

        @OptionGroup var options: GlobalOptions

        func reply() throws -> Reply {
            let peers = try PublicHome(options).store.organisations().filter { !$0.isOwn }
            return Reply(
                lines: peers.isEmpty
                    ? [Words.say("peer.none")]
                    : peers.map { peer in
                        let trust = peer.pin.map { pin in
                            pin.purposes.map(\.name).sorted().joined(separator: ",")
                        }
                        return Words.say(
                            trust == nil ? "peer.unpinned" : "peer.line",
                            ViewText.name(peer.identity.name),
                            peer.identity.organisation.text, trust ?? "")
                    },
                json: [
                    "peers": .array(
                        peers.map { peer in
                            [
                                "organisation": .string(peer.identity.organisation.text),
                                "name": .string(ViewText.name(peer.identity.name)),
                                "pinned": JSONValue(peer.pin?.pinned),
                                "trust": .array(
                                    (peer.pin?.purposes.map(\.name).sorted() ?? [])
                                        .map { .string($0) }),
                            ]
                        })
                ])
        }
    }
}
