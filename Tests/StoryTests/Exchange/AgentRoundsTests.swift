import Foundation
import PassportClient
import PassportCoding
import PassportCrypto
import PassportExchange
import PassportStore
import PassportTrust
import Testing

/// What rounds of `sync` do over days, and with more than one page.
@Suite(.serialized) struct AgentRoundsTests {
    private static func sent(_ world: World, _ parcel: String) throws -> JSONAnswer? {
        try world.ask("izmir", ["inbox"])["sent"].list.first { $0["parcel"].string == parcel }
    }

    private static func id(_ world: World, _ home: String) throws -> OrganisationID {
        try OrganisationID(text: #require(world.ask(home, ["org", "show"])["organisation"].string))
    }

    @Test("What our daemon gave up is said once, with its reason, and can be sent again")
    func whatWasGivenUpIsSaid() async throws {
        try await Apart.run {
            let scene = try await ExchangeWorld()
            let world = scene.world
            // Nobody collects it.
            try await scene.hidden.stop()
            let send = ["send", world.envelope, "--to", "Clinic Athens"]
            let parcel = try #require(try world.ask("izmir", send)["parcel"].string)
            // A week later, for the daemon.
            let room = try await Mailroom.open(at: scene.open.data, as: .tool) {}
            for record in try await room.outbox(of: Self.id(world, "izmir")).records {
                try await room.recordDead(record.id, reason: .notCollected, now: .current)
            }
            try room.close()
            let round = try world.run("izmir", ["sync"])
            #expect(
                round.text.contains("NOT delivered to Clinic Athens: it did not collect it"),
                "\(round.text)")
            #expect(try Self.sent(world, parcel)?["state"].string == "dead")
            #expect(try world.run("izmir", ["inbox"]).text.contains("GIVEN UP"))
            #expect(try scene.acts("izmir").count { $0 == "parcelDead" } == 1)
            #expect(try world.ask("izmir", ["sync"])["news"].names.isEmpty, "said once")
            #expect(try scene.acts("izmir").count { $0 == "parcelDead" } == 1)
            #expect(try world.ask("izmir", send)["state"].string == "waiting")
            try await scene.hidden.startUp()
            try await scene.sync("izmir", until: "the second time it is delivered") {
                try Self.sent(world, parcel)?["state"].string == "delivered"
            }
            try await scene.stop()
        }
    }

    /// Attack: somebody who sends many small things, so that what matters lies on a later page.
    @Test("Lists of more than one page are read to their end")
    func manyPages() async throws {
        try await Apart.run {
            let scene = try await ExchangeWorld()
            let world = scene.world
            try await scene.hidden.stop()
            let (izmir, athens) = (try Self.id(world, "izmir"), try Self.id(world, "athens"))
            let endpoint = try scene.open.invitation().endpoint
            // Its daemon signs for each of those whose mailboxes it has.
            func caller(_ organisation: OrganisationID) throws -> ExchangeCaller {
                ExchangeCaller(
                    transport: try PinnedTransport(),
                    signer: PairingTests.Thief(
                        organisation: organisation,
                        keys: try NodeKeys.load(from: scene.open.data)),
                    clock: { .current })
            }
            let (ours, theirs) = (try caller(izmir), try caller(Self.id(world, "munich")))
            let count = Limits.pageItems + 5
            for _ in 0..<count {
                let parcel = Parcel()
                for (caller, path) in [
                    (ours, ExchangePath.outbox(izmir, athens, parcel.digest)),
                    (theirs, ExchangePath.inbox(izmir, parcel.digest)),
                ] {
                    let answer = try await caller.uploadParcel(
                        to: endpoint, path, .bytes(parcel.bytes), kind: .envelope,
                        digest: parcel.digest, maximumAttempts: 1
                    ).get()
                    #expect(answer.status == 201)
                }
            }
            // Behind all of these in the outbox: whoever read one page alone would call it lost.
            let sent = try world.ask("izmir", ["send", world.envelope, "--to", "Clinic Athens"])
            let parcel = try #require(sent["parcel"].string)
            #expect(try world.ask("izmir", ["sync"])["news"]["sync.lost"].int == nil)
            #expect(try world.ask("izmir", ["inbox"])["waiting"].list.count == count)
            #expect(try world.ask("izmir", ["fetch"])["fetched"].list.count == count)
            try await scene.hidden.startUp()
            try await scene.sync("izmir", until: "what stood on the second page is delivered") {
                try scene.state(of: parcel, sentBy: "izmir") == "delivered"
            }
            try await scene.stop()
        }
    }

    @Test("A daemon that was left and is silent for 90 days is given up, which is said once")
    func aSilentLeftDaemonIsGivenUp() async throws {
        try await Apart.run {
            let world = try World()
            let first = try DaemonProcess(in: world.path("first"))
            let second = try DaemonProcess(in: world.path("second"))
            for daemon in [first, second] { try await daemon.startUp() }
            try world.ask("izmir", ["daemon", "pair", first.invitation().text])
            try await first.stop()
            try world.ask("izmir", ["daemon", "pair", second.invitation().text])
            // A clock that is 90 days ahead would keep our own daemon from listening to us.
            let file = URL(filePath: world.path("izmir/left-daemons.json"))
            func age(_ days: Int64) throws {
                let text = try String(contentsOf: file, encoding: .utf8)
                let since = Timestamp.current.adding(seconds: -days * 86_400 - 60).seconds
                let aged = text.replacing(/"since":\d+/, with: "\"since\":\(since)")
                try #require(aged != text)
                try Data(aged.utf8).write(to: file)
            }
            try age(89)
            #expect(try world.ask("izmir", ["sync"])["news"].names == ["sync.left-failed"])
            try age(90)
            #expect(try world.ask("izmir", ["sync"])["news"].names == ["sync.left-given-up"])
            #expect(try world.ask("izmir", ["sync"])["news"].names.isEmpty)
            #expect(!FileManager.default.fileExists(atPath: file.path))
            try await second.stop()
        }
    }
}

/// A suite of its own: a minute between two rounds is the least that there is, and the others need
/// not wait for it.
@Suite struct ScheduleTests {
    @Test("On a schedule it goes on, a minute or more apart, and the home is free meanwhile")
    func aScheduleGoesOn() async throws {
        try await Apart.run {
            let world = try World()
            let ours = try DaemonProcess(in: world.path("ours"))
            try await ours.startUp()
            try world.ask("izmir", ["daemon", "pair", ours.invitation().text])
            func rounds() -> Int {
                ours.log.split(separator: "\n").count {
                    $0.contains("\"GET\"") && $0.contains("{organisation}/peers\"")
                }
            }
            let before = rounds()
            let running = try world.process("izmir").start(["sync", "--every", "1"])
            defer { running.kill() }
            try await Poll.until("the first round", every: .milliseconds(100)) {
                rounds() == before + 1
            }
            let first = ContinuousClock.now
            try world.ask("izmir", ["inbox"])
            try world.ask("izmir", ["operator", "add", "dr-meanwhile", "--operator", "dr-izmir"])
            try await Poll.until("the second round", seconds: 180, every: .milliseconds(500)) {
                rounds() == before + 2
            }
            let pause = first.duration(to: .now)
            // On a busy machine the first was seen late.
            #expect(pause > .seconds(40), "\(pause)")
            running.kill()
            let answer = try running.wait()
            #expect(answer.wasKilled, "it had not ended by itself: \(answer.summary)")
            #expect(answer.complaints.isEmpty, "\(answer.complaints)")
            try await ours.stop()
        }
    }
}
