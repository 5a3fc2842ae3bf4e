import PassportClient
import PassportCoding
import PassportCrypto
import PassportExchange
internal import PassportSecrecy
import PassportStore
import PassportTrust

/// Signs requests with the organisation's own exchange key.
private final class AgentSigner: RequestSigner {
    let organisation: OrganisationID
    private let key: SigningKey

    init(_ organisation: OrganisationID, _ key: consuming SigningKey) {
        self.organisation = organisation
        self.key = key
    }

    func sign(
        _ components: RequestComponents, at now: Timestamp
    ) throws(ExchangeError) -> SignatureFields {
        try components.signed(for: organisation, by: key, at: now, randomness: .system)
    }
}

/// Calls from a home to daemons: to the one that has its mailbox, signed, and to others for what
/// they tell everybody.
struct Agent {
    /// The daemon that has the mailbox.
    let daemon: Endpoint
    let organisation: OrganisationID
    /// For documents, which are small, and for parcels, which take their time.
    private let caller: ExchangeCaller
    private let carrier: ExchangeCaller
    private let stranger: ExchangeCaller
    private let turn: HomeTurn

    /// Attempts to go on with one parcel after a cut, and seconds before the second of them.
    static let attempts = 6
    private static let pause: UInt64 = 2
    /// Pages of a list, at most: a daemon must not keep us reading for ever.
    private static let pages = 1_000

    /// Opens no connection yet.
    ///
    /// - Throws: when the home has no daemon.
    init(_ home: borrowing Home) throws {
        guard let link = try home.store.daemon() else {
            throw CommandError(
                .noDaemon, .noInput, Words.say("error.no-daemon"),
                hint: Words.say("hint.no-daemon"))
        }
        try self.init(home, link.endpoint)
    }

    /// A home that is about to pair.
    init(_ home: borrowing Home, _ daemon: Endpoint) throws {
        self.daemon = daemon
        organisation = home.organisation
        let transport = try PinnedTransport(
            times: TransportTimes(firstByte: .seconds(20), idle: .seconds(20), whole: .seconds(60)))
        // The moment of the signature is the system's own, never the log's floor: what counts is
        // how the two clocks stand to each other now.
        let clock = home.turn.readClock
        let pause: @Sendable (Int) async -> Void = { attempt in
            try? await Task.sleep(for: .seconds(Self.pause * UInt64(min(attempt, 8))))
        }
        let signer = AgentSigner(home.organisation, try home.keys.signingKey(.exchange))
        caller = ExchangeCaller(
            transport: transport, signer: signer, clock: clock, pause: pause)
        carrier = ExchangeCaller(
            transport: try PinnedTransport(), signer: signer, clock: clock, pause: pause)
        stranger = ExchangeCaller(
            transport: transport, signer: nil, clock: clock, pause: pause)
        turn = home.turn
    }

    /// Waits for daemons while others may work in the home.
    private func apart<Value: Sendable>(
        _ body: @Sendable @escaping () async throws -> Value
    ) throws -> Value {
        try turn.apart { try Blocking.run(body) }
    }

    /// Waits for a daemon that is ours, or shall be: what helps there is not what helps with a
    /// peer's, and the client knows of no difference.
    private func own<Value: Sendable>(
        otherKey hint: String = "hint.own-daemon-key",
        _ body: @Sendable @escaping () async throws -> Value
    ) throws -> Value {
        do {
            return try apart(body)
        } catch let error as ExchangeError {
            let key: String
            switch error.code {
            case .wrongPeer: key = hint
            case .unreachable where error.kind == .noInput: key = "hint.own-daemon-silent"
            default: throw error
            }
            throw ExchangeError(
                error.code, error.kind, error.message, hint: Words.say(key), cause: error.cause)
        }
    }

    // MARK: - Calls to our own daemon

    /// A signed call, of which only success goes on.
    @discardableResult
    func call(
        _ method: String, _ path: String, body: [UInt8] = [], mediaType: String? = nil,
        fields: [(name: String, value: String)] = [], maximum: Int = Limits.wireJSONBytes
    ) throws -> IncomingAnswer {
        let (caller, daemon) = (caller, daemon)
        return try own {
            try await caller.call(
                daemon, method, path, body: .bytes(body), mediaType: mediaType, fields: fields,
                into: .memory(maximum: maximum)
            ).get()
        }
    }

    /// Every entry of a list that comes in pages, and whether the daemon came to its end.
    private func entries<Page: Decodable & Sendable, Entry: Sendable>(
        _ path: String, _ parts: @escaping @Sendable (Page) -> (entries: [Entry], next: Int64?)
    ) throws -> (all: [Entry], isWhole: Bool) {
        let (caller, daemon) = (caller, daemon)
        return try own {
            var all: [Entry] = []
            var after: Int64 = 0
            for _ in 0..<Self.pages {
                let page = try await caller.document(
                    Page.self, at: daemon, after == 0 ? path : "\(path)?after=\(after)"
                ).get()
                let (entries, next) = parts(page)
                all += entries.prefix(Limits.pageItems)
                guard entries.count <= Limits.pageItems else { break }
                guard let next else { return (all, true) }
                // A daemon that leads in circles is left.
                guard next > after else { break }
                after = next
            }
            return (all, false)
        }
    }

    /// What lies in our mailbox, oldest first.
    func inbox() throws -> [ParcelEntry] {
        try entries(ExchangePath.inbox(organisation)) { (page: ParcelPage) in
            (page.parcels, page.next)
        }.all
    }

