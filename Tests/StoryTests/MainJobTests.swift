import Foundation
import Testing

/// The main job on real processes, told step by step. Nothing here comes from `carepass demo`:
/// what the demo forgets to check, this does not inherit.
@Suite struct MainJobTests {
    @Test func threeOrganisationsPassOnePersonsCareFromFileToFile() throws {
        var world = try World(empty: ())
        try world.makeOrganisations()
        try Self.pinned(world)
        let summary = try Self.imports(world)
        let (passport, grant) = try Self.sealsAndGrants(world, summary)
        let person = try Self.athensOpens(world)
        try Self.munichReads(world, passport, person)
        try Self.withdraws(world, grant)
        try Self.audits(world)
    }

    /// Step 1: each knows the two others, pinned for what was said and nothing else.
    private static func pinned(_ world: World) throws {
        for home in World.homes {
            let peers = try world.ask(home, ["peer", "list"])["peers"].list
            #expect(
                Set(peers.compactMap { $0["name"].string })
                    == Set(World.names.filter { $0.key != home }.values))
            #expect(
                peers.allSatisfy {
                    $0["trust"].strings == [
                        "consent", "exchange", "issue", "log", "seal-net", "status",
                    ]
                })
            let shown = try world.ask(home, ["org", "fingerprint"])["fingerprint"].string
            #expect(shown == world.fingerprints[home])
        }
    }

    /// Step 2: the account adds up over the real source, counted here from the file itself.
    private static func imports(_ world: World) throws -> String {
        let source = "\(World.demo)/ips-example.json"
        let imported = try world.ask(
            "izmir",
            [
                "summary", "import", source, "--supplement",
                "\(World.demo)/additions-izmir.json", "--cadre", "psychologist", "--account",
                world.path("account.json"),
            ])
        let bundle = JSONAnswer(parsing: [UInt8](try Data(contentsOf: URL(filePath: source))))
        let entries = bundle["entry"].list
        let account = JSONAnswer(parsing: try world.folder.bytes("account.json"))
        #expect(imported["entries"].int == entries.count)
        #expect(account["entries"].list.count == entries.count)
        let dropped = imported["dropped"].names.compactMap { imported["dropped"][$0].int }
        #expect((imported["taken"].int ?? 0) + dropped.reduce(0, +) == entries.count)
        for (line, entry) in zip(account["entries"].list, entries) {
            #expect(line["type"].string == entry["resource"]["resourceType"].string)
        }
        #expect(
            Set(imported["sections"].strings)
                == ["emergency", "medication", "care", "scores", "diagnosis", "risk"])
        return try #require(imported["summary"].string)
    }

    /// Step 3: an envelope of a fixed size class that says nothing of anybody.
    private static func sealsAndGrants(
        _ world: World, _ summary: String
    ) throws -> (String, String) {
        try world.ask("izmir", ["card", "new", "--out", world.path("card")])
        let sealed = try world.ask("izmir", ["seal", summary, "--card", world.consentHalf])
        let passport = try #require(sealed["passport"].string)
        let grant = try world.grant(
            "izmir", passport, to: "Clinic Athens", "emergency,medication,care")
        _ = try world.grant("izmir", passport, to: "bearer", "emergency,medication")
        let packed = try world.ask(
            "izmir", ["pack", passport, "--to", "Clinic Athens", "--out", world.envelope])
        let bytes = try world.folder.bytes("izmir-to-athens.envelope")
        #expect(packed["bytes"].int == bytes.count)
        let seen = try world.ask(nil, ["inspect", world.envelope, "--bytes"])
        #expect(seen["profile"].string == "net")
        let shares = seen["shares"].names.compactMap { seen["shares"][$0].int }
        #expect(shares.reduce(0, +) == bytes.count)
        let text = String(decoding: bytes, as: UTF8.self)
        for name in World.names.values { #expect(!text.contains(name)) }
        return (passport, grant)
    }

    private static func sections(_ opened: JSONAnswer) -> [String] {
        opened["view"].list.compactMap { $0["section"].string }
    }

    private static func lines(_ opened: JSONAnswer, _ section: String) -> [String] {
        opened["view"].list.filter { $0["section"].string == section }
            .flatMap { $0["items"].list }.flatMap { $0["lines"].strings }
    }

    private static func sources(_ opened: JSONAnswer, _ section: String) -> Set<String> {
        Set(
            opened["view"].list.filter { $0["section"].string == section }
                .flatMap { $0["items"].list }.flatMap { $0["sources"].list }
                .compactMap { $0["issuer"].string })
    }

    /// Step 4: three sections and not the fourth; what opened is a summary again.
    private static func athensOpens(_ world: World) throws -> String {
        let opened = try world.ask(
            "athens",
            [
                "open", world.envelope, "--operator", "dr-athens", "--fhir",
                world.path("athens-summary.json"),
            ])
        #expect(sections(opened) == ["emergency", "medication", "care"])
        #expect(opened["senderName"].string == "NGO Izmir")
        let checks = opened["passports"][0]["checks"].list
        #expect(checks.count == 18)
        #expect(checks.allSatisfy { $0["outcome"].string != "refuse" })
        #expect(lines(opened, "care").contains { $0.contains("3") && $0.contains("5") })
        let again = JSONAnswer(parsing: try world.folder.bytes("athens-summary.json"))
        #expect(again["resourceType"].string == "Bundle")
        let taken = try world.ask(
            "munich",
            ["summary", "import", world.path("athens-summary.json"), "--cadre", "nurse"])
        #expect(taken["sections"].strings == ["emergency", "medication", "care"])
        let refused = try world.ask(
            "athens",
            ["open", world.envelope, "--section", "risk", "--operator", "dr-athens"],
            expecting: 77)
        #expect(refused["opened"].bool == false)
        #expect(refused["reason"].string == "grant.sectionNotGranted")
        // Nobody else opens it at all, pinned or not.
        let other = try world.ask(
            "munich", ["open", world.envelope, "--operator", "dr-munich"], expecting: 77)
        #expect(other["view"].list.isEmpty)
        return try #require(opened["persons"][0].string)
    }

    /// Step 5: one merged view, and `risk` from Izmir by way of an Athens that never read it.
    private static func munichReads(_ world: World, _ izmirs: String, _ person: String) throws {
        let imported = try world.ask(
            "athens",
            [
                "summary", "import", "--supplement", "\(World.demo)/session-athens.json",
                "--cadre", "psychologist", "--person", person,
            ])
        let sealed = try world.ask(
            "athens",
            ["seal", imported["summary"].string ?? "", "--card", world.consentHalf])
        let athens = try #require(sealed["passport"].string)
        // Without the card Athens cannot grant what Izmir wrote.
        let alone = try world.run(
            "athens", world.grantArguments(izmirs, to: "Clinic Munich", "risk"))
        #expect(alone.status == 77, "\(alone.summary)")
        let card = ["--card", world.consentHalf]
        _ = try world.grant(
            "athens", izmirs, to: "Clinic Munich", "emergency,medication,care,risk", with: card)
        _ = try world.grant("athens", athens, to: "Clinic Munich", "care", with: card)
        let envelope = world.path("athens-to-munich.envelope")
        try world.ask(
            "athens", ["pack", izmirs, athens, "--to", "Clinic Munich", "--out", envelope])
        let opened = try world.ask(
            "munich",
            [
                "open", envelope, "--operator", "dr-munich", "--fhir",
                world.path("munich-summary.json"),
            ])
        #expect(sections(opened) == ["emergency", "medication", "care", "risk"])
        #expect(sources(opened, "care") == ["Clinic Athens", "NGO Izmir"])
        #expect(sources(opened, "risk") == ["NGO Izmir"])
        #expect(opened["persons"].strings == [person])
        #expect(opened["passports"].list.count == 2)
        for passport in opened["passports"].list {
            let card = passport["checks"].list.first { $0["check"].string == "card" }
            #expect(card?["state"].string == "presented")
        }
    }

    /// Step 6: what was open is closed, and says since when and why.
    private static func withdraws(_ world: World, _ grant: String) throws {
        let withdrawn = try world.ask(
            "izmir",
            [
                "withdraw", "--grant", grant, "--reason", "person", "--out",
                world.path("withdrawal"),
            ])
        try world.ask("izmir", ["status", "export", "--out", world.path("izmir.status")])
        // The withdrawal alone is enough; the list, which names no reason, follows.
        try world.ask("athens", ["take-in", world.path("withdrawal")])
        let open = ["open", world.envelope, "--operator", "dr-athens"]
        let first = try world.ask("athens", open, expecting: 77)
        #expect(first["reason"].string == "withdrawal.withdrawn")
        let line = first["passports"][0]["checks"].list
            .first { $0["check"].string == "withdrawal" }
        #expect(line?["time"].string == withdrawn["time"].string)
        #expect(line?["reason"].string == "person")
        try world.ask("athens", ["take-in", world.path("izmir.status")])
        let second = try world.ask("athens", open, expecting: 77)
        let states = second["passports"][0]["checks"].list.compactMap { $0["state"].string }
        #expect(states.contains("ended") && states.contains("withdrawn"))
        let text = try world.run("athens", open)
        #expect(text.text.contains(withdrawn["time"].string ?? "no time"))
    }

    /// Step 7: an outsider without a home or a key agrees with all three.
    private static func audits(_ world: World) throws {
        var logs: [String] = []
        for home in World.homes {
            let log = world.path("\(home).log")
            try world.ask(home, ["audit", "export", "--out", log])
            let verdict = try world.ask(
                nil, ["audit", "verify", log, "--fingerprint", world.fingerprints[home] ?? ""])
            #expect(verdict["logs"][0]["fingerprintMatches"].bool == true)
            for name in ["integrity", "completeness", "freshness", "authority"] {
                #expect(verdict["logs"][0][name]["standing"].string == "pass", "\(home) \(name)")
            }
            #expect(!verdict["logs"][0]["notChecked"].list.isEmpty)
            logs.append(log)
        }
        let result = try world.ask(
            nil, ["audit", "reconcile"] + logs + world.confirming(World.homes))
        #expect(result["matched"].list.count == 2)
        for name in ["missingAtSender", "missingAtRecipient", "mismatched"] {
            #expect(result[name].list.isEmpty, "\(name)")
        }
    }
}
