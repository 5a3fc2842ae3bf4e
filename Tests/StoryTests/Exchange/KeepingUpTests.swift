import Foundation
import GRDB
import PassportClient
import PassportCoding
import PassportCrypto
import PassportExchange
import PassportTrust
import Testing

/// What `sync`, `inbox` and `send` say of daemons and peers that are not as they were.
@Suite(.serialized) struct KeepingUpTests {
    private static func state(_ world: World, _ parcel: String) throws -> JSONAnswer? {
        try world.ask("izmir", ["inbox"])["sent"].list.first { $0["parcel"].string == parcel }
    }

    private static func tell(_ world: World, _ home: String, to other: String) throws {
        let file = world.path("\(home).tell")
        try world.ask(home, ["org", "export", "--out", file])
        try world.ask(other, ["take-in", file])
    }

    /// Izmir and Munich, each at a daemon that others reach.
    private static func pairs(
        _ world: World, _ ours: DaemonProcess, _ theirs: DaemonProcess
    ) throws {
        for (home, daemon) in [("izmir", ours), ("munich", theirs)] {
            try world.ask(home, ["daemon", "pair", daemon.invitation().text])
        }
        try tell(world, "izmir", to: "munich")
        try tell(world, "munich", to: "izmir")
        for home in ["izmir", "munich"] { try world.ask(home, ["sync"]) }
    }

    @Test("What our own daemon lost is said, and sent anew")
    func whatOurDaemonLostIsSaid() async throws {
        try await Apart.run {
            let world = try World()
            let port = LoopbackPort.free()
            let ours = try DaemonProcess(in: world.path("ours"), at: .machine(port: port))
            let theirs = try DaemonProcess(in: world.path("theirs"))
            for daemon in [ours, theirs] { try await daemon.startUp() }
            try Self.pairs(world, ours, theirs)
            // Nobody takes it, so it waits at our daemon, and goes with it.
            try await theirs.stop()
            let file = try world.folder.write(Parcel.envelope(), to: "lost.envelope")
            let send = ["send", file, "--to", "Clinic Munich"]
            let parcel = try #require(try world.ask("izmir", send)["parcel"].string)
            try world.ask("izmir", ["sync"])
            #expect(try Self.state(world, parcel)?["state"].string == "handedOver")
            try await ours.kill()
            let heir = try DaemonProcess(in: world.path("heir"), at: .machine(port: port))
            try await heir.startUp()
            try world.ask("izmir", ["daemon", "pair", heir.invitation().text, "--stolen"])
            try await theirs.startUp()
            try Self.tell(world, "izmir", to: "munich")
            try world.ask("munich", ["sync"])
            #expect(try world.ask("izmir", ["sync"])["news"]["sync.lost"].int == 1)
            #expect(try Self.state(world, parcel)?["state"].string == "lost")
            let shown = try world.run("izmir", ["inbox"]).text
            #expect(shown.contains("our daemon no longer has it; send it again"))
            #expect(try world.ask("izmir", ["sync"])["news"]["sync.lost"].int == nil, "said once")
            // For this daemon it is new, whatever became of it before.
            #expect(try world.ask("izmir", send + ["--again"])["state"].string == "waiting")
            #expect(try Self.state(world, parcel)?["state"].string == "handedOver")
            try await Poll.until("it is delivered", every: .milliseconds(300)) {
                try world.ask("izmir", ["sync"])
                return try Self.state(world, parcel)?["state"].string == "delivered"
            }
            for daemon in [heir, theirs] { try await daemon.stop() }
        }
    }

    @Test("The inbox shows when something was delivered, and not when we heard of it")
    func theReceiptsTimeIsShown() async throws {
        try await Apart.run {
            let world = try World()
            let ours = try DaemonProcess(in: world.path("ours"))
            let theirs = try DaemonProcess(in: world.path("theirs"))
            for daemon in [ours, theirs] { try await daemon.startUp() }
            try Self.pairs(world, ours, theirs)
            let file = try world.folder.write(Parcel.envelope(), to: "some.envelope")
            let sent = try world.ask("izmir", ["send", file, "--to", "Clinic Munich"])
            let parcel = try #require(sent["parcel"].string)
            try await Poll.until("it has arrived", every: .milliseconds(200)) {
                try !world.ask("munich", ["inbox"])["waiting"].list.isEmpty
            }
            // Within what daemons take for the same time, and long after the receipt.
            let later = Timestamp.current.adding(seconds: 90)
            try await Poll.until("the receipt is here", every: .milliseconds(300)) {
                try world.ask("izmir", ["sync", "--clock", "\(later.seconds)"])
                return try Self.state(world, parcel)?["state"].string == "delivered"
            }
            let since = try #require(try Self.state(world, parcel)?["since"].string)
            #expect(since < "\(later.adding(seconds: -20))", "\(since)")
            for daemon in [ours, theirs] { try await daemon.stop() }
        }
    }

