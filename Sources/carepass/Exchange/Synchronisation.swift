import CarePassport
import PassportAudit
import PassportCoding
import PassportCrypto
import PassportExchange
import PassportSealing
import PassportStore
import PassportTrust

/// One round of keeping up: what is new comes in, what is ours goes out.
///
/// Never because of an opening: whoever watches the line must not learn from it that a certain
/// clinic looks at a certain passport now.
struct Synchronisation {
    let agent: Agent
    private(set) var lines: [String] = []
    private(set) var counts: [String: Int] = [:]
    /// What our own daemon could not do for us; nil when all went well.
    private(set) var failure: (any DescribedFailure)?

    init(_ agent: Agent) { self.agent = agent }

    mutating func note(_ key: String, _ details: String...) { note(key, 1, details) }

    /// Says something of several things at once.
    private mutating func note(_ key: String, _ count: Int, _ details: [String]) {
        counts[key, default: 0] += count
        lines.append(SummaryLine(key, details.map { .text($0) }).text(Words.table))
    }

    /// True when our own daemon does not answer, or somebody else does: in this round it is not
    /// asked again.
    var isCut: Bool { (failure as? ExchangeError)?.isSilence ?? false }

    /// Does everything. Each step and each organisation stands alone: whoever fails, by fault or
    /// on purpose, must not keep the ends of others from coming in.
    mutating func run(_ home: borrowing Home) throws {
        if PendingIdentity(home.layout).isThere { note("sync.pairing-broke-off") }
        try step { try $0.publish(home) }
        try peers(home)
        try step { try $0.follow(home) }
        try step { try $0.sendNotices(home) }
        // Before what our daemon says: what another one delivered is not lost.
        try leftDaemons(home)
        try step { try $0.receipts(home) }
        try step { try $0.notices(home, at: $0.agent) }
    }

    /// One step with our own daemon. A home that cannot be written ends the round.
    private mutating func step(_ body: (inout Synchronisation) throws -> Void) throws {
        guard !isCut else { return }
        do {
            try body(&self)
        } catch let error as any DescribedFailure where Self.isOutside(error) {
            failure = failure ?? error
            note("sync.failed-here", Words.message(of: error))
            if let hint = error.hint { lines.append(Words.say("sync.hint", hint)) }
        }
    }

    /// True for what others are to blame for.
    static func isOutside(_ error: any DescribedFailure) -> Bool {
        error.kind != .fault && error.kind != .cannotWrite
    }

    // MARK: - Out

    /// Our newest manifest and lists.
    private func publish(_ home: borrowing Home) throws {
        try agent.publish(home.identity)
        try agent.publishLists(home)
    }

    /// Whom our daemon takes parcels from: those that are pinned for exchange, and no others.
    ///
    /// Of those whom an opening made known, and who were never followed, the daemon hears nothing:
    /// they stood in what is sealed. It says itself whom it follows, whoever asked for that.
    private mutating func follow(_ home: borrowing Home) throws {
        let knowledge = try home.knowledge()
        for (id, identity) in knowledge.identities
        where id != home.organisation && knowledge.standing(of: id, for: [.exchange]) == .pinned {
            do {
                try agent.follow(identity)
            } catch let error as ExchangeError where error.code == .refused {
                // The daemon may know a chain of theirs that parts from ours.
                refused("sync.not-followed", ViewText.name(identity.name), error)
            }
        }
        try unfollow(home)
    }

    /// Our own daemon refused something of one organisation's; the others have their turn.
    private mutating func refused(_ key: String, _ name: String, _ error: ExchangeError) {
        failure = failure ?? error
        note(key, name, Words.message(of: error))
        if let hint = error.hint { lines.append(Words.say("sync.hint", hint)) }
    }

    /// Followings that one round ends.
    ///
    /// Attack: a daemon that lists whom nobody follows, to keep the home busy.
    private static let unfollowedMost = 100

    private mutating func unfollow(_ home: borrowing Home) throws {
        var count = 0
        for id in try agent.peers() where id != home.organisation && count < Self.unfollowedMost {
            // Read anew: while the daemon was asked, somebody may have pinned this one.
            let knowledge = try home.knowledge()
            guard knowledge.standing(of: id, for: [.exchange]) != .pinned else { continue }
            count += 1
            let name = ViewText.name(knowledge.identities[id]?.name ?? id.text)
            do {
                try agent.unfollow(id)
                note("sync.unfollowed", name)
            } catch let error as ExchangeError where error.code == .refused {
                refused("sync.not-unfollowed", name, error)
            }
        }
    }

