import Foundation
import Testing

/// Sheets and a card, printed, lost, damaged, scanned and opened by the real programs.
@Suite(.serialized) struct PaperStoryTests {
    private static func sections(_ opened: JSONAnswer) -> [String] {
        opened["view"].list.compactMap { $0["section"].string }
    }

    @Test("Far away, three of four sheets and the carry half open what the bearer was granted")
    func threeOfFourSheets() throws {
        let paper = try PaperWorld()
        let pdf = try paper.print("sheets.pdf", ["--sheets", "4"])
        let pictures = try [4, 2, 3].map { try paper.picture(pdf, page: $0) }
        let scanned = try paper.scan(pictures, ["--json"])
        #expect(scanned.status == 0, "\(scanned.summary)")
        #expect(scanned.json["codes"].int == 18 && scanned.json["needed"].int == 18)
        #expect(try paper.scanned == paper.world.folder.bytes("paper.envelope"))
        try paper.makeStranger()
        let file = paper.world.path("scanned.envelope")
        let opened = try paper.world.ask(
            "far", ["open", file, "--carry", paper.carry, "--operator", "dr-far"])
        #expect(Self.sections(opened) == ["emergency", "medication"])
        #expect(opened["passports"][0]["standing"].string == "unknown")
        // The sheets alone open nothing, and the wrong half says that it is the wrong one.
        let alone = try paper.world.run("far", ["open", file, "--operator", "dr-far"])
        alone.expectRefusal([77])
        let consent = try paper.world.run(
            "far",
            ["open", file, "--carry", paper.world.consentHalf, "--operator", "dr-far"])
        consent.expectRefusal([65])
        #expect(consent.complaints.contains("this is the consent half"))
        let more = try paper.world.run(
            "far",
            [
                "open", file, "--carry", paper.carry, "--section", "risk", "--operator", "dr-far",
            ])
        #expect(more.status == 77)
    }

    @Test("One side with a card is read from one photograph, and the card from another")
    func oneSide() throws {
        let paper = try PaperWorld()
        let card = paper.world.path("card.pdf")
        let together = try paper.print("all.pdf", ["--card", paper.world.consentHalf])
        let answer = try paper.tool("pdfinfo", [together])
        #expect(answer.text.contains("Pages:           1"), "\(answer.text)")
        let picture = try paper.picture(together, page: 1, ["-r", "200"], as: "jpeg")
        let scanned = try paper.scan([picture, picture])
        #expect(scanned.status == 0, "\(scanned.summary)")
        #expect(scanned.text.contains("a key card is in the pictures"))
        #expect(try paper.scanned == paper.world.folder.bytes("paper.envelope"))
        _ = try paper.print(
            "sheets.pdf", ["--card", paper.world.consentHalf, "--card-out", card])
        try paper.makeStranger()
        // Both halves are in the picture; each command takes the one that it may.
        let opened = try paper.world.ask(
            "far",
            [
                "open", paper.world.path("scanned.envelope"), "--carry",
                try paper.picture(card, page: 1), "--operator", "dr-far",
            ])
        #expect(Self.sections(opened) == ["emergency", "medication"])
        let granted = try paper.world.run(
            "izmir",
            [
                "seal", paper.world.summary, "--profile", "paper", "--card", card,
            ])
        #expect(granted.status == 0, "\(granted.summary)")
    }

    @Test(
        "Too few codes: a picture of the sheets names those that are missing, and nothing is written"
    )
    func tooFew() throws {
        let paper = try PaperWorld()
        let pdf = try paper.print("sheets.pdf", ["--sheets", "4"])
        let scanned = try paper.scan([try paper.picture(pdf, page: 2)])
        #expect(scanned.status == 66, "\(scanned.summary)")
        #expect(scanned.text.contains("6 of the 18 codes"), "\(scanned.text)")
        #expect(scanned.text.contains("sheet 1 of 4") && !scanned.text.contains("sheet 2 of 4"))
        #expect(scanned.text.contains("   ◆   1   5\n   9  13  17\n  21\n"), "\(scanned.text)")
        #expect(paper.scanned == nil)
        let json = try paper.scan([try paper.picture(pdf, page: 2)], ["--json"]).json
        #expect(json["missing"].list.count == 18)
        // A torn sheet: the lower part is gone, and with it some of the codes.
        let torn = try paper.picture(pdf, page: 3, ["-r", "150", "-H", "700", "-W", "1240"])
        let rest = try paper.scan([torn, try paper.picture(pdf, page: 4)], ["--json"])
        #expect(rest.status == 66)
        let missing = rest.json["missing"].list.compactMap(\.int)
        #expect(missing.contains(23) && !missing.contains(3) && !missing.contains(4))
    }

