import Foundation
import GRDB
import PassportAudit
import PassportCoding
import PassportCrypto
import PassportSecrecy
import PassportTrust
import Testing

@testable import PassportStore

/// Cards with a PIN, words in the place of a card, by the real programs.
@Suite(.serialized) struct CardStoryTests {
    private static func write(_ text: String, _ name: String, _ world: World) throws -> String {
        try Data(text.utf8).write(to: URL(filePath: world.path(name)))
        return world.path(name)
    }

    private static func text(_ name: String, _ world: World) throws -> String {
        String(decoding: try world.folder.bytes(name), as: UTF8.self)
    }

    /// Seals Lea's summary for paper under a card and packs it for its bearer.
    private static func pack(
        _ world: World, _ card: [String], carry: [String], to name: String
    ) throws {
        let sealed = try world.ask(
            "izmir", ["seal", world.summary, "--profile", "paper", "--card"] + card)
        let passport = try #require(sealed["passport"].string)
        // Signed with the card, so that it is the one that the passport was sealed under.
        _ = try world.grant(
            "izmir", passport, to: "bearer", "emergency,medication",
            with: ["--card"] + card)
        try world.ask(
            "izmir",
            ["pack", passport, "--to", "bearer", "--out", world.path(name), "--carry"] + carry)
    }

    private static func stranger(_ world: World) throws {
        try world.ask("far", ["init", "--name", "Far Away"])
        try world.ask("far", ["operator", "add", "dr-far"])
    }

    private static func open(
        _ world: World, _ name: String, _ carry: [String]
    ) throws -> Answer {
        try world.run(
            "far",
            ["open", world.path(name), "--operator", "dr-far", "--json", "--carry"] + carry)
    }

    private static func sections(_ answer: Answer) -> [String] {
        answer.json["view"].list.compactMap { $0["section"].string }
    }

    @Test("A card with a PIN opens with both of its parts, and with neither alone")
    func pin() throws {
        let world = try World()
        let pin = try Self.write("4812\n", "pin", world)
        let persian = try Self.write("۴۸۱۲", "pin-as-typed", world)
        let wrong = try Self.write("4813", "wrong", world)
        try world.ask("izmir", ["card", "new", "--out", world.path("secret"), "--pin", pin])
        let (consent, carry) = (
            world.path("secret/consent-half.txt"), world.path("secret/carry-half.txt")
        )
        let without = try world.run(
            "izmir", ["seal", world.summary, "--profile", "paper", "--card", consent])
        without.expectRefusal([66])
        #expect(without.complaints.contains("PIN"), "\(without.summary)")
        try Self.pack(
            world, [consent, "--pin", pin], carry: [carry, "--pin", pin], to: "a.envelope")
        try Self.stranger(world)
        try Self.open(world, "a.envelope", [carry]).expectRefusal([66])
        try Self.open(world, "a.envelope", [carry, "--pin", wrong]).expectRefusal([77])
        let opened = try Self.open(world, "a.envelope", [carry, "--pin", persian])
        #expect(opened.status == 0, "\(opened.summary)")
        #expect(Self.sections(opened) == ["emergency", "medication"])
        // A card that has none says so, and a PIN that is none is no PIN.
        try Self.open(world, "a.envelope", [world.path("card/carry-half.txt"), "--pin", pin])
            .expectRefusal([65])
        let letters = try Self.write("secret", "letters", world)
        try Self.open(world, "a.envelope", [carry, "--pin", letters]).expectRefusal([65])
    }

    @Test("A grant with the wrong PIN is refused, so that nothing is signed for no card")
    func wrongGrant() throws {
        let world = try World()
        let pin = try Self.write("123456", "pin", world)
        let wrong = try Self.write("123457", "wrong", world)
        try world.ask("izmir", ["card", "new", "--out", world.path("secret"), "--pin", pin])
        let consent = world.path("secret/consent-half.txt")
        let sealed = try world.ask(
            "izmir", ["seal", world.summary, "--card", consent, "--pin", pin])
        let passport = try #require(sealed["passport"].string)
        let refused = try world.run(
            "izmir",
            World.signed(
                "izmir", world.grantArguments(passport, to: "Clinic Athens", "emergency"))
                + ["--card", consent, "--pin", wrong])
        refused.expectRefusal([77])
        #expect(refused.complaints.contains("PIN"), "\(refused.summary)")
        _ = try world.grant(
            "izmir", passport, to: "Clinic Athens", "emergency",
            with: ["--card", consent, "--pin", pin])
    }