    @Test("A peer that is gone, and an impostor in its place, are called what they are")
    func silenceAndImpostorsAreCalledByName() async throws {
        try await Apart.run {
            let world = try World()
            let port = LoopbackPort.free()
            let ours = try DaemonProcess(in: world.path("ours"))
            let theirs = try DaemonProcess(in: world.path("theirs"), at: .machine(port: port))
            for daemon in [ours, theirs] { try await daemon.startUp() }
            let sealed = try world.seals("munich", world.imports("munich"))
            // Munich was at our daemon once, which so has a list of it that grows old.
            for home in ["izmir", "munich"] {
                try world.ask(home, ["daemon", "pair", ours.invitation().text])
                try world.ask(home, ["sync"])
            }
            try world.ask("munich", ["daemon", "pair", theirs.invitation().text])
            try Self.tell(world, "munich", to: "izmir")
            // Lists have whole seconds; one of the same second would not be newer.
            try await Poll.until("the home has a newer one", every: .milliseconds(1_100)) {
                if !FileManager.default.fileExists(atPath: world.path("end")) {
                    try world.ask(
                        "munich",
                        ["withdraw", "--passport", sealed, "--out", world.path("end")])
                }
                try world.ask("munich", ["sync"])
                return try world.ask("izmir", ["sync"])["news"]["take-in.status-list"].int == 1
            }
            try await theirs.kill()
            let silent = try world.ask("izmir", ["sync"])["news"]
            #expect(silent["sync.silent"].int == 1)
            #expect(silent["sync.failed"].int == nil)
            let impostor = try DaemonProcess(in: world.path("other"), at: .machine(port: port))
            try await impostor.startUp()
            let said = try world.run("izmir", ["sync"]).text
            #expect(said.contains("another key than its manifest says"), "\(said)")
            #expect(!said.contains("older"), "\(said)")
            for daemon in [ours, impostor] { try await daemon.stop() }
        }
    }

    @Test("A first sync has nothing to complain of; one without a daemon says so once, with a hint")
    func ourOwnDaemonIsNamedOnce() async throws {
        try await Apart.run {
            let world = try World()
            let port = LoopbackPort.free()
            let ours = try DaemonProcess(in: world.path("ours"), at: .machine(port: port))
            try await ours.startUp()
            try world.ask("izmir", ["daemon", "pair", ours.invitation().text])
            #expect(try world.ask("izmir", ["sync"])["news"].names.isEmpty)
            try await ours.stop()
            let silent = try world.ask("izmir", ["sync"], expecting: 69)["news"]
            #expect(silent.names == ["sync.failed-here"])
            #expect(silent["sync.failed-here"].int == 1)
            let lines = try world.run("izmir", ["sync"]).text
            #expect(lines.contains("hint: nothing is lost"), "\(lines)")
            let other = try DaemonProcess(in: world.path("other"), at: .machine(port: port))
            try await other.startUp()
            let refused = try world.run("izmir", ["inbox"])
            refused.expectRefusal([77])
            #expect(refused.complaints.contains("'carepass daemon pair'"), "\(refused.summary)")
            try await other.stop()
        }
    }

    @Test("A send that cannot be right is refused with its reason")
    func aWrongSendIsRefused() async throws {
        try await Apart.run {
            let world = try World()
            let ours = try DaemonProcess(in: world.path("ours"))
            try await ours.startUp()
            try world.ask("izmir", ["daemon", "pair", ours.invitation().text])
            // The envelope that Izmir packed for Athens.
            let wrong = try world.run("izmir", ["send", world.envelope, "--to", "Clinic Munich"])
            wrong.expectRefusal([77])
            #expect(wrong.complaints.contains("packed for 'Clinic Athens'"), "\(wrong.summary)")
            #expect(try world.ask("izmir", ["inbox"])["sent"].list.isEmpty)
            try world.ask("izmir", ["send", world.envelope, "--to", "Clinic Athens"])
            // Following the hint must not take away what the pin says already.
            try world.ask(
                "izmir",
                [
                    "peer", "add", world.path("munich.identity"), "--fingerprint",
                    world.fingerprints["munich"] ?? "", "--trust", "issue,seal-net",
                ])
            let file = try world.folder.write(Parcel.envelope(), to: "some.envelope")
            let refused = try world.run("izmir", ["send", file, "--to", "Clinic Munich"])
            refused.expectRefusal([77])
            #expect(refused.complaints.contains("not for 'exchange'"), "\(refused.summary)")
            #expect(refused.complaints.contains("--trust issue,exchange,seal-net"))
            try await ours.stop()
        }
    }

    @Test("An end waits for a sync that is named, and is seen waiting, going and arriving")
    func anEndIsSeenOnItsWay() async throws {
        try await Apart.run {
            let scene = try await ExchangeWorld()
            let world = scene.world
            let ended = try world.run(
                "izmir",
                ["withdraw", "--grant", world.athensGrant, "--out", world.path("withdrawal")])
            #expect(ended.text.contains("'carepass sync'"), "\(ended.summary)")
            let notices = try world.ask("izmir", ["inbox"])["notices"].list
            #expect(notices.map { $0["handedOver"].bool } == [false])
            let sent = try world.ask("izmir", ["sync"])
            #expect(sent["news"]["sync.notices-sent"].int == 1)
            #expect(sent["pendingNotices"].int == 1)
            try await Poll.until("it has arrived", every: .milliseconds(300)) {
                let round = try world.ask("izmir", ["sync"])
                return round["news"]["sync.notices-arrived"].int == 1
                    && round["pendingNotices"].int == 0
            }
            try await scene.stop()
        }
    }