    @Test("Codes of another envelope are named and set aside; of two whole ones a person chooses")
    func otherSets() throws {
        let paper = try PaperWorld()
        try paper.pack("other.envelope")
        let ours = try paper.print("ours.pdf", ["--sheets", "4"])
        let theirs = try paper.print(
            "theirs.pdf", ["--sheets", "4"], of: paper.world.path("other.envelope"))
        let all = try (1...4).map { try paper.picture(ours, page: $0) }
        let scanned = try paper.scan(all + [try paper.picture(theirs, page: 1)])
        #expect(scanned.status == 0, "\(scanned.summary)")
        #expect(scanned.text.contains("set aside: 6 of 24 codes of another set"))
        #expect(try paper.scanned == paper.world.folder.bytes("paper.envelope"))
        let both = try all + (1...4).map { try paper.picture(theirs, page: $0) }
        let unclear = try paper.scan(both)
        unclear.expectRefusal([65])
        let set = try #require(
            try paper.scan(Array(both.suffix(4)), ["--json"]).json["set"].string)
        #expect(unclear.complaints.contains(set.prefix(4)))
        #expect(try paper.scan(both, ["--set", String(set.prefix(4))]).status == 0)
        #expect(try paper.scanned == paper.world.folder.bytes("other.envelope"))
    }

    @Test("A picture that cannot be read, and one that is none, do not keep the others from it")
    func badPictures() throws {
        let paper = try PaperWorld()
        let pdf = try paper.print()
        let whole = try paper.picture(pdf, page: 1)
        let broken = try paper.world.folder.write([0x89, 0x50, 0x4E, 0x47, 1, 2, 3], to: "broken")
        let text = try paper.world.folder.write(Array("none".utf8), to: "text")
        let scanned = try paper.scan([broken, whole, text])
        #expect(scanned.status == 0, "\(scanned.summary)")
        #expect(scanned.text.contains("'") && scanned.text.contains("was not read"))
        #expect(try paper.scanned == paper.world.folder.bytes("paper.envelope"))
    }

    @Test("Two cards in one picture are refused: a history must not be sealed to a stranger's")
    func twoCards() throws {
        let paper = try PaperWorld()
        let world = paper.world
        try world.ask("izmir", ["card", "new", "--out", world.path("other-card")])
        let card = world.path("card.pdf")
        _ = try paper.print("s.pdf", ["--card", world.consentHalf, "--card-out", card])
        let other = world.path("other.pdf")
        _ = try paper.print(
            "t.pdf",
            [
                "--card", world.path("other-card/consent-half.txt"), "--card-out", other,
                "--any-card",
            ])
        // One above the other, as two cards lie on a desk.
        let pages = try [card, other].map {
            [UInt8](
                try Data(
                    contentsOf: URL(
                        filePath: paper.picture(
                            $0, page: 1, ["-r", "100", "-H", "300", "-W", "827"], as: "pgm"))))
        }
        let pixels = pages.flatMap { $0.suffix(300 * 827) }
        let both = try world.folder.write(
            Array("P5\n827 600\n255\n".utf8) + pixels, to: "both.pgm")
        let packed = try world.run(
            "izmir",
            [
                "pack", paper.passport, "--to", "bearer", "--carry", both, "--out",
                world.path("never.envelope"),
            ])
        packed.expectRefusal([65])
        #expect(packed.complaints.contains("two different cards"), "\(packed.summary)")
        #expect(!FileManager.default.fileExists(atPath: world.path("never.envelope")))
        // And the sheets say that a card alone is no sheet.
        let alone = try paper.scan([card])
        alone.expectRefusal([66])
        #expect(alone.complaints.contains("key card"))
    }

    @Test("A card that opens none of the sheets is not printed with them, and half a card is named")
    func anothersCard() throws {
        let paper = try PaperWorld()
        let world = paper.world
        try world.ask("izmir", ["card", "new", "--out", world.path("other-card")])
        for half in ["consent", "carry"] {
            let refused = try world.run(
                nil,
                [
                    "print", paper.envelope, "--out", world.path("never.pdf"), "--card",
                    world.path("other-card/\(half)-half.txt"),
                ])
            refused.expectRefusal([77])
            #expect(refused.complaints.contains("none of these sheets"), "\(refused.summary)")
        }
        #expect(!FileManager.default.fileExists(atPath: world.path("never.pdf")))
        let half = try world.run(
            nil,
            ["print", paper.envelope, "--out", world.path("half.pdf"), "--card", paper.carry])
        #expect(half.status == 0 && half.text.contains("only the half"), "\(half.summary)")
    }

    @Test("No result takes the place of a key, of a card, or of what it is made of")
    func irreplaceable() throws {
        let paper = try PaperWorld()
        let world = paper.world
        let pdf = try paper.print("sheets.pdf")
        let picture = try paper.picture(pdf, page: 1)
        let pack = ["pack", paper.passport, "--to", "bearer", "--carry", paper.carry, "--out"]
        let print = ["print", paper.envelope, "--card", world.consentHalf]
        for (home, arguments, file) in [
            ("izmir", pack + [paper.carry], paper.carry),
            ("izmir", pack + [world.path("izmir/root.key")], world.path("izmir/root.key")),
            ("izmir", print + ["--out", paper.envelope], paper.envelope),
            (
                "izmir", print + ["--out", world.path("x.pdf"), "--card-out", world.consentHalf],
                world.consentHalf
            ),
            ("izmir", ["scan", picture, "--out", picture], picture),
        ] {
            let before = try Data(contentsOf: URL(filePath: file))
            let refused = try world.run(home, World.signed(home, arguments))
            refused.expectRefusal([73])
            #expect(refused.complaints.contains("not replaced"), "\(refused.summary)")
            #expect(try Data(contentsOf: URL(filePath: file)) == before)
        }
    }

    @Test("Who forgets the card is told of it, and not that the sheets are for somebody else")
    func forgotten() throws {
        let paper = try PaperWorld()
        try paper.makeStranger()
        let refused = try paper.world.run(
            "far", ["open", paper.envelope, "--operator", "dr-far"])
        refused.expectRefusal([77])
        #expect(refused.complaints.contains("--carry"), "\(refused.summary)")
    }

    @Test("What was packed for the network is never printed, and what is no envelope neither")
    func onlyPaperIsPrinted() throws {
        let paper = try PaperWorld()
        let out = paper.world.path("never.pdf")
        for (file, status) in [
            (paper.world.envelope, 77 as Int32), (paper.world.path("izmir.identity"), 65),
            (paper.world.path("nowhere"), 66),
        ] {
            try paper.world.run(nil, ["print", file, "--out", out]).expectRefusal([status])
        }
        for options in [
            ["--sheets", "9"], ["--sheets", "0"], ["--sheets", "99"], ["--language", "xx"],
            ["--paper", "a3"], ["--card", paper.envelope], ["--card-out", out],
            ["--card", paper.world.consentHalf, "--card-out", paper.world.path("./never.pdf")],
        ] {
            let refused = try paper.world.run(
                nil, ["print", paper.envelope, "--out", out] + options)
            #expect([64, 65, 77].contains(refused.status), "\(refused.summary)")
        }
        #expect(!FileManager.default.fileExists(atPath: out))
    }

    @Test("An envelope for three organisations on the way and the bearer opens for each")
    func routeOrganisations() throws {
        let paper = try PaperWorld()
        let world = paper.world
        for home in ["athens", "munich"] {
            let name = try #require(World.names[home])
            try world.ask(
                "izmir",
                [
                    "peer", "add", world.path("\(home).identity"), "--fingerprint",
                    world.fingerprints[home] ?? "", "--trust", World.trust + ",seal-paper",
                ])
            _ = try world.grant("izmir", paper.passport, to: name, "emergency,care")
        }
        let file = world.path("route.envelope")
        let packed = try world.ask(
            "izmir",
            [
                "pack", paper.passport, "--to", "bearer", "--to", "Clinic Athens", "--to",
                "Clinic Munich", "--carry", paper.carry, "--out", file,
            ])
        // Whoever is in it: the sheets look the same.
        #expect(packed["bytes"].int == (try world.folder.bytes("paper.envelope").count))
        for home in ["athens", "munich"] {
            let opened = try world.ask(home, ["open", file, "--operator", "dr-\(home)"])
            #expect(Self.sections(opened) == ["emergency", "care"])
        }
        let twice = try world.run(
            "izmir",
            [
                "pack", paper.passport, "--to", "Clinic Athens", "--to", "Clinic Athens",
                "--out", world.path("never"),
            ])
        twice.expectRefusal([65])
        let net = try world.run(
            "izmir",
            [
                "pack", world.passport, "--to", "Clinic Athens", "--to", "Clinic Munich",
                "--out", world.path("never"),
            ])
        net.expectRefusal([77])
    }

    @Test("Five sections, the bearer, three organisations on the way and the card are one A4 side")
    func bar() throws {
        let paper = try PaperWorld()
        let world = paper.world
        let way = ["Clinic Athens", "Clinic Munich", "Clinic Ghent"]
        try world.ask("ghent", ["init", "--name", "Clinic Ghent"])
        try world.ask("ghent", ["operator", "add", "dr-ghent"])
        for (home, name) in zip(["athens", "munich", "ghent"], way) {
            let file = world.path("\(home).paper-identity")
            try world.ask(home, ["org", "export", "--out", file])
            let print = try world.ask(home, ["org", "fingerprint"])
            try world.ask(
                "izmir",
                [
                    "peer", "add", file, "--fingerprint", try #require(print["fingerprint"].string),
                    "--trust", "issue,consent,status,log,seal-net,seal-paper",
                ])
            _ = try world.grant(
                "izmir", paper.passport, to: name, "emergency,medication,care,scores,risk")
        }
        _ = try world.grant(
            "izmir", paper.passport, to: "bearer", "emergency,medication,care,scores,risk")
        let file = world.path("full.envelope")
        let packed = try world.ask(
            "izmir",
            ["pack", paper.passport, "--carry", paper.carry, "--out", file]
                + (way + ["bearer"]).flatMap { ["--to", $0] })
        #expect(packed["bytes"].int == 13_370)
        // The byte table of Spec/paper.md: slots, claims and holder's ring; the issuer's keys. Small
        // numbers and names are a few bytes longer or shorter.
        let sealed = try world.ask(
            "izmir",
            ["seal", world.summary, "--profile", "paper", "--card", world.consentHalf])
        #expect((3_366...3_378).contains(try #require(sealed["bytes"].int)))
        try world.ask("izmir", ["org", "export", "--out", world.path("izmir.keys")])
        #expect(try (2_090...2_130).contains(world.folder.bytes("izmir.keys").count))
        let pdf = world.path("full.pdf")
        let printed = try world.ask(
            nil, ["print", file, "--out", pdf, "--card", world.consentHalf])
        #expect(printed["codes"].int == 24 && printed["needed"].int == 18)
        #expect(printed["sides"].int == 1)
        #expect(try paper.tool("pdfinfo", [pdf]).text.contains("Pages:           1"))
        #expect(try paper.tool("pdfinfo", [pdf]).text.contains("(A4)"))
        let scanned = try paper.scan([try paper.picture(pdf, page: 1)])
        #expect(scanned.status == 0, "\(scanned.summary)")
        #expect(try paper.scanned == world.folder.bytes("full.envelope"))
        // Somebody on the way opens it with keys, and needs no card.
        let opened = try world.ask(
            "ghent", ["open", world.path("scanned.envelope"), "--operator", "dr-ghent"])
        #expect(Self.sections(opened).contains("emergency"))
    }

    @Test("Of two sheets either is enough, of three any two", arguments: [2, 3])
    func fewSheets(_ count: Int) throws {
        let paper = try PaperWorld()
        try Self.loseEach(of: count, paper, paper.envelope)
    }

    /// Prints on so many sheets and scans all but one of them, whichever that is.
    private static func loseEach(of count: Int, _ paper: PaperWorld, _ envelope: String) throws {
        let pdf = try paper.print("few.pdf", ["--sheets", "\(count)"], of: envelope)
        for lost in 1...count {
            let pictures = try (1...count).filter { $0 != lost }
                .map { try paper.picture(pdf, page: $0) }
            let scanned = try paper.scan(pictures)
            #expect(scanned.status == 0, "without \(lost): \(scanned.summary)")
            #expect(try paper.scanned == [UInt8](Data(contentsOf: URL(filePath: envelope))))
            try FileManager.default.removeItem(atPath: paper.world.path("scanned.envelope"))
        }
    }

    @Test(
        "With the consent half and the sheets somebody far away is granted more; the carry half is not enough"
    )
    func grantsMore() throws {
        let paper = try PaperWorld()
        let world = paper.world
        let pdf = try paper.print("sheets.pdf")
        _ = try paper.scan([try paper.picture(pdf, page: 1)])
        try paper.makeStranger()
        let file = world.path("scanned.envelope")
        try world.ask("far", ["open", file, "--carry", paper.carry, "--operator", "dr-far"])
        let grant = world.grantArguments(paper.passport, to: "bearer", "emergency,care")
        for half in [nil, paper.carry] {
            let card = half.map { ["--card", $0] } ?? []
            try world.run("far", grant + card).expectRefusal([65, 77])
        }
        try world.ask("far", grant + ["--card", world.consentHalf])
        let more = world.path("more.envelope")
        try world.ask(
            "far",
            ["pack", paper.passport, "--to", "bearer", "--carry", paper.carry, "--out", more])
        let opened = try world.ask(
            "far", ["open", more, "--carry", paper.carry, "--operator", "dr-far"])
        #expect(Self.sections(opened) == ["emergency", "care"])
        // With the keys of two issuers it is of the longest there are, which three sheets take too.
        #expect(try world.folder.bytes("more.envelope").count == 17_828)
        try FileManager.default.removeItem(atPath: file)
        try Self.loseEach(of: 3, paper, more)
    }
}