    /// Notices are kept until they arrived: the daemon that lost one is asked again.
    private mutating func sendNotices(_ home: borrowing Home) throws {
        let queued = try home.store.queuedNotices()
        guard !queued.isEmpty else { return }
        let outbox = try outbox(of: agent).entries
        let identities = try home.knowledge().identities
        var (sent, arrived): ([OrganisationID: Int], [OrganisationID: Int]) = ([:], [:])
        for notice in queued {
            let digest = Digest.sha256(of: notice.bytes)
            var fields = AuditFields(act: .parcelSent, time: home.now)
            fields.object = digest
            fields.counterpart = notice.recipient.digest
            let entry = outbox["\(digest) \(notice.recipient.text)"]
            switch entry?.state {
            case .delivered:
                // Attack: a daemon that says "delivered" of an end that it threw away.
                guard isProven(entry, digest, notice.recipient, identities) else {
                    note(
                        "sync.notice-unproven",
                        ViewText.name(identities[notice.recipient]?.name ?? notice.recipient.text))
                    // Its key may have ended since: then another daemon takes it now.
                    _ = try agent.handOver(
                        notice.bytes, digest, kind: .notice, to: notice.recipient, again: true)
                    continue
                }
                fields.outcome = .done
                try home.commit(fields, [.exchange(.noticeEnded(notice.id))])
                arrived[notice.recipient, default: 0] += 1
                continue
            case .waiting: continue
            case .dead, nil: break
            }
            if !notice.wasHandedOver {
                try home.commit(
                    fields, [.exchange(.noticeHandedOver(notice.id, at: home.now))])
            }
            do {
                _ = try agent.handOver(
                    notice.bytes, digest, kind: .notice, to: notice.recipient)
                sent[notice.recipient, default: 0] += 1
            } catch let error as ExchangeError where error.code == .refused {
                note("sync.notice-waits", Words.message(of: error))
            }
        }
        for (key, counts) in [("sync.notices-sent", sent), ("sync.notices-arrived", arrived)] {
            for (id, count) in counts.sorted(by: { $0.key.digest < $1.key.digest }) {
                note(
                    key, count, [ViewText.name(identities[id]?.name ?? id.text), "\(count)"])
            }
        }
    }

    /// True when the recipient's daemon signed that it has it.
    private func isProven(
        _ entry: ConsignmentEntry?, _ digest: Digest, _ recipient: OrganisationID,
        _ identities: [OrganisationID: Identity]
    ) -> Bool {
        guard let text = entry?.receipt, let bytes = try? Base64.decode(text),
            let identity = identities[recipient],
            let receipt = try? UnverifiedReceipt(decoding: bytes)
                .verify(by: identity, sender: agent.organisation, parcel: digest)
        else { return false }
        return receipt.terms.event == .delivered
    }

    // MARK: - Daemons that had the mailbox before

    /// Peers learn the new place at the old one, and what lies there is not lost.
    private mutating func leftDaemons(_ home: borrowing Home) throws {
        let daemons = LeftDaemons(home.layout)
        for left in try daemons.all(but: agent.daemon) {
            do {
                let there = try Agent(home, left.endpoint)
                try there.publish(home.identity)
                try notices(home, at: there)
                try receipts(home, at: there)
                let waiting = try there.inbox().count
                guard waiting == 0 else {
                    note("sync.left-waiting", left.address, "\(waiting)")
                    continue
                }
                try daemons.remove(left.endpoint)
                note("sync.left-done", left.address)
            } catch let error as ExchangeError
                where error.says(.unknownKey) || error.says(.notFound)
            {
                // It does not know us any more, or as a peer of others alone.
                try daemons.remove(left.endpoint)
            } catch let error as any DescribedFailure where Self.isOutside(error) {
                guard left.isOver(at: home.now) else {
                    note("sync.left-failed", left.address, Words.message(of: error))
                    continue
                }
                try daemons.remove(left.endpoint)
                note("sync.left-given-up", left.address)
            }
        }
    }

    // MARK: - In

