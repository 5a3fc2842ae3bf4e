import Foundation
import Glibc
import PassportClient
import PassportCoding
import PassportExchange
import PassportStore
import Testing

/// `carepassd doctor` says what is wrong, and what helps against it.
@Suite(.serialized) struct DoctorTests {
    private static func expect(
        _ daemon: DaemonProcess, _ status: Int32, _ says: [String],
        at location: SourceLocation = #_sourceLocation
    ) throws {
        let answer = try daemon.command(["doctor"])
        #expect(answer.status == status, "\(answer.text)", sourceLocation: location)
        for text in says {
            #expect(answer.text.contains(text), "\(answer.text)", sourceLocation: location)
        }
    }

    @Test("A fresh daemon is well, and the next step is said")
    func aFreshDaemonIsWell() async throws {
        try await Apart.run {
            let folder = try TemporaryFolder()
            let daemon = try DaemonProcess(in: folder.file("d"))
            try Self.expect(daemon, 77, ["Has the daemon ever run?"])
            try await daemon.startUp()
            try Self.expect(
                daemon, 0,
                ["No organisation is paired yet; next: carepassd invite", "Nothing is wrong."])
            _ = try await Correspondent.paired("House", with: daemon)
            try Self.expect(daemon, 0, ["1 organisation has a mailbox here."])
            try await daemon.stop()
            try Self.expect(daemon, 77, ["The daemon does not answer", "1 thing needs somebody."])
        }
    }

