import CarePassport
import Foundation
import GRDB
import PassportCoding
import PassportCrypto
import Testing

/// A lost card, and a passport that a person may show, by the real programs.
@Suite(.serialized) struct ReissueStoryTests {
    @Test("A lost card: the same history under a new card and number, and the old one ends")
    func lostCard() throws {
        let paper = try PaperWorld()
        let world = paper.world
        try world.ask("izmir", ["card", "new", "--out", world.path("new")])
        let (card, carry) = (world.path("new/consent-half.txt"), world.path("new/carry-half.txt"))
        let again = try world.ask(
            "izmir",
            [
                "reissue", paper.passport, "--card", card, "--out", world.path("old.withdrawal"),
            ])
        let passport = try #require(again["passport"].string)
        #expect(passport != paper.passport)
        #expect(again["grants"].list.count == 1)
        #expect(again["others"].list.compactMap(\.string) == [world.passport])
        // The old one gives nothing any more, to nobody.
        try world.run(
            "izmir",
            World.signed("izmir", world.grantArguments(paper.passport, to: "bearer", "emergency"))
        ).expectRefusal([77])
        try world.run(
            "izmir",
            World.signed(
                "izmir",
                [
                    "pack", paper.passport, "--to", "bearer", "--carry", paper.carry, "--out",
                    world.path("never"),
                ])
        ).expectRefusal([77])
        // Nothing was granted of the new one yet; the new card grants it, and the old does not.
        let arguments = World.signed(
            "izmir", world.grantArguments(passport, to: "bearer", "emergency,medication,risk"))
        try world.run("izmir", arguments + ["--card", world.consentHalf]).expectRefusal([77])
        #expect(try world.run("izmir", arguments + ["--card", card]).status == 0)
        let file = world.path("new.envelope")
        try world.ask(
            "izmir", ["pack", passport, "--to", "bearer", "--carry", carry, "--out", file])
        // What is under the new card already is not named as open to the lost one.
        try world.ask("izmir", ["seal", world.summary, "--card", card])
        let named = try world.ask(
            "izmir",
            [
                "reissue", world.passport, "--card", card, "--out",
                world.path("second.withdrawal"),
            ])
        #expect(named["others"].list.isEmpty, "\(named["others"])")
        // Whoever has a copy of the old one, and the withdrawal, knows.
        let old = ["open", paper.envelope, "--carry", paper.carry, "--operator", "dr-far"]
        try paper.makeStranger()
        try world.ask("far", old)
        try world.ask("far", ["take-in", world.path("old.withdrawal")])
        try world.ask("far", old, expecting: 77)
        let opened = try world.ask(
            "far", ["open", file, "--carry", carry, "--operator", "dr-far"])
        let sections = opened["view"].list.compactMap { $0["section"].string }
        #expect(sections == ["emergency", "medication"])
        try world.run(
            "far", ["open", file, "--carry", paper.carry, "--operator", "dr-far"]
        ).expectRefusal([77])
    }

    @Test(
        "Reissue under the lost card, of what others wrote, or twice, is refused and changes nothing"
    )
    func refused() throws {
        let paper = try PaperWorld()
        let world = paper.world
        let out = world.path("old.withdrawal")
        func reissue(_ home: String, _ passport: String, _ card: String) throws -> Answer {
            try world.run(
                home,
                World.signed(home, ["reissue", passport, "--card", card, "--out", out]))
        }
        try world.ask("izmir", ["card", "new", "--out", world.path("new")])
        let card = world.path("new/consent-half.txt")
        let before = try HomeState.rows(world, "izmir")
        for (home, passport, card, status) in [
            ("izmir", paper.passport, world.consentHalf, 77 as Int32),
            ("izmir", paper.passport, world.path("new/carry-half.txt"), 65),
            ("izmir", "00000000000000000000000000000000", card, 66),
        ] {
            let answer = try reissue(home, passport, card)
            answer.expectRefusal([status])
            #expect(!FileManager.default.fileExists(atPath: out))
        }
        #expect(try HomeState.rows(world, "izmir") == before)
        #expect(try reissue("izmir", paper.passport, card).status == 0)
        try FileManager.default.removeItem(atPath: out)
        try reissue("izmir", paper.passport, card).expectRefusal([77])
        #expect(!FileManager.default.fileExists(atPath: out))
    }

    // MARK: - Covers

    /// A summary with the emergency section alone, in the home of somebody who says nothing.
    private static func neutral(_ world: World) throws -> String {
        try world.ask("village", ["init", "--name", "Bus Station Karaburun"])
        try world.ask("village", ["operator", "add", "dr-village"])
        let text = """
            {"form": "care-passport-supplement/1",
             "emergency": {"languages": [{"tag": "ar", "uses": ["speaks"], "preferred": true}]}}
            """
        try Data(text.utf8).write(to: URL(filePath: world.path("harmless.json")))
        let imported = try world.ask(
            "village",
            ["summary", "import", "--supplement", world.path("harmless.json"), "--cadre", "other"])
        return try #require(imported["summary"].string)
    }

    private static func cover(
        _ world: World, _ home: String, _ summary: String, _ clerk: String,
        _ options: [String] = []
    ) throws -> Answer {
        try world.run(
            home,
            [
                "cover", summary, "--language", "ar", "--statement",
                "\(World.demo)/statement-ar.txt", "--out", world.path("cover"), "--operator",
                clerk, "--json",
            ] + options)
    }

