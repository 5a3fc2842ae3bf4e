import ArgumentParser
import Foundation
import PassportAudit
import PassportCoding
import PassportCrypto
import PassportExchange
internal import PassportSecrecy
import PassportStore
import PassportTrust

/// `carepass fetch`: brings the envelopes of the mailbox here, sealed as they are.
struct FetchCommand: ReplyingCommand {
    static let configuration = CommandConfiguration(
        commandName: "fetch",
        abstract: "Bring the envelopes of the mailbox into the home; opens nothing.")

    @OptionGroup var options: GlobalOptions

    /// One envelope that came.
    private struct Fetched {
        let digest: Digest
        let sender: OrganisationID
        let path: String
    }

    func reply() throws -> Reply {
        let home = try Home(options)
        let agent = try Agent(home)
        let folder = home.layout.inbox
        do {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        } catch {
            throw CommandError(
                .noFile, .cannotWrite, Words.say("error.no-home", ViewText.clean(folder)))
        }
        var fetched: [Fetched] = []
        try fetchAll(agent, home, into: &fetched)
        var missed: [(address: String, line: String)] = []
        for left in try LeftDaemons(home.layout).all(but: agent.daemon) {
            do {
                try fetchAll(try Agent(home, left.endpoint), home, into: &fetched)
            } catch let error as any DescribedFailure where Synchronisation.isOutside(error) {
                missed.append(
                    (
                        left.address,
                        Words.say("fetch.left", left.address, Words.message(of: error))
                    ))
            }
        }
        let names = try Dictionary(
            home.store.organisations().map { ($0.identity.organisation, $0.identity.name) },
            uniquingKeysWith: { first, _ in first })
        return Reply(
            lines: (fetched.isEmpty
                ? [Words.say("fetch.none")]
                : fetched.map {
                    Words.say(
                        "fetch.done", ViewText.name(names[$0.sender] ?? $0.sender.text),
                        ViewText.clean($0.path))
                }) + missed.map(\.line),
            json: [
                "fetched": .array(
                    fetched.map {
                        [
                            "file": .string($0.path), "parcel": .string("\($0.digest)"),
                            "sender": .string($0.sender.text),
                        ]
                    }),
                "missed": .array(missed.map { .string($0.address) }),
            ])
    }

    /// Everything that lies at one daemon.
    private func fetchAll(
        _ agent: Agent, _ home: borrowing Home, into fetched: inout [Fetched]
    ) throws {
        for entry in try agent.inbox() where entry.kind == .envelope {
            guard
                let digest = entry.digest,
                let sender = try? OrganisationID(text: entry.sender),
                (1...Limits.envelopeBytes).contains(entry.length)
            else {
                throw ExchangeError(.badAnswer, Words.say("error.bad-page"))
            }
            // What was erased here does not come back because a daemon was restored.
            if try home.store.receivedParcels().contains(where: {
                $0.digest == digest && $0.purged != nil
            }) {
                try agent.remove(digest)
                continue
            }
            fetched.append(try fetch(digest, from: sender, entry.length, agent, home))
        }
    }

    /// Durable here before the daemon may forget it.
    private func fetch(
        _ digest: Digest, from sender: OrganisationID, _ length: Int, _ agent: Agent,
        _ home: borrowing Home
    ) throws -> Fetched {
        let path = home.layout.envelope(digest)
        let isHere = (try? Files.read(path, maximum: length, what: "")).map {
            Digest.sha256(of: $0) == digest
        }
        if isHere != true {
            let part = "\(home.layout.inbox)/\(digest).part"
            try agent.fetch(digest, length: length, to: part)
            let bytes = try Files.read(part, maximum: length, what: Words.say("what.envelope"))
            try AtomicFile.write(bytes, to: path)
            try? FileManager.default.removeItem(atPath: part)
        }
        var fields = AuditFields(act: .parcelReceived, time: home.now)
        fields.object = digest
        fields.counterpart = sender.digest
        try home.commit(
            fields,
            [.exchange(.received(digest, from: sender, kind: .envelope, at: home.now))])
        try agent.remove(digest)
        return Fetched(digest: digest, sender: sender, path: path)
    }
}

extension HomeLayout {
    /// Where fetched envelopes lie, sealed.
    var inbox: String { "\(path)/inbox" }
    /// A fetched envelope, under its whole digest: of half of it, a sender could make two.
    func envelope(_ digest: Digest) -> String { "\(inbox)/\(digest).envelope" }
}
