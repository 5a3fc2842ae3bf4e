import Foundation
import GRDB
import PassportAudit
import PassportClient
import PassportCoding
import PassportCrypto
import PassportExchange
import PassportStore
import PassportTestSupport
import PassportTrust
import Synchronization
import Testing

/// Three daemons that are killed again and again, and what they acknowledged meanwhile: Izmir's
/// sends, Berlin's is reached over TCP, Athens' collects.
final class KillDriver: Sendable {
    /// Where in the way of a parcel a kill falls.
    enum Phase: String, CaseIterable, Sendable {
        case deposit
        case forward
        case fetch
        case receipt
        case startUp = "start-up and migration"
    }

    /// What was acknowledged, and what was only tried.
    private struct Memory {
        var points: [Phase: Int] = [:]
        /// Requests that a kill left without an answer.
        var cuts = 0
        var tried: [Digest: Parcel] = [:]
        /// Receipts for what was deposited with Berlin directly.
        var receipts: [Digest: [UInt8]] = [:]
        var triedHandOvers: [Recipient: [Digest: Parcel]] = [:]
        var handedOver: [Recipient: Set<Digest>] = [:]
        var removed: Set<Digest> = []
        var triedRemovals: Set<Digest> = []
        var random = SeededRandom(seed: 302)
    }

    enum Recipient: Sendable { case berlin, athens }

    let izmirDaemon: DaemonProcess
    let berlinDaemon: DaemonProcess
    let athensDaemon: DaemonProcess
    private let izmir: Correspondent
    private let berlin: Correspondent
    private let athens: Correspondent
    private let folder: TemporaryFolder
    private let memory = Mutex(Memory())

    init() async throws {
        folder = try TemporaryFolder()
        izmirDaemon = try DaemonProcess(in: folder.file("i"))
        berlinDaemon = try DaemonProcess(in: folder.file("b"))
        athensDaemon = try DaemonProcess(in: folder.file("a"), at: .socket)
        for daemon in [izmirDaemon, berlinDaemon, athensDaemon] { try await daemon.startUp() }
        izmir = try await Correspondent.paired("Izmir", with: izmirDaemon)
        berlin = try await Correspondent.paired("Berlin", with: berlinDaemon)
        athens = try await Correspondent.paired("Athens", with: athensDaemon)
        try await izmir.follow(berlin)
        try await izmir.follow(athens)
        try await berlin.follow(izmir)
        try await athens.follow(izmir)
    }

    private var daemons: [DaemonProcess] { [izmirDaemon, berlinDaemon, athensDaemon] }

    var points: [Phase: Int] { memory.withLock { $0.points } }
    var cuts: Int { memory.withLock { $0.cuts } }

    private func noteCut() { memory.withLock { $0.cuts += 1 } }

    private func number(in range: ClosedRange<Int>) -> Int {
        memory.withLock { $0.random.number(in: range) }
    }

    // MARK: - Rounds

    /// Runs one round of a phase, which kills at least once.
    func round(_ phase: Phase) async throws {
        switch phase {
        case .deposit: try await depositRound()
        case .forward: try await forwardRound()
        case .fetch: try await fetchRound()
        case .receipt: try await receiptRound()
        case .startUp: try await startUpRound()
        }
    }

    /// Kills a daemon while something goes on; the moment is the one thing that only time can
    /// choose.
    private func kill(_ daemon: DaemonProcess, _ phase: Phase, within microseconds: Int)
        async throws
    {
        try await Task.sleep(for: .microseconds(number(in: 0...microseconds)))
        try await daemon.kill()
        memory.withLock { $0.points[phase, default: 0] += 1 }
    }

    private func parcels(_ count: Int) -> [Parcel] {
        // Most lie in the database; one of six is long enough for a file of its own.
        (0..<count).map { _ in Parcel(count: number(in: 0...5) == 0 ? 150_000 : 700) }
    }

