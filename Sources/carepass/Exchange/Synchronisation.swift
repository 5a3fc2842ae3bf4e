import CarePassport
import PassportAudit
import PassportCoding
import PassportCrypto
import PassportExchange
import PassportStore
import PassportTrust

/// One round of keeping up: what is ours goes out, what is new comes in.
///
/// Never because of an opening: whoever watches the line must not learn from it that a certain
/// clinic looks at a certain passport now.
struct Synchronisation {
    private let agent: Agent
    private(set) var lines: [String] = []
    private(set) var counts: [String: Int] = [:]

    init(_ agent: Agent) { self.agent = agent }

    private mutating func note(_ key: String, _ details: String...) {
        counts[key, default: 0] += 1
        let line = SummaryLine(key, details.map { .text($0) }).text(Words.table)
        lines.append(line)
    }

    /// Does everything. What fails with one organisation does not hold up the others.
    mutating func run(_ home: borrowing Home) throws {
        try publish(home)
        var knowledge = try home.knowledge()
        try follow(home, knowledge)
        try news(home, &knowledge)
        try sendNotices(home)
        try receipts(home, knowledge)
        try notices(home, &knowledge)
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
    private func follow(_ home: borrowing Home, _ knowledge: Knowledge) throws {
        for (id, identity) in knowledge.identities where id != home.organisation {
            let path = ExchangePath.peer(home.organisation, id)
            if knowledge.standing(of: id, for: [.exchange]) == .pinned {
                try agent.call(
                    "PUT", path, body: identity.encoded(),
                    mediaType: "application/vnd.carepass.identity+cbor")
            } else {
                try agent.call("DELETE", path)
            }
        }
    }

    private mutating func sendNotices(_ home: borrowing Home) throws {
        for notice in try home.store.queuedNotices() {
            let digest = Digest.sha256(of: notice.bytes)
            do {
                _ = try agent.handOver(
                    notice.bytes, digest, kind: .notice, to: notice.recipient)
            } catch let error as ExchangeError where error.code == .refused {
                note("sync.notice-refused", error.message)
            }
            var fields = AuditFields(act: .parcelSent, time: home.now)
            fields.object = digest
            fields.counterpart = notice.recipient.digest
            try home.commit(fields, [.exchange(.noticeSent(notice.id))])
        }
    }

    // MARK: - In

    /// Newer manifests and lists of everybody who is pinned here.
    private mutating func news(_ home: borrowing Home, _ knowledge: inout Knowledge) throws {
        for id in knowledge.pins.keys.sorted(by: { $0.digest < $1.digest }) {
            guard id != home.organisation, let identity = knowledge.identities[id] else { continue }
            do {
                try identityNews(of: identity, home, &knowledge)
                try listNews(of: knowledge.identities[id] ?? identity, home, &knowledge)
            } catch let error as any DescribedFailure where error.kind != .fault {
                note("sync.failed", ViewText.name(identity.name), Words.message(of: error))
            }
        }
    }

    private mutating func identityNews(
        of identity: Identity, _ home: borrowing Home, _ knowledge: inout Knowledge
    ) throws {
        let known = identity.encoded()
        let answer = try get(
            of: identity, ExchangePath.identity(identity.organisation),
            ours: ExchangePath.peer(home.organisation, identity.organisation),
            knowing: Digest.sha256(of: known), maximum: Limits.identityBytes)
        guard let bytes = answer, bytes != known else { return }
        let taken = try TakenIn.identity(bytes, &knowledge)
        guard taken.from == identity.organisation else {
            throw TrustError(.wrongOrganisation, .refused, "an identity of another organisation")
        }
        try home.commitTogether([taken.act(at: home.now)])
        note("take-in.\(taken.what)", taken.detail)
    }

    private mutating func listNews(
        of identity: Identity, _ home: borrowing Home, _ knowledge: inout Knowledge
    ) throws {
        // Lists are numbered from 1 without gaps; most organisations never have a second.
        for number in 1...Limits.statusListsPerEnvelope {
            let uri = identity.organisation.statusListURI(number)
            let known = knowledge.statusLists[uri]
            let path = ExchangePath.statusList(identity.organisation, number)
            let answer: [UInt8]?
            do {
                answer = try get(
                    of: identity, path, ours: path,
                    knowing: known.map { Digest.sha256(of: $0.bytes) },
                    maximum: Limits.statusListBytes)
            } catch let error as ExchangeError
                where error.cause == Problem.Kind.notFound.code
            {
                return
            }
            guard let bytes = answer, bytes != known?.bytes else { continue }
            let taken = try TakenIn.list(bytes, &knowledge)
            try home.commitTogether([taken.act(at: home.now)])
            note("take-in.\(taken.what)", taken.detail)
        }
    }

    /// Asks the organisation's own daemon, and ours where it has none: those bring their papers
    /// along when they collect.
    private func get(
        of identity: Identity, _ path: String, ours: String, knowing digest: Digest?, maximum: Int
    ) throws -> [UInt8]? {
        for service in identity.chain.current.services {
            guard let address = try? ServiceAddress(service.address) else { continue }
            let answer = try agent.ask(
                Endpoint(address: address, pin: service.tlsKeyHash), path, knowing: digest,
                maximum: maximum)
            return answer.status == 304 ? nil : answer.body
        }
        let fields = digest.map { [(name: "if-none-match", value: "\"\($0)\"")] } ?? []
        let answer = try agent.call("GET", ours, fields: fields, maximum: maximum)
        return answer.status == 304 ? nil : answer.body
    }

    /// What became of what we sent.
    private mutating func receipts(_ home: borrowing Home, _ knowledge: Knowledge) throws {
        let outbox = Dictionary(
            try agent.outbox().map { ("\($0.parcel) \($0.recipient)", $0) },
            uniquingKeysWith: { _, last in last })
        for sent in try home.store.sentParcels() {
            guard let entry = outbox["\(sent.digest) \(sent.recipient.text)"] else { continue }
            let name = ViewText.name(knowledge.identities[sent.recipient]?.name ?? "")
            switch entry.state {
            case .waiting: continue
            case .delivered:
                guard sent.state.allows(.delivered), let text = entry.receipt,
                    let identity = knowledge.identities[sent.recipient]
                else { continue }
                // Our own daemon's word is not enough: the recipient's daemon signed this.
                let receipt = try UnverifiedReceipt(decoding: Base64.decode(text))
                    .verify(by: identity, sender: home.organisation, parcel: sent.digest)
                try NoticeIntake.commit(receipt, sent, home)
                note("sync.delivered", name)
            case .dead:
                guard sent.state.allows(.dead), sent.state != .dead else { continue }
                var fields = AuditFields(act: .parcelDead, time: home.now)
                fields.object = sent.digest
                fields.counterpart = sent.recipient.digest
                fields.reason = entry.reason?.rawValue
                try home.commit(
                    fields,
                    [.exchange(.sent(sent.digest, to: sent.recipient, .dead, at: home.now))])
                note("sync.dead", name, Words.say("dead.\(entry.reason?.rawValue ?? "refused")"))
            }
        }
    }

    private mutating func notices(_ home: borrowing Home, _ knowledge: inout Knowledge) throws {
        for entry in try agent.inbox() where entry.kind == .notice {
            guard
                let digest = (try? Hexadecimal.decode(entry.parcel)).flatMap({ Digest(bytes: $0) }),
                let sender = try? OrganisationID(text: entry.sender),
                entry.length <= Limits.noticeBytes
            else { continue }
            let answer = try agent.call(
                "GET", ExchangePath.inbox(home.organisation, digest), maximum: Limits.noticeBytes)
            guard Digest.sha256(of: answer.body) == digest else { continue }
            let outcome = try NoticeIntake.take(answer.body, from: sender, &knowledge, home)
            try agent.remove(digest)
            note(outcome.key, outcome.detail)
        }
    }
}