    @Test("A cover opens like any other, and shares nothing with the passport that it covers")
    func cover() throws {
        let paper = try PaperWorld()
        let world = paper.world
        let summary = try Self.neutral(world)
        // The keys of that home are some weeks old when the person comes.
        let born = Date(timeIntervalSinceNow: -600)
        let moment = Date(timeIntervalSinceNow: 45 * 86_400)
        let later = ["--clock", "\(Int(moment.timeIntervalSince1970))"]
        let made = try Self.cover(world, "village", summary, "dr-village", later)
        #expect(made.status == 0, "\(made.summary)")
        // Not the moment at which it was made, and none at which its keys were not in force.
        let issued = try #require(made.json["issued"].string)
        let (begin, end) = (born.ISO8601Format(), moment.ISO8601Format())
        #expect(issued >= begin && issued < end, "\(begin) \(issued) \(end)")
        let carry = world.path("cover/carry-half.txt")
        let file = world.path("cover/paper.envelope")
        try paper.makeStranger()
        let opened = try world.ask(
            "far", ["open", file, "--carry", carry, "--operator", "dr-far"] + later)
        #expect(opened["view"].list.compactMap { $0["section"].string } == ["emergency"])
        // No day of making stands in it: neither the day of import nor that of packing.
        let said = "\(opened["view"]) \(opened["passports"])"
        for day in [moment, Date()].map({ String($0.ISO8601Format().prefix(10)) }) {
            #expect(!said.contains(day), "\(day) in \(said)")
        }
        // Neither card opens the other envelope.
        for (envelope, half) in [(file, paper.carry), (paper.envelope, carry)] {
            try world.run(
                "far", ["open", envelope, "--carry", half, "--operator", "dr-far"] + later
            ).expectRefusal([77])
        }
        // Of the same form: what lies in a pocket is one of the four lengths that all have.
        let lengths = try [file, paper.envelope].map {
            try Data(contentsOf: URL(filePath: $0)).count
        }
        #expect(lengths.allSatisfy { [8_912, 11_884, 13_370, 17_828].contains($0) })
        let pdf = try paper.print("cover.pdf", [], of: file)
        let text = try paper.tool("pdftotext", [pdf, "-"]).text
        #expect(!text.contains("Karaburun"))
    }

    @Test("A cover names whom it will be from, and is packed for no other card")
    func ownCard() throws {
        let paper = try PaperWorld()
        let world = paper.world
        let summary = try Self.neutral(world)
        let made = try Self.cover(world, "village", summary, "dr-village")
        let passport = try #require(made.json["passport"].string)
        try world.ask("pile", ["init", "--name", "Other Cards"])
        try CardStoryTests.refusesOthers(world, "village", [passport])
        try world.ask(
            "village",
            [
                "pack", passport, "--to", "bearer", "--out", world.path("again.envelope"),
                "--carry", world.path("cover/carry-half.txt"),
            ])
        let said = try world.run(
            "village",
            World.signed(
                "village",
                [
                    "cover", summary, "--language", "ar", "--statement",
                    "\(World.demo)/statement-ar.txt", "--out", world.path("second"),
                ]))
        #expect(said.text.contains("from 'Bus Station Karaburun'"), "\(said.summary)\(said.text)")
    }

    @Test("The statement of a cover has another hash each time, and not that of the passport")
    func statements() throws {
        let paper = try PaperWorld()
        let world = paper.world
        let summary = try Self.neutral(world)
        for _ in 0..<2 {
            #expect(try Self.cover(world, "village", summary, "dr-village").status == 0)
            try FileManager.default.removeItem(atPath: world.path("cover"))
        }
        let text = try Data(contentsOf: URL(filePath: "\(World.demo)/statement-ar.txt"))
        let plain = Digest.sha256(of: [UInt8](text))
        let hashes = try ["izmir", "village"].map { home in
            let database = try DatabaseQueue(path: world.path("\(home)/carepass.sqlite"))
            return try database.read { try Data.fetchAll($0, sql: "SELECT bytes FROM \"grant\"") }
                .map { try UnverifiedGrant(decoding: [UInt8]($0)).terms.statement.hash }
        }
        #expect(Set(hashes[0]) == [plain])
        #expect(hashes[1].count == 2 && Set(hashes[1] + [plain]).count == 3)
    }

    @Test("A cover that would tell is refused: other sections, or the home of those who write care")
    func telling() throws {
        let paper = try PaperWorld()
        let world = paper.world
        let summary = try Self.neutral(world)
        let clinic = try world.run(
            "izmir",
            World.signed(
                "izmir",
                [
                    "cover", world.summary, "--language", "ar", "--statement",
                    "\(World.demo)/statement-ar.txt", "--out", world.path("cover"),
                ]))
        clinic.expectRefusal([77])
        // Who opened what others wrote is no neutral home either.
        try paper.makeStranger()
        try world.ask(
            "far", ["open", paper.envelope, "--carry", paper.carry, "--operator", "dr-far"])
        let harmless = try world.ask(
            "far",
            ["summary", "import", "--supplement", world.path("harmless.json"), "--cadre", "other"])
        let opener = try Self.cover(
            world, "far", #require(harmless["summary"].string), "dr-far")
        opener.expectRefusal([77])
        // A home that has sealed care once is no neutral one any more.
        let care = try world.ask(
            "village",
            [
                "summary", "import", "\(World.demo)/ips-example.json", "--cadre", "psychologist",
            ])
        let more = try #require(care["summary"].string)
        try Self.cover(world, "village", more, "dr-village").expectRefusal([77])
        try world.ask("village", ["seal", more, "--no-card", "--operator", "dr-village"])
        let late = try Self.cover(world, "village", summary, "dr-village")
        late.expectRefusal([77])
        #expect(late.complaints.contains("writes care"), "\(late.summary)")
        let short = try Self.cover(world, "village", summary, "dr-village", ["--days", "60"])
        short.expectRefusal([64])
        #expect(!FileManager.default.fileExists(atPath: world.path("cover")))
    }
}
