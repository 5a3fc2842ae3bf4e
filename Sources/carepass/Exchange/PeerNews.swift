import CarePassport
import PassportAudit
import PassportCoding
import PassportCrypto
import PassportExchange
import PassportStore
import PassportTrust

/// Where one organisation's papers come from in one round: its daemons one after the other, and
/// ours where none answers. Peers that nobody can reach bring their papers along when they
/// collect.
private struct PeerSource {
    /// A paper, or nothing that is newer.
    struct Paper {
        let bytes: [UInt8]?
        /// True for our own daemon's copy, which is as old as it is.
        let isCopy: Bool
        /// True when our own daemon has none.
        var isMissing = false
    }

    let agent: Agent
    /// Whose they are, as known when the round came to it.
    let identity: Identity
    /// False when our own daemon does not answer.
    let hasCopies: Bool
    /// When the next organisation has its turn.
    let end: ContinuousClock.Instant
    /// Why none of its daemons answered; they are not asked again in this round then.
    private(set) var silence: ExchangeError?

    init(
        _ agent: Agent, _ identity: Identity, hasCopies: Bool, until end: ContinuousClock.Instant
    ) {
        self.agent = agent
        self.identity = identity
        self.hasCopies = hasCopies
        self.end = end
    }

    mutating func get(
        _ path: String, ours: String, knowing digest: Digest?, maximum: Int
    ) throws -> Paper {
        if silence == nil,
            let answer = try ask(path, knowing: digest, maximum: maximum)
        {
            return Paper(bytes: answer.status == 304 ? nil : answer.body, isCopy: false)
        }
        let none = Paper(bytes: nil, isCopy: true, isMissing: true)
        guard hasCopies else { return none }
        do {
            let fields = digest.map { [(name: "if-none-match", value: "\"\($0)\"")] } ?? []
            let answer = try agent.call("GET", ours, fields: fields, maximum: maximum)
            return Paper(bytes: answer.status == 304 ? nil : answer.body, isCopy: true)
        } catch let error as ExchangeError where error.isSilence || error.says(.notFound) {
            // The next step says what our own daemon has. One that was paired just now knows
            // nobody yet.
            return none
        }
    }

    private mutating func ask(
        _ path: String, knowing digest: Digest?, maximum: Int
    ) throws -> IncomingAnswer? {
        // Attack: many addresses, each of which drips its answer.
        for service in identity.chain.current.services where ContinuousClock.now < end {
            // A socket in somebody's manifest would be one of this machine.
            guard let address = try? ServiceAddress(service.address), !address.isLocal else {
                continue
            }
            do {
                return try agent.ask(
                    Endpoint(address: address, pin: service.tlsKeyHash), path, knowing: digest,
                    maximum: maximum)
            } catch let error as ExchangeError where error.code != .refused {
                // Somebody else at one address is news even where nobody is at the next.
                if silence?.code != .wrongPeer { silence = error }
            }
        }
        return nil
    }
}

extension Synchronisation {
    /// Seconds that one organisation may take in one round: a peer that answers a byte at a time
    /// must not keep us from the next.
    private static let patience = Duration.seconds(90)

    /// Newer manifests and lists of everybody who is pinned here.
    mutating func peers(_ home: borrowing Home) throws {
        let pinned = try home.knowledge().pins.keys.sorted { $0.digest < $1.digest }
        for id in pinned where id != home.organisation {
            // Read anew for each: others may work in the home while a daemon is asked.
            guard let identity = try home.knowledge().identities[id] else { continue }
            let end = ContinuousClock.now + Self.patience
            var source = PeerSource(agent, identity, hasCopies: !isCut, until: end)
            do {
                try takeIdentity(&source, home)
                if let newest = try home.knowledge().identities[id], newest != identity {
                    // It may have moved: what did not answer is of the past.
                    source = PeerSource(agent, newest, hasCopies: !isCut, until: end)
                }
                try takeLists(&source, home, until: end)
            } catch let error as any DescribedFailure where Self.isOutside(error) {
                note("sync.failed", ViewText.name(identity.name), Words.message(of: error))
            }
            if let silence = source.silence { say(silence, of: identity) }
        }
    }

    private mutating func say(_ silence: ExchangeError, of identity: Identity) {
        let key =
            switch silence.code {
            case .unreachable: "sync.silent"
            case .wrongPeer: "sync.other-key"
            default: "sync.failed"
            }
        note(key, ViewText.name(identity.name), Words.message(of: silence))
    }

    private mutating func takeIdentity(
        _ source: inout PeerSource, _ home: borrowing Home
    ) throws {
        let id = source.identity.organisation
        let known = source.identity.encoded()
        let paper = try source.get(
            ExchangePath.identity(id), ours: ExchangePath.peer(home.organisation, id),
            knowing: Digest.sha256(of: known), maximum: Limits.identityBytes)
        guard let bytes = paper.bytes, bytes != known else { return }
        guard try UnverifiedIdentity(decoding: bytes).organisation == id else {
            throw TrustError(.wrongOrganisation, .refused, "an identity of another organisation")
        }
        var knowledge = try home.knowledge()
        guard
            let taken = try news(
                paper, of: source.identity, { try TakenIn.identity(bytes, &knowledge) })
        else { return }
        try home.commitTogether([taken.act(at: home.now)])
        note("take-in.\(taken.what)", taken.detail)
    }

    private mutating func takeLists(
        _ source: inout PeerSource, _ home: borrowing Home, until end: ContinuousClock.Instant
    ) throws {
        let id = source.identity.organisation
        // Lists are numbered from 1 without gaps; most organisations never have a second.
        for number in 1...Limits.statusListsPerEnvelope where ContinuousClock.now < end {
            let uri = id.statusListURI(number)
            let known = try home.knowledge().statusLists[uri]
            let path = ExchangePath.statusList(id, number)
            let paper: PeerSource.Paper
            do {
                paper = try source.get(
                    path, ours: path, knowing: known.map { Digest.sha256(of: $0.bytes) },
                    maximum: Limits.statusListBytes)
            } catch let error as ExchangeError where error.says(.notFound) {
                return
            }
            if paper.isMissing { return }
            guard let bytes = paper.bytes, bytes != known?.bytes else { continue }
            var knowledge = try home.knowledge()
            guard
                let taken = try news(
                    paper, of: source.identity, { try TakenIn.list(bytes, &knowledge) })
            else { continue }
            guard taken.from == id else {
                throw TrustError(.wrongOrganisation, .refused, "a list of another organisation")
            }
            try home.commitTogether([taken.act(at: home.now)])
            note("take-in.\(taken.what)", taken.detail)
        }
    }

    /// What a paper brings; nil for one that is older than what is known. A copy of ours may well
    /// be, and an organisation's own daemon until its next `sync`; what it gives out for longer,
    /// somebody put back.
    private mutating func news(
        _ paper: PeerSource.Paper, of identity: Identity, _ body: () throws -> TakenIn
    ) throws -> TakenIn? {
        do {
            return try body()
        } catch let error as TrustError where error.code == .rollback {
            if !paper.isCopy { note("sync.older", ViewText.name(identity.name)) }
            return nil
        }
    }
}
