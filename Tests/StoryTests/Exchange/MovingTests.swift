import Foundation
import PassportClient
import PassportCoding
import PassportCrypto
import PassportExchange
import PassportStore
import PassportTrust
import Testing

/// Homes that move from one daemon to another, and moves that do not come to their end.
@Suite(.serialized) struct MovingTests {
    /// Three daemons, of which the first and the last have a home each that knows the other's
    /// newest keys.
    private struct Scene {
        let world: World
        let first: DaemonProcess
        let second: DaemonProcess
        let peer: DaemonProcess

        init() async throws {
            world = try World()
            first = try DaemonProcess(in: world.path("first"))
            second = try DaemonProcess(in: world.path("second"))
            peer = try DaemonProcess(in: world.path("peer"))
            for daemon in [first, second, peer] { try await daemon.startUp() }
            try pair("izmir", first)
            try pair("munich", peer)
            for (home, other) in [("izmir", "munich"), ("munich", "izmir")] {
                let file = world.path("\(home).tell")
                try world.ask(home, ["org", "export", "--out", file])
                try world.ask(other, ["take-in", file])
            }
            for home in ["izmir", "munich"] { try world.ask(home, ["sync"]) }
        }

        @discardableResult
        func pair(
            _ home: String, _ daemon: DaemonProcess, _ extra: [String] = []
        ) throws -> JSONAnswer {
            try world.ask(home, ["daemon", "pair", daemon.invitation().text] + extra)
        }

        /// Munich sends Izmir bytes that begin as an envelope does.
        func send(_ name: String) throws -> String {
            let file = try world.folder.write(Parcel.envelope(), to: name)
            let sent = try world.ask("munich", ["send", file, "--to", "NGO Izmir"])
            return try #require(sent["parcel"].string)
        }

        func identity(_ home: String) throws -> Identity {
            let file = world.path("\(home).now")
            try world.ask(home, ["org", "export", "--out", file])
            return try Identity(decoding: world.folder.bytes("\(home).now"))
        }

        /// What a daemon tells everybody of an organisation.
        func shown(_ home: String, at daemon: DaemonProcess) async throws -> [UInt8] {
            let caller = ExchangeCaller(
                transport: try PinnedTransport(), signer: nil, clock: { .current })
            return try await caller.call(
                daemon.invitation().endpoint, "GET",
                ExchangePath.identity(identity(home).organisation),
                into: .memory(maximum: Limits.identityBytes)
            ).get().body
        }

        func waiting(_ home: String) throws -> [String] {
            try world.ask(home, ["inbox"])["waiting"].list.compactMap { $0["parcel"].string }
        }

        func stop() async throws {
            for daemon in [first, second, peer] { try await daemon.stop() }
        }
    }

    @Test("After a move peers' parcels go to the new daemon, and what lay in the old one comes too")
    func aMoveLosesNothing() async throws {
        try await Apart.run {
            let scene = try await Scene()
            let world = scene.world
            let early = try scene.send("early")
            try await Poll.until("the early one lies at the first", every: .milliseconds(200)) {
                try scene.waiting("izmir") == [early]
            }
            let paired = try scene.pair("izmir", scene.second)
            #expect(paired["left"]["told"].bool == true)
            #expect(paired["left"]["waiting"].int == 1)
            let newest = try scene.identity("izmir")
            #expect(try await scene.shown("izmir", at: scene.first) == newest.encoded())
            // The daemon that was left signs no more receipts for what nobody would fetch there.
            let thief = ExchangeCaller(
                transport: try PinnedTransport(),
                signer: PairingTests.Thief(
                    organisation: try scene.identity("munich").organisation,
                    keys: try NodeKeys.load(from: scene.peer.data)),
                clock: { .current })
            let stray = Parcel()
            let answer = try await thief.uploadParcel(
                to: scene.first.invitation().endpoint,
                ExchangePath.inbox(newest.organisation, stray.digest), .bytes(stray.bytes),
                kind: .envelope, digest: stray.digest, maximumAttempts: 1)
            guard case .problem(let problem) = answer else {
                Issue.record("the daemon that was left took a parcel")
                return
            }
            #expect(problem.status == 404)
            // Nobody gives Munich a file: it learns of the move at the old place.
            let news = try world.ask("munich", ["sync"])["news"]
            #expect(news["take-in.identity"].int == 1)
            try world.ask("izmir", ["sync"])
            let late = try scene.send("late")
            try await Poll.until("the late one lies at the second", every: .milliseconds(200)) {
                try scene.waiting("izmir") == [late]
            }
            let fetched = try world.ask("izmir", ["fetch"])["fetched"].list
            #expect(Set(fetched.compactMap { $0["parcel"].string }) == [early, late])
            #expect(try world.ask("izmir", ["sync"])["news"]["sync.left-done"].int == 1)
            #expect(try world.ask("izmir", ["sync"])["news"].names.isEmpty)
            try await scene.stop()
        }
    }

