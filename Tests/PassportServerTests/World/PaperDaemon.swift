import Foundation
import NIOCore
import PassportAudit
import PassportCoding
import PassportCrypto
import PassportExchange
import PassportStore
import PassportTrust
import Synchronization
import Testing

@testable import PassportServer

/// Bytes from several tasks.
final class Gathered: Sendable {
    private let parts = Mutex<[UInt8]>([])
    var bytes: [UInt8] { parts.withLock { $0 } }
    func add(_ buffer: ByteBuffer) { parts.withLock { $0 += buffer.readableBytesView } }
}

/// A clock that stands until it is set.
final class PaperClock: Sendable {
    private let moment: Mutex<Timestamp>
    init(_ moment: Timestamp) { self.moment = Mutex(moment) }
    var now: Timestamp { moment.withLock { $0 } }
    func advance(_ seconds: Int64) {
        moment.withLock { $0 = $0.adding(seconds: seconds) }
    }
}

/// A daemon in a folder, with its own error on the world's clock; it can be stopped and opened
/// again.
final class PaperDaemon: Sendable {
    private struct Running {
        let daemon: Daemon
        let office: PostOffice
        let collector: Collector
        let dispatcher: Dispatcher
    }

    let name: String
    let folder: String
    let endpoint: Endpoint
    /// False when nobody can call it.
    let isReachable: Bool
    private let clock: PaperClock
    private let drift = Mutex<Int64>(0)
    private let net: WeakNet
    private let rules: DeliveryRules
    private let isDiskBroken = Mutex(false)
    private let bounds = Mutex(MailroomBounds())
    private let deadlines = Mutex(Deadlines())
    private let openings = Mutex<UInt8>(0)
    private let running = Mutex<Running?>(nil)

    init(
        _ name: String, in folder: String, isReachable: Bool, clock: PaperClock, net: WeakNet,
        rules: DeliveryRules
    ) async throws {
        self.name = name
        self.folder = folder
        self.isReachable = isReachable
        self.clock = clock
        self.net = net
        self.rules = rules
        endpoint = Endpoint(
            address: try ServiceAddress("https://\(name).example"),
            pin: Digest.sha256(of: Array(name.utf8)))
        try Mailroom.create(at: folder, randomness: randomness())
        try await open()
    }

    /// Repeatable, and another stream at each opening: nonces must not come again.
    private func randomness() -> Randomness {
        let opening = openings.withLock { number in
            number &+= 1
            return number
        }
        return .repeatable(seed: Digest.sha256(of: Array(name.utf8) + [opening]))
    }

    private func open() async throws {
        var tries = 0
        while true {
            do {
                let disk = Disk { [weak self] file in
                    self?.isDiskBroken.withLock { $0 } == true ? EIO : fsync(file)
                }
                let mailroom = try await Mailroom.open(
                    at: folder, as: .daemon, randomness: randomness(), disk: disk,
                    bounds: bounds.withLock { $0 }
                ) {}
                start(mailroom)
                return
            } catch let error as StoreError where error.code == .busy && tries < 10_000 {
                // Whatever still holds the one before lets go of it in a moment.
                tries += 1
                await Task.yield()
            }
        }
    }

    private func start(_ mailroom: Mailroom) {
        var settings = Settings(
            data: folder, listen: .machine(host: "127.0.0.1", port: 0),
            address: isReachable ? endpoint.address : nil)
        settings.collectSeconds = 1
        let daemon = Daemon(
            mailroom: mailroom, settings: settings, endpoint: endpoint,
            transport: PaperTransport(from: name, net: net),
            deadlines: deadlines.withLock { $0 }, randomness: randomness(),
            now: { [weak self] in self?.now ?? .latest })
        let state = Running(
            daemon: daemon, office: PostOffice(daemon, rules: rules, logger: silent),
            collector: Collector(daemon, logger: silent),
            dispatcher: Dispatcher(daemon: daemon, logger: silent))
        running.withLock { $0 = state }
    }

    private func state() throws -> Running {
        try #require(running.withLock { $0 }, "the daemon is stopped")
    }

    func daemon() throws -> Daemon { try state().daemon }
    func mailroom() throws -> Mailroom { try state().daemon.mailroom }

    /// What this daemon's clock says.
    var now: Timestamp { clock.now.adding(seconds: drift.withLock { $0 }) }

    /// Sets the clock's error, in seconds.
    func setDrift(_ seconds: Int64) { drift.withLock { $0 = seconds } }

    /// From now on the disk keeps nothing, or is a new one with what the old one had kept.
    func setDiskBroken(_ isBroken: Bool) { isDiskBroken.withLock { $0 = isBroken } }

    /// What may lie there for one organisation, once the folder is opened again.
    func setBounds(_ new: MailroomBounds) { bounds.withLock { $0 = new } }

    /// How long it lets others keep it waiting, once the folder is opened again.
    func setDeadlines(_ change: @Sendable (inout Deadlines) -> Void) {
        deadlines.withLock { change(&$0) }
    }

    /// Closes the folder and opens it again.
    func restart() async throws {
        try running.withLock { state in
            try state?.daemon.mailroom.close()
            state = nil
        }
        try await open()
    }

    /// One round of sending, and of collecting when nobody can call.
    ///
    /// - Returns: of how many parcels it was written down what became of them.
    @discardableResult
    func round() async throws -> Int {
        let count = try await state().office.round()
        if !isReachable { try await state().collector.round() }
        return count
    }

    /// Sends and collects until it is cancelled, as a daemon that runs.
    func run() async throws {
        let state = try state()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await state.office.run() }
            if !isReachable { group.addTask { await state.collector.run() } }
        }
    }

    /// Runs until something is so.
    func run(until isSo: @escaping () async throws -> Bool) async throws {
        let task = Task { try await run() }
        var isOver = false
        for _ in 0..<20_000 where !isOver {
            isOver = try await isSo()
            await Task.yield()
        }
        #expect(isOver)
        task.cancel()
        try await task.value
    }

    /// What the daemon says to one request.
    ///
    /// - Parameter end: what becomes of the line after the body's bytes.
    func answer(
        _ request: OutgoingRequest, bodyEndsAfter: Int? = nil, then end: BodyEnd = .cut
    ) async throws(ExchangeError) -> IncomingAnswer {
        do {
            return try await state().dispatcher.paperAnswer(
                request.received(bodyEndsAfter: bodyEndsAfter, then: end))
        } catch {
            throw PaperTransport.unreachable
        }
    }

    /// The log stands as it was signed, and everything else in the folder is sound.
    func confirmSound(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let report = try await Mailroom.verify(folder)
        #expect(
            report.isSound && report.isCountedRight, "\(name): \(report)",
            sourceLocation: sourceLocation)
        let room = try mailroom()
        guard let note = try await room.checkpointNote() else { return }
        let checkpoint = try Checkpoint.verify(
            note: note, origin: room.keys.logOrigin, keys: [room.keys.log.verifyingKey])
        var frontier = MerkleFrontier()
        for (_, entry) in try await room.entries(from: 0, count: 100_000) {
            _ = frontier.append(entry.leafHash)
        }
        #expect(
            frontier.size == checkpoint.size && frontier.root == checkpoint.root,
            sourceLocation: sourceLocation)
    }
}