    private func depositRound() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for parcel in parcels(4) { group.addTask { await self.deposit(parcel) } }
            try await kill(berlinDaemon, .deposit, within: 60_000)
            try await group.waitForAll()
        }
        try await berlinDaemon.startUp()
    }

    private func deposit(_ parcel: Parcel) async {
        memory.withLock { $0.tried[parcel.digest] = parcel }
        guard case .success(let answer) = try? await izmir.deposit(parcel, with: berlin),
            [200, 201].contains(answer.status)
        else { return noteCut() }
        memory.withLock { memory in
            let earlier = memory.receipts.updateValue(answer.body, forKey: parcel.digest)
            #expect(earlier == nil || earlier == answer.body, "two receipts for one parcel")
        }
    }

    private func handOver(_ parcel: Parcel, to recipient: Recipient) async {
        memory.withLock { $0.triedHandOvers[recipient, default: [:]][parcel.digest] = parcel }
        let other = recipient == .berlin ? berlin : athens
        guard case .success(let answer) = try? await izmir.handOver(parcel, to: other),
            [200, 201].contains(answer.status)
        else { return noteCut() }
        memory.withLock { _ = $0.handedOver[recipient, default: []].insert(parcel.digest) }
    }

    /// Hands over, and kills whoever sends or whoever takes while it is forwarded.
    private func forwardRound() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for parcel in parcels(3) {
                group.addTask { await self.handOver(parcel, to: .berlin) }
            }
            let first = number(in: 0...1) == 0 ? izmirDaemon : berlinDaemon
            try await kill(first, .forward, within: 120_000)
            try await group.waitForAll()
        }
        if izmirDaemon.hasEnded {
            // Started again, it goes on at once, which is another moment to be killed in.
            try wind()
            try await izmirDaemon.startUp()
            try await kill(berlinDaemon, .forward, within: 60_000)
        } else {
            try await kill(izmirDaemon, .forward, within: 10_000)
            try wind()
            try await izmirDaemon.startUp()
        }
        try await berlinDaemon.startUp()
    }

    /// What waits is due now, as after some time.
    private func wind() throws {
        let database = try DatabaseQueue(path: "\(izmirDaemon.data)/mailroom.sqlite")
        try database.write {
            try $0.execute(sql: "UPDATE outbox SET nextAttempt = 0 WHERE nextAttempt > 0")
        }
        try database.close()
    }

    private func fetchRound() async throws {
        let entries = (try? await berlin.inbox()) ?? []
        if entries.count < 4 { for parcel in parcels(4) { await deposit(parcel) } }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for entry in entries.prefix(4) {
                group.addTask { await self.fetchAndRemove(entry) }
            }
            try await kill(berlinDaemon, .fetch, within: 60_000)
            try await group.waitForAll()
        }
        try await berlinDaemon.startUp()
    }

    private func fetchAndRemove(_ entry: ParcelEntry) async {
        guard let bytes = try? Hexadecimal.decode(entry.parcel), let digest = Digest(bytes: bytes)
        else {
            Issue.record("an entry without a digest")
            return
        }
        guard let content = try? await berlin.fetch(digest) else { return noteCut() }
        #expect(Digest.sha256(of: content) == digest)
        memory.withLock { _ = $0.triedRemovals.insert(digest) }
        if (try? await berlin.remove(digest)) == true {
            memory.withLock { _ = $0.removed.insert(digest) }
        } else {
            noteCut()
        }
    }

    /// Kills whoever collects, or whoever is collected from, while parcels and receipts go.
    private func receiptRound() async throws {
        try await athensDaemon.kill()
        memory.withLock { $0.points[.receipt, default: 0] += 1 }
        for parcel in parcels(2) { await handOver(parcel, to: .athens) }
        // It collects as soon as it is there.
        try await athensDaemon.startUp()
        let victim = number(in: 0...2) == 0 ? izmirDaemon : athensDaemon
        try await kill(victim, .receipt, within: 150_000)
        try await victim.startUp()
    }

    /// A first start, killed again and again until one is left alone; then starts on what is there
    /// already, after which everything is still there.
    private func startUpRound() async throws {
        let name = folder.file("s\(number(in: 0...1_000_000_000))")
        let fresh = try DaemonProcess(in: name)
        for _ in 0..<4 {
            try fresh.start()
            try await kill(fresh, .startUp, within: 250_000)
        }
        try await fresh.startUp()
        let somebody = try await Correspondent.paired("Somebody", with: fresh)
        try await somebody.follow(somebody)
        let kept = parcels(2)
        for parcel in kept {
            #expect(try await somebody.deposit(parcel, with: somebody).get().status == 201)
        }
        for _ in 0..<3 {
            try await fresh.kill()
            try fresh.start()
            try await kill(fresh, .startUp, within: 200_000)
        }
        try await fresh.startUp()
        #expect(try await somebody.inbox().map(\.parcel) == kept.map { "\($0.digest)" })
        for parcel in kept {
            #expect(try await somebody.fetch(parcel.digest) == parcel.bytes)
        }
        try await fresh.stop()
        try await Self.verify(fresh)
        try FileManager.default.removeItem(atPath: name)
    }

    // MARK: - The reckoning

    /// Sends again what was not acknowledged, waits until all is where it belongs, and counts.
    func reckon() async throws {
        let (tried, handOvers) = memory.withLock { ($0.tried, $0.triedHandOvers) }
        for parcel in tried.values { await deposit(parcel) }
        for (recipient, parcels) in handOvers {
            for parcel in parcels.values { await handOver(parcel, to: recipient) }
        }
        try await izmirDaemon.kill()
        try wind()
        try await izmirDaemon.startUp()
        try await Poll.until("everything delivered", every: .milliseconds(200)) {
            try await izmir.outbox().allSatisfy { $0.state == .delivered }
        }
        try await checkOnce()
        try await checkReceipts()
        for daemon in daemons {
            let doctor = try daemon.command(["doctor"])
            #expect(doctor.text.contains("parcels are whole."), "\(doctor.text)")
            try await daemon.stop()
            try await Self.verify(daemon)
            try checkFiles(daemon)
        }
    }

    /// Each parcel is in the mailbox it was for exactly once, unless its owner removed it.
    private func checkOnce() async throws {
        let memory = memory.withLock { $0 }
        let inBerlin = try await berlin.inbox().map(\.parcel)
        #expect(Set(inBerlin).count == inBerlin.count, "something lies there twice")
        let inAthens = try await athens.inbox().map(\.parcel)
        #expect(Set(inAthens).count == inAthens.count, "something lies there twice")
        let wanted = Set(memory.receipts.keys).union(memory.handedOver[.berlin] ?? [])
        #expect(wanted.count == memory.tried.count + (memory.triedHandOvers[.berlin]?.count ?? 0))
        let lost = wanted.filter {
            !inBerlin.contains("\($0)") && !memory.triedRemovals.contains($0)
        }
        #expect(lost.isEmpty, "\(lost.count) parcels are lost")
        let back = memory.removed.filter { inBerlin.contains("\($0)") }
        #expect(back.isEmpty, "\(back.count) parcels came back")
        #expect(Set(inAthens) == Set((memory.handedOver[.athens] ?? []).map { "\($0)" }))
    }

    /// Whatever is sent again is answered with the receipt that was given first, also when the
    /// parcel is long gone; and what the outbox holds is that one too.
    private func checkReceipts() async throws {
        let memory = memory.withLock { $0 }
        for (digest, receipt) in memory.receipts {
            guard let parcel = memory.tried[digest] else { continue }
            let again = try await izmir.deposit(parcel, with: berlin).get()
            #expect(again.status == 200 && again.body == receipt)
        }
        for entry in try await izmir.outbox() {
            let recipient = entry.recipient == berlin.organisation.text ? berlin : athens
            let bytes = try Base64.decode(entry.receipt ?? "")
            let receipt = try UnverifiedReceipt(decoding: bytes)
                .verify(by: recipient.identity, sender: izmir.organisation)
            #expect("\(receipt.terms.parcel)" == entry.parcel)
            guard recipient === berlin,
                let parcel = memory.triedHandOvers[.berlin]?[receipt.terms.parcel]
            else { continue }
            let again = try await izmir.deposit(parcel, with: berlin).get()
            #expect(again.status == 200 && again.body == bytes)
        }
    }

    private static func verify(_ daemon: DaemonProcess) async throws {
        let report = try await Mailroom.verify(daemon.data)
        #expect(report.isSound && report.isCountedRight, "\(report)")
    }

    /// Every file of a parcel has its row, and nothing is left of what was under way.
    private func checkFiles(_ daemon: DaemonProcess) throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: "\(daemon.data)/parcels")
        let database = try DatabaseQueue(path: "\(daemon.data)/mailroom.sqlite")
        let known = try database.read {
            try String.fetchSet($0, sql: "SELECT file FROM parcel WHERE file IS NOT NULL")
        }
        #expect(Set(files) == known)
        for sub in ["partial", "collecting"] {
            let left = try? FileManager.default.contentsOfDirectory(
                atPath: "\(daemon.data)/\(sub)")
            #expect((left ?? []).isEmpty, "\(sub): \(left?.count ?? 0) files")
        }
    }
}
