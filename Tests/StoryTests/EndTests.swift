import Foundation
import Testing

/// Trust that is taken back: from a member of staff, and from another organisation.
@Suite struct EndTests {
    private static func findings(
        _ world: World, _ home: String, _ verdict: String
    ) throws -> [String] {
        let log = world.path("\(home)-end.log")
        try world.ask(home, ["audit", "export", "--out", log])
        let answer = try world.run(
            nil, ["audit", "verify", log, "--json"] + world.confirming([home]))
        return answer.json["logs"][0][verdict]["findings"].list.compactMap { $0["code"].string }
    }

    @Test func whoeverEndedDoesNothingMoreHere() throws {
        let world = try World()
        try world.ask("izmir", ["operator", "add", "dr-next"])
        let grant = world.grantArguments(world.passport, to: "Clinic Munich", "care")
        try world.ask("izmir", grant + ["--operator", "dr-izmir"])
        let end = ["operator", "end", "dr-izmir", "--operator", "dr-next"]
        let ended = try world.ask("izmir", end)
        let before = try HomeState.rows(world, "izmir")
        for arguments in [
            grant, ["seal", world.summary, "--no-card"], ["operator", "add", "dr-more"],
            ["pack", world.passport, "--to", "Clinic Athens", "--out", world.path("never")],
            ["withdraw", "--grant", world.athensGrant, "--out", world.path("never")],
            ["peer", "remove", "Clinic Athens"], ["operator", "end", "dr-next"],
            ["open", world.envelope], ["summary", "show", world.summary],
        ] {
            try world.run("izmir", arguments + ["--operator", "dr-izmir"]).expectRefusal([77])
        }
        #expect(try HomeState.rows(world, "izmir") == before)
        #expect(!FileManager.default.fileExists(atPath: world.path("never")))
        // An end is said once, and a name is not used again.
        try world.ask("izmir", end, expecting: 77)
        try world.ask(
            "izmir", ["operator", "add", "dr-izmir", "--operator", "dr-next"], expecting: 77)
        try world.ask("izmir", grant + ["--operator", "dr-next"])
        let list = try world.ask("izmir", ["operator", "list"])["operators"].list
        let row = list.first { $0["operator"].string == "dr-izmir" }
        #expect(row?["ended"].string == ended["ended"].string && ended["ended"].string != nil)
        #expect(list.first { $0["operator"].string == "dr-next" }?["ended"].string == nil)
        #expect(try world.run("izmir", ["operator", "list"]).text.contains("dr-izmir, ended at "))
        // What the one who ended signed before stays good, and the log has the end.
        let entries = try world.ask("izmir", ["audit", "show"])["entries"].list
        #expect(entries.contains { $0["act"].string == "staffEnded" })
        #expect(try Self.findings(world, "izmir", "authority").isEmpty)
        #expect(try Self.findings(world, "izmir", "completeness").isEmpty)
    }

    /// Whoever goes may say so; that the file forgets it changes nothing.
    @Test func anEndIsNotUndoneInTheDatabase() throws {
        let world = try World()
        try world.ask("izmir", ["operator", "add", "dr-next"])
        try world.ask("izmir", ["operator", "end", "dr-izmir", "--operator", "dr-izmir"])
        #expect(try Self.findings(world, "izmir", "authority").isEmpty)
        try world.edit("izmir", ["UPDATE staff SET ended = NULL"])
        let seal = ["seal", world.summary, "--no-card", "--operator", "dr-izmir"]
        let refused = try world.ask("izmir", seal, expecting: 77)
        #expect(refused["error"]["code"].string == "store.stateAltered")
    }

    @Test func theLastOperatorIsNotEnded() throws {
        let world = try World()
        let before = try HomeState(world, "izmir")
        let end = ["operator", "end", "dr-izmir", "--operator", "dr-izmir"]
        try world.run("izmir", end).expectRefusal([77])
        try world.process("izmir").run(["operator", "end", "dr-izmir"]).expectRefusal([64])
        try world.run("izmir", ["operator", "end", "dr-nobody", "--operator", "dr-izmir"])
            .expectRefusal([66])
        #expect(try HomeState(world, "izmir") == before)
    }

    @Test func anOrganisationIsAStrangerAgain() throws {
        let world = try World()
        let open = ["open", world.envelope]
        let trusted = try world.ask("athens", open + ["--operator", "dr-athens"])
        #expect(trusted["passports"][0]["standing"].string == "pinned", "\(trusted)")
        let remove = ["peer", "remove", "NGO Izmir"]
        try world.process("athens").run(remove).expectRefusal([64])
        try world.ask("athens", remove)
        let peers = try world.ask("athens", ["peer", "list"])["peers"].list
        let izmir = peers.first { $0["name"].string == "NGO Izmir" }
        #expect(izmir?["pinned"].string == nil && izmir?["trust"].list.isEmpty == true)
        #expect(izmir != nil)
        let text = try world.run("athens", ["peer", "list"]).text
        #expect(text.contains("not pinned: trusted for nothing"))
        // What came from it, before or now, is judged as a stranger's.
        let strange = try world.run("athens", open + ["--operator", "dr-athens", "--json"])
        #expect(strange.json["passports"][0]["standing"].string == "unknown", "\(strange.json)")
        // Nothing is sealed to it by name any more, and there is no pin left to take back.
        try world.run("athens", remove).expectRefusal([66])
        let acts = try world.ask("athens", ["audit", "show"])["entries"].list
        let act = acts.first { $0["act"].string == "peerRemoved" }
        #expect(act?["operator"].string != nil && act?["counterpart"].string != nil)
        #expect(try Self.findings(world, "athens", "completeness").isEmpty)
        // The fingerprint, read aloud again, makes it known again.
        try world.ask(
            "athens",
            [
                "peer", "add", world.path("izmir.identity"), "--fingerprint",
                world.fingerprints["izmir"] ?? "", "--trust", World.trust,
            ])
        let again = try world.ask("athens", open + ["--operator", "dr-athens"])
        #expect(again["passports"][0]["standing"].string == "pinned")
    }
}