    private func outbox(
        of agent: Agent
    ) throws -> (entries: [String: ConsignmentEntry], isWhole: Bool) {
        let (all, isWhole) = try agent.outbox()
        let entries = Dictionary(
            all.map { ("\($0.parcel) \($0.recipient)", $0) },
            uniquingKeysWith: { _, last in last })
        return (entries, isWhole)
    }

    /// What became of what we sent.
    ///
    /// - Parameter left: a daemon that had the mailbox before; ours when nil. What that one has
    ///   not delivered, or not any more, says nothing.
    private mutating func receipts(_ home: borrowing Home, at left: Agent? = nil) throws {
        let before = try Set(home.store.sentParcels())
        let (outbox, isWhole) = try outbox(of: left ?? agent)
        let knowledge = try home.knowledge()
        for sent in try home.store.sentParcels() {
            let name = ViewText.name(knowledge.identities[sent.recipient]?.name ?? "")
            guard let entry = outbox["\(sent.digest) \(sent.recipient.text)"] else {
                // Another command may have handed it over after the list was read.
                if left == nil, isWhole, before.contains(sent) { try lost(sent, name, home) }
                continue
            }
            do {
                switch entry.state {
                case .waiting: continue
                case .delivered:
                    guard sent.state.allows(.delivered), let text = entry.receipt,
                        let identity = knowledge.identities[sent.recipient]
                    else { continue }
                    // Our own daemon's word is not enough: the recipient's signed this.
                    let receipt = try UnverifiedReceipt(decoding: Base64.decode(text))
                        .verify(by: identity, sender: home.organisation, parcel: sent.digest)
                    try NoticeIntake.commit(receipt, sent, home)
                    note("sync.delivered", name)
                case .dead where left == nil: try givenUp(sent, entry, name, home)
                case .dead: continue
                }
            } catch let error as any DescribedFailure where Self.isOutside(error) {
                note("sync.failed", name, Words.message(of: error))
            }
        }
    }

    /// A daemon that was restored, or took another's place, does not bring what it never had.
    private mutating func lost(
        _ sent: SentParcel, _ name: String, _ home: borrowing Home
    ) throws {
        guard sent.state == .handedOver else { return }
        try end(sent, .lost, DeadReason.lost.rawValue, home)
        note("sync.lost", name, String("\(sent.digest)".prefix(12)))
    }

    private mutating func givenUp(
        _ sent: SentParcel, _ entry: ConsignmentEntry, _ name: String, _ home: borrowing Home
    ) throws {
        guard sent.state.allows(.dead), sent.state != .dead else { return }
        try end(sent, .dead, entry.reason?.rawValue, home)
        note("sync.dead", name, Words.say("dead.\(entry.reason?.rawValue ?? "refused")"))
    }

    private func end(
        _ sent: SentParcel, _ state: SentState, _ reason: String?, _ home: borrowing Home
    ) throws {
        var fields = AuditFields(act: .parcelDead, time: home.now)
        fields.object = sent.digest
        fields.counterpart = sent.recipient.digest
        fields.reason = reason
        try home.commit(
            fields, [.exchange(.sent(sent.digest, to: sent.recipient, state, at: home.now))])
    }

    private mutating func notices(_ home: borrowing Home, at agent: Agent) throws {
        var refused: Set<OrganisationID> = []
        for entry in try agent.inbox() where entry.kind == .notice {
            guard let digest = entry.digest, let sender = try? OrganisationID(text: entry.sender)
            else { continue }
            do {
                guard entry.length == Notice.sealedBytes else {
                    // Attack: a peer's heap of two-byte notices, each of which would make an
                    // entry in our log. One for each sender says it.
                    if refused.insert(sender).inserted {
                        let outcome = try NoticeIntake.refuse(
                            digest, from: sender, "sealing.malformed", home.knowledge(), home)
                        note(outcome.key, outcome.detail)
                    }
                    try agent.remove(digest)
                    continue
                }
                let answer = try agent.call(
                    "GET", ExchangePath.inbox(home.organisation, digest),
                    maximum: Limits.noticeBytes)
                guard Digest.sha256(of: answer.body) == digest else { continue }
                var knowledge = try home.knowledge()
                let outcome = try NoticeIntake.take(answer.body, from: sender, &knowledge, home)
                try agent.remove(digest)
                note(outcome.key, outcome.detail)
            } catch let error as ExchangeError where error.code == .refused {
                note("sync.failed-here", Words.message(of: error))
            }
        }
    }
}
