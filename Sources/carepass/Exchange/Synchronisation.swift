import CarePassport
import PassportAudit
import PassportCoding
import PassportCrypto
import PassportExchange
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

    mutating func note(_ key: String, _ details: String...) {
        counts[key, default: 0] += 1
        lines.append(SummaryLine(key, details.map { .text($0) }).text(Words.table))
    }

    /// Does everything. Each step and each organisation stands alone: whoever fails, by fault or
    /// on purpose, must not keep the ends of others from coming in.
    mutating func run(_ home: borrowing Home) throws {
        try peers(home)
        try step { try $0.publish(home) }
        try step { try $0.follow(home) }
        try step { try $0.sendNotices(home) }
        try step { try $0.receipts(home) }
        try step { try $0.notices(home) }
    }

    /// One step with our own daemon. A home that cannot be written ends the round.
    private mutating func step(_ body: (inout Synchronisation) throws -> Void) throws {
        do {
            try body(&self)
        } catch let error as any DescribedFailure where Self.isOutside(error) {
            failure = failure ?? error
            note("sync.failed-here", Words.message(of: error))
        }
    }

    /// True for what others are to blame for.
    static func isOutside(_ error: any DescribedFailure) -> Bool {
        error.kind != .fault && error.kind != .cannotWrite
    }

    // MARK: - Out

    /// Our newest manifest and lists.
    private func publish(_ home: borrowing Home) throws {
        try agent.call(
            "PUT", ExchangePath.identity(home.organisation), body: home.identity.encoded(),
            mediaType: "application/vnd.carepass.identity+cbor")
        let lists = try home.signedStatusLists()
        try home.keep(lists)
        for list in lists {
            guard let number = home.organisation.statusListNumber(at: list.uri) else { continue }
            try agent.call(
                "PUT", ExchangePath.statusList(home.organisation, number), body: list.bytes,
                mediaType: "application/statuslist+cwt")
        }
    }

    /// Whom our daemon takes parcels from: those that are pinned for exchange, and no others.
    private mutating func follow(_ home: borrowing Home) throws {
        let knowledge = try home.knowledge()
        for (id, identity) in knowledge.identities where id != home.organisation {
            let path = ExchangePath.peer(home.organisation, id)
            do {
                if knowledge.standing(of: id, for: [.exchange]) == .pinned {
                    try agent.call(
                        "PUT", path, body: identity.encoded(),
                        mediaType: "application/vnd.carepass.identity+cbor")
                } else {
                    try agent.call("DELETE", path)
                }
            } catch let error as ExchangeError where error.code == .refused {
                // The daemon may know a chain of theirs that parts from ours.
                note("sync.failed", ViewText.name(identity.name), Words.message(of: error))
            }
        }
    }

    /// Notices are kept until they arrived: the daemon that lost one is asked again.
    private mutating func sendNotices(_ home: borrowing Home) throws {
        let queued = try home.store.queuedNotices()
        guard !queued.isEmpty else { return }
        let outbox = try outbox()
        for notice in queued {
            let digest = Digest.sha256(of: notice.bytes)
            var fields = AuditFields(act: .parcelSent, time: home.now)
            fields.object = digest
            fields.counterpart = notice.recipient.digest
            switch outbox["\(digest) \(notice.recipient.text)"]?.state {
            case .delivered:
                fields.outcome = .done
                try home.commit(fields, [.exchange(.noticeEnded(notice.id))])
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
            } catch let error as ExchangeError where error.code == .refused {
                note("sync.notice-waits", Words.message(of: error))
            }
        }
    }

    // MARK: - In

    private func outbox() throws -> [String: ConsignmentEntry] {
        Dictionary(
            try agent.outbox().map { ("\($0.parcel) \($0.recipient)", $0) },
            uniquingKeysWith: { _, last in last })
    }

    /// What became of what we sent.
    private mutating func receipts(_ home: borrowing Home) throws {
        let outbox = try outbox()
        let knowledge = try home.knowledge()
        for sent in try home.store.sentParcels() {
            guard let entry = outbox["\(sent.digest) \(sent.recipient.text)"] else { continue }
            let name = ViewText.name(knowledge.identities[sent.recipient]?.name ?? "")
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
                case .dead: try givenUp(sent, entry, name, home)
                }
            } catch let error as any DescribedFailure where Self.isOutside(error) {
                note("sync.failed", name, Words.message(of: error))
            }
        }
    }

    private mutating func givenUp(
        _ sent: SentParcel, _ entry: ConsignmentEntry, _ name: String, _ home: borrowing Home
    ) throws {
        guard sent.state.allows(.dead), sent.state != .dead else { return }
        var fields = AuditFields(act: .parcelDead, time: home.now)
        fields.object = sent.digest
        fields.counterpart = sent.recipient.digest
        fields.reason = entry.reason?.rawValue
        try home.commit(
            fields, [.exchange(.sent(sent.digest, to: sent.recipient, .dead, at: home.now))])
        note("sync.dead", name, Words.say("dead.\(entry.reason?.rawValue ?? "refused")"))
    }

    private mutating func notices(_ home: borrowing Home) throws {
        for entry in try agent.inbox() where entry.kind == .notice {
            guard let digest = entry.digest, let sender = try? OrganisationID(text: entry.sender)
            else { continue }
            do {
                guard entry.length <= Limits.noticeBytes else {
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