    @Test("A daemon's bare word that an end arrived does not let it be forgotten")
    func anEndIsKeptUntilItsReceipt() async throws {
        try await Apart.run {
            let scene = try await ExchangeWorld()
            let world = scene.world
            try await scene.hidden.stop()
            try world.ask(
                "izmir",
                ["withdraw", "--grant", world.athensGrant, "--out", world.path("withdrawal")])
            try world.ask("izmir", ["sync"])
            try await scene.open.stop()
            try Self.set("state = 'delivered', receipt = x'84', nextAttempt = NULL", scene.open)
            try await scene.open.startUp()
            let told = try world.ask("izmir", ["sync"])
            #expect(told["news"]["sync.notice-unproven"].int == 1)
            #expect(told["pendingNotices"].int == 1)
            // With an honest daemon in its place it goes out, and arrives.
            try await scene.open.stop()
            try Self.set("state = 'waiting', receipt = NULL, nextAttempt = 0", scene.open)
            try await scene.open.startUp()
            try await scene.hidden.startUp()
            try await Poll.until("it has arrived", every: .milliseconds(300)) {
                try world.ask("izmir", ["sync"])["pendingNotices"].int == 0
            }
            try await scene.stop()
        }
    }

    /// What a daemon that lies says of every notice that it has.
    private static func set(_ what: String, _ daemon: DaemonProcess) throws {
        let database = try DatabaseQueue(path: "\(daemon.data)/mailroom.sqlite")
        try database.write {
            try $0.execute(sql: "UPDATE outbox SET \(what) WHERE kind = 'notice'")
        }
        try database.close()
    }

    @Test("The daemon is told once that somebody is followed no more, and nothing of others")
    func onlyWhoWasFollowedIsUnfollowed() async throws {
        try await Apart.run {
            let scene = try await ExchangeWorld()
            let world = scene.world
            func deletions() -> Int {
                scene.hidden.log.split(separator: "\n").count {
                    $0.contains("\"DELETE\"") && $0.contains("/peers/{peer}")
                }
            }
            // Known, as the issuers in an envelope are, and never followed.
            let stranger = try Correspondent(
                "Stranger", at: scene.open.invitation().endpoint, keys: [], logKey: nil)
            let file = try world.folder.write(stranger.identity.encoded(), to: "stranger.identity")
            let fingerprint = Fingerprint(of: stranger.identity)
            try world.ask(
                "athens",
                ["peer", "add", file, "--fingerprint", "\(fingerprint)", "--trust", "exchange"])
            try world.ask("athens", ["peer", "remove", "Stranger"])
            for _ in 0..<2 { try world.ask("athens", ["sync"]) }
            #expect(deletions() == 0)
            // Followed, and then no more.
            try world.ask("athens", ["peer", "remove", "NGO Izmir"])
            for _ in 0..<3 { try world.ask("athens", ["sync"]) }
            #expect(deletions() == 1)
            try await scene.stop()
        }
    }

    @Test("A heap of junk among the notices makes one entry in the log, and is cleared away")
    func junkIsLoggedOnce() async throws {
        try await Apart.run {
            let scene = try await ExchangeWorld()
            let world = scene.world
            let sender = try await Correspondent.paired("Junk", with: scene.open)
            let file = try world.folder.write(sender.identity.encoded(), to: "junk.identity")
            let fingerprint = Fingerprint(of: sender.identity)
            try world.ask(
                "izmir",
                ["peer", "add", file, "--fingerprint", "\(fingerprint)", "--trust", "exchange"])
            try world.ask("izmir", ["sync"])
            let izmir = try OrganisationID(
                text: #require(world.ask("izmir", ["org", "show"])["organisation"].string))
            for number in 0..<12 {
                let junk: [UInt8] = [0xD0, 0x83] + Array("\(number) of a dozen".utf8)
                let digest = Digest.sha256(of: junk)
                _ = try await sender.caller.call(
                    sender.endpoint, "PUT", ExchangePath.inbox(izmir, digest),
                    body: .bytes(junk), mediaType: ParcelKind.notice.mediaType
                ).get()
            }
            let before = try scene.acts("izmir").count { $0 == "refused" }
            let round = try world.ask("izmir", ["sync"])
            #expect(round["news"]["sync.refused"].int == 1)
            #expect(try scene.acts("izmir").count { $0 == "refused" } == before + 1)
            let again = try world.ask("izmir", ["sync"])
            #expect(again["news"]["sync.refused"].int == nil)
            try await scene.stop()
        }
    }
}