    @Test("Why parcels wait is said in plain words, and logged without a name")
    func waitingIsExplained() async throws {
        try await Apart.run {
            let folder = try TemporaryFolder()
            let north = try DaemonProcess(in: folder.file("n"))
            let south = try DaemonProcess(in: folder.file("s"))
            for daemon in [north, south] { try await daemon.startUp() }
            let izmir = try await Correspondent.paired("Izmir", with: north)
            let athens = try await Correspondent.paired("Athens", with: south)
            try await izmir.follow(athens)
            for _ in 0..<2 {
                #expect(try await izmir.handOver(Parcel(), to: athens).get().status == 201)
            }
            let unknown = "2: the other daemon does not know this organisation yet (unknown-key)"
            try await Poll.until("both were tried") {
                try north.command(["doctor"]).text.contains(unknown)
            }
            try Self.expect(north, 0, ["note  2 parcels wait", "Nothing is wrong."])
            #expect(
                north.log.contains("\"event\":\"not delivered\"")
                    && north.log.contains("\"code\":\"unknown-key\""))
            try await Self.record(izmir, north)
            try Self.expect(
                north, 77,
                [
                    "1: the clocks differ (skewed)", "1: no connection (exchange.unreachable)",
                    "BAD   By what a peer's daemon says, the clock of this machine is wrong.",
                ])
            try await Self.giveUp(izmir, north)
            try Self.expect(
                north, 0, ["note  2 parcels were given up", "Nothing is wrong."])
            for daemon in [north, south] { try await daemon.stop() }
        }
    }

    private static func room(_ daemon: DaemonProcess) async throws -> Mailroom {
        try await Mailroom.open(at: daemon.data, as: .tool) {}
    }

    /// Two other outcomes of the last attempt, with the next one not due yet.
    private static func record(_ sender: Correspondent, _ daemon: DaemonProcess) async throws {
        let room = try await room(daemon)
        let next = Timestamp.current.adding(seconds: 1_800)
        let sent = try await room.outbox(of: sender.organisation).records
        for (consignment, problem) in zip(sent, ["skewed", "exchange.unreachable"]) {
            try await room.recordFailure(
                consignment.id, problem: problem, attempts: 9, nextAttempt: next)
        }
        try room.close()
    }

    private static func giveUp(_ sender: Correspondent, _ daemon: DaemonProcess) async throws {
        let room = try await room(daemon)
        for consignment in try await room.outbox(of: sender.organisation).records {
            try await room.recordDead(consignment.id, reason: .refused, now: .current)
        }
        try room.close()
    }

    @Test("A peer that is silent for a day is a fault; one that refuses, or is left, is none")
    func aSilentDayIsAFault() async throws {
        try await Apart.run {
            let folder = try TemporaryFolder()
            let daemon = try DaemonProcess(
                in: folder.file("d"), at: .socket, settings: ["collect-seconds = 86400"])
            try await daemon.startUp()
            let house = try await Correspondent.paired("House", with: daemon)
            // The one round of that day is over when the daemon is ready, or has nobody to visit.
            let peer = try Correspondent("Peer", at: house.endpoint, keys: [], logKey: nil)
            try await house.follow(peer)
            let rows: [(age: Int64, problem: String, status: Int32)] = [
                (86_000, "exchange.unreachable", 0), (86_401, "exchange.unreachable", 77),
                (86_401, "exchange.wrongPeer", 77), (86_401, "unknown-key", 0),
            ]
            for row in rows {
                try await Self.fail(row.problem, row.age, house, peer, daemon)
                try Self.expect(daemon, row.status, ["1 peer could not be asked"])
            }
            try await Self.fail("exchange.unreachable", 86_401, house, peer, daemon)
            _ = try await house.caller.call(
                house.endpoint, "DELETE",
                ExchangePath.peer(house.organisation, peer.organisation)
            ).get()
            #expect(try !daemon.command(["doctor"]).text.contains("could not be asked"))
            try await daemon.stop()
        }
    }

    @Test("A daemon that has an address now is not blamed for what it could not collect before")
    func anAddressEndsCollecting() async throws {
        try await Apart.run {
            let folder = try TemporaryFolder()
            let daemon = try DaemonProcess(in: folder.file("d"))
            try await daemon.startUp()
            let house = try await Correspondent.paired("House", with: daemon)
            let peer = try Correspondent("Peer", at: house.endpoint, keys: [], logKey: nil)
            try await house.follow(peer)
            try await Self.fail("exchange.unreachable", 86_401, house, peer, daemon)
            try Self.expect(daemon, 0, ["Nothing is wrong."])
            try await daemon.stop()
        }
    }

    /// A peer that could not be asked since some time.
    private static func fail(
        _ problem: String, _ age: Int64, _ host: Correspondent, _ peer: Correspondent,
        _ daemon: DaemonProcess
    ) async throws {
        let room = try await room(daemon)
        let ids = (peer: peer.organisation, host: host.organisation)
        try await room.note(visitTo: ids.peer, for: ids.host, problem: nil, now: .current)
        try await room.note(
            visitTo: ids.peer, for: ids.host, problem: problem,
            now: Timestamp.current.adding(seconds: -age))
        try room.close()
    }

    @Test("A damaged database is called that, and a lost part of the folder by its name")
    func damageIsNamed() async throws {
        try await Apart.run {
            let folder = try TemporaryFolder()
            let daemon = try DaemonProcess(in: folder.file("d"))
            try await daemon.startUp()
            try await daemon.stop()
            let path = "\(daemon.data)/mailroom.sqlite"
            let whole = try Data(contentsOf: URL(filePath: path))
            var overwritten = whole
            for index in whole.count / 2..<whole.count { overwritten[index] = 0x55 }
            for damaged in [
                Data(repeating: 0x55, count: 20_000), whole.prefix(whole.count / 2), overwritten,
            ] {
                for suffix in ["-wal", "-shm"] {
                    try? FileManager.default.removeItem(atPath: path + suffix)
                }
                try damaged.write(to: URL(filePath: path))
                try Self.expect(daemon, 77, ["database", "damaged", "restore the newest backup"])
                #expect(try !daemon.command(["doctor"]).text.contains("ever run"))
            }
            try FileManager.default.removeItem(atPath: path)
            try Self.expect(
                daemon, 77, ["'mailroom.sqlite' is missing", "Restore the newest backup."])
        }
    }

    @Test("Another daemon at the address is told apart from none")
    func anotherKeyIsSaid() async throws {
        try await Apart.run {
            let folder = try TemporaryFolder()
            let port = LoopbackPort.free()
            let ours = try DaemonProcess(in: folder.file("a"), at: .machine(port: port))
            let other = try DaemonProcess(in: folder.file("b"), at: .machine(port: port))
            try await ours.startUp()
            try await ours.stop()
            try await other.startUp()
            try Self.expect(
                ours, 77, ["Another key answers at https://127.0.0.1:\(port)", "Stop the other"])
            try await other.stop()
        }
    }

    @Test(
        "A folder or file of another user is said, with whose it is and what mends it",
        .enabled(if: geteuid() == 0, "only root can give files away"))
    func foreignFilesAreSaid() async throws {
        try await Apart.run {
            let folder = try TemporaryFolder()
            let daemon = try DaemonProcess(in: folder.file("d"))
            try await daemon.startUp()
            try await daemon.stop()
            let mends = "sudo chown -R carepassd: \(daemon.data)"
            // What root restored into a folder of the daemon's user.
            let given = unsafe chown(daemon.data, 65_534, 65_534)
            #expect(given == 0)
            try Self.expect(
                daemon, 77,
                ["'mailroom.sqlite' in the data folder belongs to the user root", mends]
            )
            let answer = try daemon.command(["invite"])
            #expect(answer.status == 77 && answer.complaints.contains(mends))
            try daemon.start()
            #expect(try await daemon.ended() == 77)
            #expect(daemon.log.contains(mends))
        }
    }
}