    /// What is on its way from us, oldest first, and whether that is all of it.
    func outbox() throws -> (all: [ConsignmentEntry], isWhole: Bool) {
        try entries(ExchangePath.outbox(organisation)) { (page: ConsignmentPage) in
            (page.parcels, page.next)
        }
    }

    /// Whom the daemon takes parcels from for us.
    func peers() throws -> [OrganisationID] {
        try entries(ExchangePath.peers(organisation)) { (page: PeerPage) in
            (page.peers, page.next)
        }.all.compactMap { try? OrganisationID(text: $0) }
    }

    /// Has the daemon follow nobody of this name any more.
    func unfollow(_ id: OrganisationID) throws {
        try call("DELETE", ExchangePath.peer(organisation, id))
    }

    /// Brings a manifest of ours.
    func publish(_ identity: Identity) throws {
        try call(
            "PUT", ExchangePath.identity(organisation), body: identity.encoded(),
            mediaType: Self.identityType)
    }

    /// Our newest status lists, kept and logged before anybody gets them.
    func publishLists(_ home: borrowing Home) throws {
        let lists = try home.signedStatusLists()
        try home.keep(lists)
        for list in lists {
            guard let number = organisation.statusListNumber(at: list.uri) else { continue }
            try call(
                "PUT", ExchangePath.statusList(organisation, number), body: list.bytes,
                mediaType: "application/statuslist+cwt")
        }
    }

    /// Has the daemon follow another organisation, under the newest keys known here.
    func follow(_ identity: Identity) throws {
        try call(
            "PUT", ExchangePath.peer(organisation, identity.organisation),
            body: identity.encoded(), mediaType: Self.identityType)
    }

    /// Hands a parcel over, going on after cuts.
    func handOver(
        _ bytes: [UInt8], _ digest: Digest, kind: ParcelKind, to recipient: OrganisationID,
        again: Bool = false
    ) throws -> ConsignmentEntry {
        let (carrier, daemon) = (carrier, daemon)
        if again {
            do {
                try call("POST", ExchangePath.outboxAgain(organisation, recipient, digest))
            } catch let error as ExchangeError where error.says(.notFound) {
                // Another daemon than the one that delivered it: for this one it is new.
            }
        }
        let path = ExchangePath.outbox(organisation, recipient, digest)
        let answer = try own {
            try await carrier.uploadParcel(
                to: daemon, path, .bytes(bytes), kind: kind, digest: digest,
                maximumAttempts: Self.attempts
            ).get()
        }
        return try WireJSON.decode(ConsignmentEntry.self, from: answer.body)
    }

    /// Fetches a parcel into a file, going on after cuts, also of an earlier command.
    func fetch(_ digest: Digest, length: Int, to file: String) throws {
        let (carrier, daemon) = (carrier, daemon)
        let path = ExchangePath.inbox(organisation, digest)
        _ = try own {
            try await carrier.downloadParcel(
                from: daemon, path, digest: digest, length: length, to: file,
                maximumAttempts: Self.attempts
            ).get()
        }
    }

    /// Tells the daemon that a parcel is safe here.
    func remove(_ digest: Digest) throws {
        try call("DELETE", ExchangePath.inbox(organisation, digest))
    }

    // MARK: - Calls that anybody may make

    /// What a daemon says of itself.
    func document() throws -> ServiceDocument {
        let (stranger, daemon) = (stranger, daemon)
        return try own(otherKey: "hint.invitation-key") {
            try await stranger.document(ServiceDocument.self, at: daemon, ExchangePath.service)
                .get()
        }
    }

    /// A call without a signature.
    func ask(
        _ endpoint: Endpoint, _ path: String, knowing digest: Digest?, maximum: Int
    ) throws -> IncomingAnswer {
        let stranger = stranger
        let fields = digest.map { [(name: "if-none-match", value: "\"\($0)\"")] } ?? []
        return try apart {
            try await stranger.call(
                endpoint, "GET", path, fields: fields, into: .memory(maximum: maximum)
            ).get()
        }
    }

    /// A call with an invitation instead of a signature.
    func pair(_ invitation: Invitation, _ identity: Identity) throws {
        let (stranger, daemon, bytes) = (stranger, daemon, identity.encoded())
        _ = try own(otherKey: "hint.invitation-key") {
            try await stranger.call(
                daemon, "POST", ExchangePath.pair, body: .bytes(bytes),
                mediaType: Self.identityType,
                fields: [("authorization", invitation.authorization)]
            ).get()
        }
    }

    /// True when the daemon hosts us under exactly this identity: to a stranger it gives no
    /// other's.
    func hosts(_ identity: Identity) -> Bool {
        let answer = try? ask(
            daemon, ExchangePath.identity(organisation), knowing: nil,
            maximum: Limits.identityBytes)
        return answer?.body == identity.encoded()
    }

    private static let identityType = "application/vnd.carepass.identity+cbor"
}

extension ExchangeError {
    /// True when a daemon refused with this code.
    func says(_ kind: Problem.Kind) -> Bool { code == .refused && cause == kind.code }

    /// True when a daemon refused what it was asked for, so that it changed nothing; a fault of
    /// its own says neither.
    var isRefusal: Bool {
        code == .refused
            && Problem.Kind.all.contains { $0.code == cause && (400..<500).contains($0.status) }
    }

    /// True when nobody answered, or somebody else.
    var isSilence: Bool { code == .unreachable && kind == .noInput || code == .wrongPeer }
}