    @Test("A daemon that was down at the move is told later; it can be come back to, if not stolen")
    func thereIsAWayBack() async throws {
        try await Apart.run {
            let scene = try await Scene()
            let world = scene.world
            try await scene.first.stop()
            let moved = try scene.pair("izmir", scene.second)
            #expect(moved["left"]["told"].bool == false)
            #expect(try world.ask("izmir", ["sync"])["news"]["sync.left-failed"].int == 1)
            try await scene.first.startUp()
            #expect(try world.ask("izmir", ["sync"])["news"]["sync.left-done"].int == 1)
            #expect(
                try await scene.shown("izmir", at: scene.first)
                    == scene.identity("izmir").encoded())
            // Back again: its key had ended, and counts once more.
            let back = try scene.pair("izmir", scene.first)
            #expect(back["left"]["told"].bool == true)
            try world.ask("munich", ["sync"])
            let parcel = try scene.send("after-the-return")
            try await Poll.until("it lies at the first", every: .milliseconds(200)) {
                try scene.waiting("izmir") == [parcel]
            }
            let stolen = try scene.pair("izmir", scene.second, ["--stolen"])
            #expect(stolen["left"].string == nil && stolen["left"].names.isEmpty)
            #expect(
                try await scene.shown("izmir", at: scene.first)
                    != scene.identity("izmir").encoded(), "a thief is told nothing")
            let before = try HomeState(world, "izmir")
            let invitation = try scene.first.invitation().text
            let refused = try world.run("izmir", ["daemon", "pair", invitation])
            refused.expectRefusal([77])
            #expect(refused.complaints.contains("somebody has this daemon's key"))
            #expect(try HomeState(world, "izmir") == before)
            try await scene.stop()
        }
    }

    @Test("A refused invitation changes nothing, and the mailbox goes on working")
    func aRefusedInvitationChangesNothing() async throws {
        try await Apart.run {
            let scene = try await Scene()
            let world = scene.world
            let used = try scene.second.invitation()
            try world.ask("athens", ["daemon", "pair", used.text])
            let forged = Invitation(
                endpoint: used.endpoint, secret: Randomness.system.bytes(16),
                expires: used.expires)
            // The first daemon hosts Izmir still: that makes no invitation good.
            let foreign = Invitation(
                endpoint: try scene.peer.invitation().endpoint, secret: used.secret,
                expires: used.expires)
            let before = try HomeState(world, "izmir")
            for invitation in [used, forged, foreign] {
                let refused = try world.run("izmir", ["daemon", "pair", invitation.text])
                refused.expectRefusal([77])
                #expect(refused.complaints.contains("nothing has changed here"))
                #expect(try HomeState(world, "izmir") == before)
            }
            #expect(try scene.identity("izmir").chain.manifests.count == 2)
            let parcel = try scene.send("still-there")
            try await Poll.until("the mailbox works", every: .milliseconds(200)) {
                try scene.waiting("izmir") == [parcel]
            }
            try await scene.stop()
        }
    }

    @Test("A pairing that was cut off before the home knew of it goes on, here or elsewhere")
    func aPairingThatBrokeOffGoesOn() async throws {
        try await Apart.run {
            let scene = try await Scene()
            let world = scene.world
            let files = FileManager.default
            try files.copyItem(atPath: world.path("izmir"), toPath: world.path("before"))
            // A home that is cut off tells the daemon that it leaves nothing.
            try await scene.first.stop()
            let invitation = try scene.second.invitation().text
            try world.ask("izmir", ["daemon", "pair", invitation])
            let there = try scene.identity("izmir")
            // The home as a kill between the daemon's answer and the home's own entry leaves it.
            func cutOff() throws {
                try files.removeItem(atPath: world.path("izmir"))
                try files.copyItem(atPath: world.path("before"), toPath: world.path("izmir"))
                try Data(there.encoded())
                    .write(to: URL(filePath: world.path("izmir/pairing.identity")))
            }
            try await scene.first.startUp()
            try cutOff()
            // Meanwhile the home works with the daemon that it knows.
            let news = try world.ask("izmir", ["sync"])["news"]
            #expect(news.names == ["sync.pairing-broke-off"])
            let fresh = try scene.second.invitation().text
            for again in [invitation, fresh] {
                try cutOff()
                let paired = try world.ask("izmir", ["daemon", "pair", again])
                #expect(paired["fingerprint"].string == Fingerprint(of: there).text)
                #expect(try world.ask("izmir", ["sync"])["news"].names == ["sync.left-done"])
            }
            // Another daemon gets a manifest that follows the one that may be known.
            try cutOff()
            try scene.pair("izmir", scene.peer)
            let newest = try scene.identity("izmir")
            #expect(newest.chain.manifests.starts(with: there.chain.manifests))
            #expect(newest.chain.manifests.count == there.chain.manifests.count + 1)
            let named = newest.chain.current.roleKeys.filter {
                $0.purpose == .exchange && $0.revocation == nil
            }
            #expect(named.count == 2, "ours, and the new daemon's alone")
            try await scene.stop()
        }
    }

    @Test("A root key that is missing or another's is named, with the option that names one")
    func theRootKeyIsNamed() async throws {
        try await Apart.run {
            let world = try World()
            let daemon = try DaemonProcess(in: world.path("daemon"))
            try await daemon.startUp()
            let invitation = try daemon.invitation().text
            for (file, status) in [("nowhere.key", 66), ("munich/root.key", 77)] {
                let refused = try world.run(
                    "izmir", ["daemon", "pair", invitation, "--root", world.path(file)])
                refused.expectRefusal([Int32(status)])
                #expect(refused.complaints.contains(file))
                #expect(refused.complaints.contains("--root"))
            }
            try world.ask("izmir", ["daemon", "pair", invitation])
            try await daemon.stop()
        }
    }
}
