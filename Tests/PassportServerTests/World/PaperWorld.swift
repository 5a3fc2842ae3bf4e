import Foundation
import PassportClient
import PassportCoding
import PassportCrypto
import PassportExchange
import PassportStore
import PassportTrust
import Synchronization
import Testing

/// Daemons by address, and the lines between them.
final class PaperNet: Sendable {
    let lines = PaperLines()
    private let daemons = Mutex<[PaperDaemon]>([])

    var all: [PaperDaemon] { daemons.withLock { $0 } }
    func add(_ daemon: PaperDaemon) { daemons.withLock { $0.append(daemon) } }
    func daemon(named name: String) -> PaperDaemon? { all.first { $0.name == name } }
    func daemon(at endpoint: Endpoint) -> PaperDaemon? { all.first { $0.endpoint == endpoint } }
}

/// The net as its daemons hold it, so that a world goes when its test ends.
struct WeakNet: Sendable {
    weak let net: PaperNet?
}

/// Daemons and organisations without sockets and without real time.
final class PaperWorld: Sendable {
    let folder = NSTemporaryDirectory() + "/carepass-paper-\(UUID().uuidString)"
    let clock = PaperClock(start)
    let net = PaperNet()
    let rules: DeliveryRules
    var lines: PaperLines { net.lines }
    var now: Timestamp { clock.now }

    init(rules: DeliveryRules = DeliveryRules()) throws {
        self.rules = rules
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    func advance(_ seconds: Int64) { clock.advance(seconds) }

    /// A new daemon.
    ///
    /// - Parameter isReachable: when false it has no address, and collects.
    func daemon(_ name: String, isReachable: Bool = true) async throws -> PaperDaemon {
        let daemon = try await PaperDaemon(
            name, in: "\(folder)/\(name)", isReachable: isReachable, clock: clock,
            net: WeakNet(net: net), rules: rules)
        net.add(daemon)
        return daemon
    }

    /// A new organisation with its mailbox on a daemon.
    func agent(_ number: UInt8, on daemon: PaperDaemon) async throws -> PaperAgent {
        let keys = try daemon.mailroom().keys
        let house = try TestHouse(
            number, daemonKey: keys.exchange.verifyingKey,
            services: daemon.isReachable ? [try daemon.service()] : [])
        try await daemon.mailroom().host(house.identity, now: now)
        return PaperAgent(world: self, house: house, home: daemon)
    }

    /// Each follows the other.
    func befriend(_ one: PaperAgent, _ other: PaperAgent) async throws {
        try await one.follow(other)
        try await other.follow(one)
    }

    /// Every daemon's rounds while time goes by.
    func run(for seconds: Int64, step: Int64 = 60) async throws {
        var passed: Int64 = 0
        while true {
            for daemon in net.all { try await daemon.round() }
            guard passed < seconds else { return }
            advance(step)
            passed += step
        }
    }

    /// Lets what was kept underway arrive now, latest first.
    @discardableResult
    func deliverLate() async throws -> [IncomingAnswer] {
        var answers: [IncomingAnswer] = []
        for (name, request) in lines.takeLate() {
            let daemon = try #require(net.daemon(named: name))
            answers.append(try await daemon.answer(request))
        }
        return answers
    }
}

extension PaperDaemon {
    /// The daemon as manifests name it.
    func service() throws -> Service {
        Service(
            address: endpoint.address.description, tlsKeyHash: endpoint.pin,
            logKey: try mailroom().keys.log.verifyingKey)
    }
}

/// An organisation's own computer, which talks to its daemon.
struct PaperAgent: Sendable {
    let world: PaperWorld
    var house: TestHouse
    let home: PaperDaemon
    /// As the lines call it.
    var name: String { "agent-\(house.number)" }
    var id: OrganisationID { house.id }

    /// Calls in the name of the house; signatures are dated by its own daemon's clock.
    var caller: ExchangeCaller {
        let home = home
        return ExchangeCaller(
            transport: PaperTransport(from: name, net: WeakNet(net: world.net)),
            signer: HouseSigner(house: house, randomness: .system), clock: { home.now })
    }

    func follow(_ peer: PaperAgent) async throws {
        try await home.mailroom().follow(peer.house.identity, by: id, now: world.now)
    }

    /// Hands a parcel over to the daemon.
    @discardableResult
    func send(_ bytes: [UInt8], to peer: PaperAgent) async throws -> ConsignmentEntry {
        let answer = try await upload(bytes, to: peer).get()
        return try WireJSON.decode(ConsignmentEntry.self, from: answer.body)
    }

    func upload(
        _ bytes: [UInt8], to peer: PaperAgent, attempts: Int = 4
    ) async throws(ExchangeError) -> ExchangeReply<IncomingAnswer> {
        let digest = Digest.sha256(of: bytes)
        return try await caller.uploadParcel(
            to: home.endpoint, ExchangePath.outbox(id, peer.id, digest), .bytes(bytes),
            kind: .envelope, digest: digest, maximumAttempts: attempts)
    }

    /// How one parcel stands.
    func sent(_ bytes: [UInt8]) async throws -> ConsignmentEntry {
        let digest = "\(Digest.sha256(of: bytes))"
        return try #require(try await outbox().first { $0.parcel == digest })
    }

    func outbox() async throws -> [ConsignmentEntry] {
        var (all, after): ([ConsignmentEntry], Int64?) = ([], 0)
        while let start = after {
            let page = try await caller.document(
                ConsignmentPage.self, at: home.endpoint,
                ExchangePath.outbox(id) + (start == 0 ? "" : "?after=\(start)")
            ).get()
            all += page.parcels
            after = page.next
        }
        return all
    }

    func inbox() async throws -> [ParcelEntry] {
        var (all, after): ([ParcelEntry], Int64?) = ([], 0)
        while let start = after {
            let page = try await caller.document(
                ParcelPage.self, at: home.endpoint,
                ExchangePath.inbox(id) + (start == 0 ? "" : "?after=\(start)")
            ).get()
            all += page.parcels
            after = page.next
        }
        return all
    }

    func fetch(_ parcel: String) async throws -> [UInt8] {
        try await caller.call(
            home.endpoint, "GET", ExchangePath.inbox(id) + "/\(parcel)",
            into: .memory(maximum: Limits.envelopeBytes)
        ).get().body
    }
}

/// Bytes that begin as a net envelope does; each number gives others.
func envelope(_ number: Int, count: Int = 300) -> [UInt8] {
    let tail = Array("\(number) ".utf8)
    return [0xA4, 0x01, 0x01, 0x02, 0x01] + tail
        + (0..<max(count - 5 - tail.count, 0)).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ number) }
}
