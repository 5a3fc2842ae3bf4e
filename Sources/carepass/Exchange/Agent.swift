import Foundation
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
struct Agent: Sendable {
    /// The daemon that has the mailbox.
    let daemon: Endpoint
    let organisation: OrganisationID
    private let caller: ExchangeCaller
    private let stranger: ExchangeCaller

    /// Attempts to go on with one parcel after a cut, and seconds before the second of them.
    static let attempts = 6
    private static let pause: UInt64 = 2

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
        let transport = try PinnedTransport()
        // The moment of the signature is the system's own, never the log's floor: what counts is
        // how the two clocks stand to each other now.
        let clock = home.requestClock
        let pause: @Sendable (Int) async -> Void = { attempt in
            try? await Task.sleep(for: .seconds(Self.pause * UInt64(min(attempt, 8))))
        }
        caller = ExchangeCaller(
            transport: transport,
            signer: AgentSigner(home.organisation, try home.keys.signingKey(.exchange)),
            clock: clock, pause: pause)
        stranger = ExchangeCaller(
            transport: transport, signer: nil, clock: clock, pause: pause)
    }

    // MARK: - Calls to our own daemon

    /// A signed call, of which only success goes on.
    @discardableResult
    func call(
        _ method: String, _ path: String, body: [UInt8] = [], mediaType: String? = nil,
        fields: [(name: String, value: String)] = [], maximum: Int = Limits.wireJSONBytes
    ) throws -> IncomingAnswer {
        let (caller, daemon) = (caller, daemon)
        return try Blocking.run {
            try await caller.call(
                daemon, method, path, body: .bytes(body), mediaType: mediaType, fields: fields,
                into: .memory(maximum: maximum)
            ).get()
        }
    }

    /// Every entry of a list that comes in pages.
    func entries<Page: Decodable & Sendable, Entry: Sendable>(
        _ path: String, _ parts: @escaping @Sendable (Page) -> (entries: [Entry], next: Int64?)
    ) throws -> [Entry] {
        let (caller, daemon) = (caller, daemon)
        return try Blocking.run {
            var all: [Entry] = []
            var after: Int64 = 0
            while true {
                let page = try await caller.document(
                    Page.self, at: daemon, after == 0 ? path : "\(path)?after=\(after)"
                ).get()
                let (entries, next) = parts(page)
                all += entries
                // A daemon that leads in circles is left.
                guard let next, next > after else { return all }
                after = next
            }
        }
    }

    /// What lies in our mailbox, oldest first.
    func inbox() throws -> [ParcelEntry] {
        try entries(ExchangePath.inbox(organisation)) { (page: ParcelPage) in
            (page.parcels, page.next)
        }
    }

    /// What is on its way from us, oldest first.
    func outbox() throws -> [ConsignmentEntry] {
        try entries(ExchangePath.outbox(organisation)) { (page: ConsignmentPage) in
            (page.parcels, page.next)
        }
    }

    /// Hands a parcel over, going on after cuts.
    func handOver(
        _ bytes: [UInt8], _ digest: Digest, kind: ParcelKind, to recipient: OrganisationID
    ) throws -> ConsignmentEntry {
        let (caller, daemon) = (caller, daemon)
        let path = ExchangePath.outbox(organisation, recipient, digest)
        let answer = try Blocking.run {
            try await caller.uploadParcel(
                to: daemon, path, .bytes(bytes), kind: kind, digest: digest,
                maximumAttempts: Self.attempts
            ).get()
        }
        return try WireJSON.decode(ConsignmentEntry.self, from: answer.body)
    }

    /// Fetches a parcel into a file, going on after cuts, also of an earlier command.
    func fetch(_ digest: Digest, length: Int, to file: String) throws {
        let (caller, daemon) = (caller, daemon)
        let path = ExchangePath.inbox(organisation, digest)
        _ = try Blocking.run {
            try await caller.downloadParcel(
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
        return try Blocking.run {
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
        return try Blocking.run {
            try await stranger.call(
                endpoint, "GET", path, fields: fields, into: .memory(maximum: maximum)
            ).get()
        }
    }

    /// A call with an invitation instead of a signature.
    func pair(_ invitation: Invitation, _ identity: [UInt8]) throws {
        let (stranger, daemon) = (stranger, daemon)
        _ = try Blocking.run {
            try await stranger.call(
                daemon, "POST", ExchangePath.pair, body: .bytes(identity),
                mediaType: "application/vnd.carepass.identity+cbor",
                fields: [("authorization", invitation.authorization)]
            ).get()
        }
    }
}

extension Home {
    /// What requests are dated by: the system's clock, or the test's.
    var requestClock: @Sendable () -> Timestamp {
        let chosen = clockOverride
        return { chosen ?? Timestamp(clamping: Int64(Date().timeIntervalSince1970)) }
    }
}