    /// Of 256 cards that are mixed up one passes: of four others not all of them do.
    ///
    /// They are made in the home `pile`.
    static func refusesOthers(
        _ world: World, _ home: String, _ passports: [String],
        at location: SourceLocation = #_sourceLocation
    ) throws {
        let before = try HomeState.rows(world, home)
        let never = world.path("never.envelope")
        var refused = 0
        for number in 0..<4 {
            let folder = world.path("other-\(UUID().uuidString)")
            try world.ask("pile", ["card", "new", "--out", folder])
            let answer = try world.run(
                home,
                World.signed(
                    home,
                    ["pack"] + passports + [
                        "--to", "bearer", "--out", never, "--carry", "\(folder)/carry-half.txt",
                    ]))
            guard answer.status != 0 else { continue }
            refused += 1
            answer.expectRefusal([77])
            #expect(
                answer.complaints.contains("whose card"), "\(number): \(answer.summary)",
                sourceLocation: location)
        }
        #expect(refused > 0, sourceLocation: location)
        guard refused == 4 else { return }
        #expect(try HomeState.rows(world, home) == before, sourceLocation: location)
        #expect(!FileManager.default.fileExists(atPath: never), sourceLocation: location)
    }

    @Test("Nothing is packed for the card of somebody else, also after it was lost or far away")
    func otherCard() throws {
        let paper = try PaperWorld()
        let world = paper.world
        try world.ask("pile", ["init", "--name", "Other Cards"])
        try Self.refusesOthers(world, "izmir", [paper.passport])
        try paper.pack("right.envelope")
        // Of two passports in one envelope the card must be that of both.
        let other = try world.ask(
            "izmir", ["seal", world.summary, "--profile", "paper", "--no-card"])
        let unmarked = try #require(other["passport"].string)
        _ = try world.grant("izmir", unmarked, to: "bearer", "emergency")
        try Self.refusesOthers(world, "izmir", [unmarked, paper.passport])
        // Whoever got the passport and grants it on with the card knows the card, too.
        try paper.makeStranger()
        try world.ask(
            "far", ["open", paper.envelope, "--carry", paper.carry, "--operator", "dr-far"])
        _ = try world.grant(
            "far", paper.passport, to: "bearer", "emergency",
            with: ["--card", world.consentHalf])
        try Self.refusesOthers(world, "far", [paper.passport])
        try world.ask(
            "far",
            [
                "pack", paper.passport, "--to", "bearer", "--carry", paper.carry, "--out",
                world.path("onward.envelope"),
            ])
        // And the card that was lost is another one from then on.
        try world.ask("izmir", ["card", "new", "--out", world.path("new")])
        let again = try world.ask(
            "izmir",
            [
                "reissue", paper.passport, "--card", world.path("new/consent-half.txt"), "--out",
                world.path("old.withdrawal"),
            ])
        let passport = try #require(again["passport"].string)
        _ = try world.grant("izmir", passport, to: "bearer", "emergency")
        try Self.refusesOthers(world, "izmir", [passport])
    }

    @Test("A card with a PIN is printed with sheets that it opens, or it is said that nobody tried")
    func printedWithPIN() throws {
        let world = try World()
        let pin = try Self.write("4812", "pin", world)
        let wrong = try Self.write("4813", "wrong", world)
        try world.ask("izmir", ["card", "new", "--out", world.path("secret"), "--pin", pin])
        let (consent, carry) = (
            world.path("secret/consent-half.txt"), world.path("secret/carry-half.txt")
        )
        // Whoever seals is told how the PIN is tried while the person is there.
        let sealed = try world.run(
            "izmir",
            World.signed("izmir", ["seal", world.summary, "--card", consent, "--pin", pin])
        )
        #expect(sealed.status == 0 && sealed.text.contains("try the PIN"), "\(sealed.summary)")
        try Self.pack(
            world, [consent, "--pin", pin], carry: [carry, "--pin", pin], to: "pin.envelope")
        func print(_ options: [String]) throws -> Answer {
            try world.run(
                nil,
                [
                    "print", world.path("pin.envelope"), "--card", consent, "--out",
                    world.path("pin.pdf"),
                ] + options)
        }
        try print(["--pin", wrong]).expectRefusal([77])
        #expect(!FileManager.default.fileExists(atPath: world.path("pin.pdf")))
        let untried = try print([])
        #expect(untried.status == 0 && untried.text.contains("has a PIN"), "\(untried.summary)")
        let tried = try print(["--pin", pin])
        #expect(tried.status == 0 && !tried.text.contains("has a PIN"), "\(tried.summary)")
    }

    @Test("What is kept with a card is as long as what is kept without one")
    func sizes() throws {
        let paper = try PaperWorld()
        try paper.world.ask(
            "izmir", ["seal", paper.world.summary, "--profile", "paper", "--no-card"])
        let database = try DatabaseQueue(path: paper.world.path("izmir/carepass.sqlite"))
        let sizes = try database.read {
            try Int.fetchAll($0, sql: "SELECT length(sealedRing) FROM passport")
        }
        // One of profile net and two of profile paper.
        #expect(sizes.count == 3 && Set(sizes).count == 2, "\(sizes)")
    }

    @Test("A home that kept rings without marks packs for its bearers as before")
    func older() throws {
        let paper = try PaperWorld()
        let world = paper.world
        let insider = try Insider(world, "izmir")
        let database = try DatabaseQueue(path: world.path("izmir/carepass.sqlite"))
        try database.write { database in
            for table in ["passport", "grant"] {
                try Self.takeMarks(from: table, database, insider.keys.vault())
            }
            // Signed, as that home did: else it is refused.
            try StateSeal.sign(
                LogOrigin.text(for: insider.id.digest), Store.frontier(database), database,
                by: insider.keys.signingKey(.log))
        }
        try database.close()
        try paper.pack("again.envelope")
        try Self.stranger(world)
        let opened = try Self.open(world, "again.envelope", [paper.carry])
        #expect(Self.sections(opened) == ["emergency", "medication"], "\(opened.summary)")
    }

    private static func takeMarks(
        from table: String, _ database: Database, _ vault: borrowing Vault
    ) throws {
        let rows = try Row.fetchAll(
            database, sql: "SELECT digest, sealedRing FROM \"\(table)\"")
        #expect(!rows.isEmpty)
        for row in rows {
            let (digest, sealed): (Data, Data) = (row[0], row[1])
            let place = try "ring/\(#require(Digest(bytes: [UInt8](digest))))"
            let bytes = try vault.open([UInt8](sealed), place: place)
            let older = vault.seal(
                Array(bytes.dropLast(CardMark.keptBytes)), place: place, randomness: .system)
            try database.execute(
                sql: "UPDATE \"\(table)\" SET sealedRing = ? WHERE digest = ?",
                arguments: [Data(older), digest])
        }
    }

    @Test("A PIN is printed nowhere: a card with one is printed without being asked for it")
    func printed() throws {
        let paper = try PaperWorld()
        let world = paper.world
        let pin = try Self.write("73910428", "pin", world)
        try world.ask("izmir", ["card", "new", "--out", world.path("secret"), "--pin", pin])
        let card = world.path("card.pdf")
        _ = try paper.print(
            "sheets.pdf",
            ["--card", world.path("secret/consent-half.txt"), "--card-out", card])
        let text = try paper.tool("pdftotext", ["-layout", card, "-"]).text
        #expect(!text.contains("73910428") && !text.lowercased().contains("pin"))
        let carry = try Self.text("secret/carry-half.txt", world)
        let first = carry.prefix(4)
        #expect(text.contains(first), "\(text)")
        // The picture of the card takes the PIN as its text does.
        let picture = try paper.picture(card, page: 1)
        try Self.pack(
            world, [picture, "--pin", pin], carry: [picture, "--pin", pin], to: "b.envelope")
    }

    @Test(
        "Words do what the consent half does; only the carry half is printed",
        arguments: ["en", "tr", "numbers"])
    func words(_ list: String) throws {
        let paper = try PaperWorld()
        let world = paper.world
        let made = try world.ask(
            "izmir", ["card", "new", "--out", world.path("head"), "--words", list])
        let words = try #require(made["words"].string)
        let phrase = try Self.text("head/words.txt", world)
        #expect(phrase.split(whereSeparator: \.isWhitespace).count == 8)
        let carry = world.path("head/carry-half.txt")
        try Self.pack(world, [words], carry: [carry], to: "c.envelope")
        try Self.stranger(world)
        let opened = try Self.open(world, "c.envelope", [carry])
        #expect(Self.sections(opened) == ["emergency", "medication"], "\(opened.summary)")
        let said = try Self.write(phrase.uppercased().replacing(" ", with: "\n"), "said", world)
        #expect(try Self.open(world, "c.envelope", [said]).status == 0)
        let turned = phrase.split(whereSeparator: \.isWhitespace).reversed().joined(separator: " ")
        let wrong = try Self.write(turned, "turned", world)
        #expect(try [65, 77].contains(Self.open(world, "c.envelope", [wrong]).status))
        let card = world.path("card.pdf")
        _ = try paper.print(
            "sheets.pdf", ["--card", words, "--card-out", card], of: world.path("c.envelope"))
        let text = try paper.tool("pdftotext", ["-layout", card, "-"]).text
        for word in phrase.split(whereSeparator: \.isWhitespace) {
            #expect(!text.contains(word), "\(word)")
        }
        let half = try Self.text("head/carry-half.txt", world)
        #expect(text.contains(half.prefix(4)))
        #expect(!text.contains("decides"))
        // Typed with a careless hand, the half is printed as it was.
        let careless = try Self.write(
            half.lowercased().replacing("-", with: " \u{2013}\n"), "careless", world)
        _ = try paper.print(
            "sheets.pdf", ["--card", careless, "--card-out", card], of: world.path("c.envelope"))
        let again = try paper.tool("pdftotext", ["-layout", card, "-"]).text
        #expect(again == text)
    }

    @Test("A card is typed with spaces or without, and a mistyped one is not taken for words")
    func typed() throws {
        let world = try World()
        let card = try Self.text("card/consent-half.txt", world)
        let spaced = card.replacing("-", with: " ").lowercased()
        // As it stands on the card, two groups on each of four lines, and what editors make of it.
        let groups = card.split(whereSeparator: { "-\n".contains($0) })
        let lines = stride(from: 0, to: groups.count, by: 2)
            .map { "\(groups[$0]) - \(groups[$0 + 1])" }
        let windows = "\u{FEFF}" + lines.joined(separator: "\r\n") + "\r\n"
        let typographic = card.replacing("-", with: " \u{2013} ")
        for (text, status) in [
            (spaced, 0 as Int32), (lines.joined(separator: "\n"), 0), (windows, 0),
            (typographic, 0), (String(spaced.dropFirst(5)), 65),
        ] {
            let file = try Self.write(text, "typed", world)
            let answer = try world.run("izmir", ["seal", world.summary, "--card", file])
            #expect(answer.status == status, "\(answer.summary)")
            if status != 0 { #expect(answer.complaints.contains("half (■) is mistyped")) }
        }
        for words in ["hello world", "one two three four five six seven", "0001 0002 0003"] {
            let file = try Self.write(words, "typed", world)
            let answer = try world.run("izmir", ["seal", world.summary, "--card", file])
            answer.expectRefusal([65])
            #expect(answer.complaints.contains("words of a card"), "\(answer.summary)")
        }
        let echoed = try world.run(
            "izmir", ["seal", world.summary, "--card", world.consentHalf, "--pin", "4812"])
        echoed.expectRefusal([65])
        #expect(!echoed.complaints.contains("4812"), "\(echoed.summary)")
    }

    @Test("Words with a PIN, a list that there is not, and a folder that is there are refused")
    func refused() throws {
        let world = try World()
        let pin = try Self.write("4812", "pin", world)
        let rows: [(Int32, [String])] = [
            (64, ["--words", "en", "--pin", pin]), (64, ["--words", "en", "--with-pin"]),
            (65, ["--words", "de"]), (66, ["--with-pin"]), (66, ["--pin", world.path("none")]),
        ]
        for (status, options) in rows {
            let answer = try world.run(
                "izmir", ["card", "new", "--out", world.path("new")] + options)
            answer.expectRefusal([status])
            #expect(!FileManager.default.fileExists(atPath: world.path("new")))
        }
    }
}
