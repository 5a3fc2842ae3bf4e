public import PassportCoding
public import PassportCrypto
public import PassportExchange
public import PassportStore
internal import PassportTrust

/// What every route and every service of the daemon works with.
public final class Daemon: Sendable {
    /// The database, the parcels and the keys.
    public let mailroom: Mailroom
    /// What the configuration says.
    public let settings: Settings
    /// Where agents and peers reach this daemon, and its TLS key.
    public let endpoint: Endpoint
    /// Carries requests to other daemons.
    let transport: any Transport
    /// The clock.
    let now: @Sendable () -> Timestamp
    let randomness: Randomness
    let deadlines: Deadlines
    let metrics = DaemonMetrics()
    let unwritten = UnwrittenNonces()
    /// Bodies of those who are not known yet, and all bodies that are read whole.
    let strangers = StrangerGate()
    let bodies = BodyBudget()
    /// Rung when something waits to be sent.
    let bell = Bell()

    /// Puts a daemon together; nothing runs yet.
    ///
    /// - Parameters:
    ///   - endpoint: what requests must be signed for.
    ///   - deadlines: for those it talks with.
    public init(
        mailroom: Mailroom, settings: Settings, endpoint: Endpoint, transport: any Transport,
        deadlines: Deadlines = Deadlines(), randomness: Randomness = .system,
        now: @escaping @Sendable () -> Timestamp
    ) {
        self.mailroom = mailroom
        self.settings = settings
        self.endpoint = endpoint
        self.transport = transport
        self.deadlines = deadlines
        self.randomness = randomness
        self.now = now
    }

    /// True when a manifest lists our exchange key, in force: the mailbox is here. Whoever moved
    /// to another daemon reads nothing here any more, and is not to be told that it arrived.
    func isNamed(by identity: Identity) -> Bool {
        let listed = try? identity.signingKey(
            mailroom.keys.exchange.verifyingKey.keyHash, for: .exchange)
        return listed?.role.authority(at: now()) == .authorised
    }

    /// What the daemon says of itself to everybody.
    var document: ServiceDocument {
        ServiceDocument(
            version: 1,
            exchangeKey: Base64URL.encode(mailroom.keys.exchange.verifyingKey.rawRepresentation),
            logKey: Base64URL.encode(mailroom.keys.log.verifyingKey.rawRepresentation),
            logOrigin: mailroom.keys.logOrigin, address: settings.address?.description,
            parcelBytes: Limits.envelopeBytes)
    }
}
