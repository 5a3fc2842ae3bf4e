import Foundation
import PassportStore
import Testing

/// The main job over the network, with two daemons between the homes.
@Suite(.serialized) struct ExchangeStoryTests {
    @Test("An envelope goes from agent to agent over two daemons, and all that follows comes back")
    func anEnvelopeTravelsAndItsReceiptsComeBack() async throws {
        try await Apart.run {
            let scene = try await ExchangeWorld()
            #expect(try Self.listeners(of: scene.hidden.processID).isEmpty)
            #expect(try Self.listeners(of: scene.open.processID).count == 1)
            let parcel = try await Self.sendAndFetch(scene)
            try await Self.withdraw(scene)
            try await Self.purge(scene, parcel)
            try Self.checkLogs(scene)
            try await scene.stop()
            for daemon in [scene.open, scene.hidden] {
                #expect(try await Mailroom.verify(daemon.data).isSound)
            }
        }
    }

    private static func envelope(_ world: World) throws -> String {
        let inbox = world.path("athens/inbox")
        let names = try FileManager.default.contentsOfDirectory(atPath: inbox)
        try #require(names.count == 1, "\(names)")
        return "\(inbox)/\(names[0])"
    }

    private static func sendAndFetch(_ scene: ExchangeWorld) async throws -> String {
        let world = scene.world
        let sent = try world.ask("izmir", ["send", world.envelope, "--to", "Clinic Athens"])
        let parcel = try #require(sent["parcel"].string)
        try await Poll.until("the parcel is collected", every: .milliseconds(300)) {
            let fetched = try world.ask("athens", ["fetch"])["fetched"].list
            return fetched.contains { $0["parcel"].string == parcel }
        }
        #expect(
            try world.folder.bytes("izmir-to-athens.envelope")
                == Array(
                    Data(contentsOf: URL(filePath: envelope(world)))))
        try await scene.sync("izmir", until: "Izmir has the receipt of the delivery") {
            try scene.state(of: parcel, sentBy: "izmir") == "delivered"
        }
        _ = try world.opens("athens", envelope(world))
        try world.ask("athens", ["sync"])
        try await scene.sync("izmir", until: "Izmir has the receipt of the opening") {
            try scene.state(of: parcel, sentBy: "izmir") == "opened"
        }
        // Sent again, it is the same parcel: nothing comes a second time.
        let again = try world.ask("izmir", ["send", world.envelope, "--to", "Clinic Athens"])
        #expect(again["state"].string == "delivered")
        #expect(try world.ask("athens", ["fetch"])["fetched"].list.isEmpty)
        return parcel
    }

    private static func withdraw(_ scene: ExchangeWorld) async throws {
        let world = scene.world
        try world.ask(
            "izmir",
            ["withdraw", "--grant", world.athensGrant, "--out", world.path("withdrawal")])
        try world.ask("izmir", ["sync"])
        // By the notice, which gives time and reason, and not only by the status list.
        try await Poll.until("Athens hears of the end", every: .milliseconds(300)) {
            try world.ask("athens", ["sync"])["news"]["sync.withdrawal"].int == 1
        }
        _ = try world.opens("athens", envelope(world), expecting: 77)
    }

    private static func purge(_ scene: ExchangeWorld, _ parcel: String) async throws {
        let world = scene.world
        let purged = try world.ask("athens", ["purge", String(parcel.prefix(12))])
        #expect(purged["repeated"].bool == false)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: world.path("athens/inbox"))
                .isEmpty)
        try world.ask("athens", ["sync"])
        try await scene.sync("izmir", until: "Izmir has the receipt of the purge") {
            try scene.state(of: parcel, sentBy: "izmir") == "purged"
        }
    }

    private static func checkLogs(_ scene: ExchangeWorld) throws {
        let world = scene.world
        let izmir = try scene.acts("izmir")
        #expect(izmir.count { $0 == "parcelSent" } >= 2 && izmir.contains("disclosed"))
        #expect(izmir.count { $0 == "receiptTaken" } >= 3, "delivered, opened, purged")
        let athens = try scene.acts("athens")
        #expect(
            Set(["parcelReceived", "receiptGiven", "parcelErased", "openOutcome"])
                .isSubset(of: athens))
        #expect(athens.count { $0 == "receiptGiven" } == 2, "opened, purged")
        let homes = ["izmir", "athens"]
        for home in homes {
            try world.ask(home, ["audit", "export", "--out", world.path("\(home).log")])
        }
        let logs = homes.map { world.path("\($0).log") }
        // The keys of both have changed since the world was made: a manifest more names the daemon.
        let fingerprints = try homes.flatMap { home in
            let shown = try world.run(home, ["org", "fingerprint"])
            return ["--fingerprint", shown.text.trimmingCharacters(in: .whitespacesAndNewlines)]
        }
        try world.ask(nil, ["audit", "verify"] + logs + fingerprints)
        try world.ask(nil, ["audit", "reconcile"] + logs + fingerprints)
    }

    /// The listening TCP sockets of a process, as the kernel lists them.
    private static func listeners(of process: Int32) throws -> [String] {
        let files = FileManager.default
        var sockets: Set<String> = []
        for name in try files.contentsOfDirectory(atPath: "/proc/\(process)/fd") {
            let path = "/proc/\(process)/fd/\(name)"
            guard let link = try? files.destinationOfSymbolicLink(atPath: path),
                link.hasPrefix("socket:[")
            else { continue }
            sockets.insert(String(link.dropFirst(8).dropLast()))
        }
        try #require(!sockets.isEmpty)
        var found: [String] = []
        for name in ["tcp", "tcp6"] {
            let table = try ProcessMemory.text("/proc/\(process)/net/\(name)")
            for line in table.split(separator: "\n").dropFirst() {
                // 0A: listening; the tenth field is the number of the socket.
                let fields = line.split(separator: " ").map { String($0) }
                if fields.count > 9, fields[3] == "0A", sockets.contains(fields[9]) {
                    found.append(fields[1])
                }
            }
        }
        return found
    }

    @Test("Two organisations at one daemon exchange without any line")
    func neighboursAtOneDaemon() async throws {
        try await Apart.run {
            let scene = try await ExchangeWorld()
            let world = scene.world
            _ = try world.grant("izmir", world.passport, to: "Clinic Munich", "emergency")
            try world.packs(
                "izmir", [world.passport], to: "Clinic Munich", as: "munich.envelope")
            let sent = try world.ask(
                "izmir", ["send", world.path("munich.envelope"), "--to", "Clinic Munich"])
            let parcel = try #require(sent["parcel"].string)
            try await Poll.until("Munich fetches", every: .milliseconds(200)) {
                try world.ask("munich", ["fetch"])["fetched"].list.count == 1
            }
            try world.ask("izmir", ["sync"])
            #expect(try scene.state(of: parcel, sentBy: "izmir") == "delivered")
            try await scene.stop()
        }
    }
}
