import Foundation
import PassportPaper
import Testing

@testable import passport_vectors

/// A card as people give it: in place of its file, in a file that is none, beside another.
@Suite struct GivenCardTests {
    private static func text(_ file: String, _ world: World) throws -> String {
        try String(contentsOfFile: world.path(file), encoding: .utf8)
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    @Test("A card or words in place of a file are refused, and not repeated")
    func asFile() throws {
        let world = try World()
        let card = try Self.text("card/consent-half.txt", world)
        for given in [
            card, card.replacing("-", with: " ").lowercased(), String(card.dropLast(2)),
            card.replacing("-", with: "."), card.replacing("-", with: "\u{2013}").dropLast() + "U",
            card.replacing("-", with: ""), "one two three four five six seven eight",
            "one,two,three,four,five,six,seven,eight",
        ] {
            let answer = try world.run("izmir", ["seal", world.summary, "--card", given])
            answer.expectRefusal([66])
            #expect(answer.complaints.contains("not the card itself"), "\(answer.complaints)")
            #expect(!answer.complaints.contains(given.prefix(8)), "\(answer.complaints)")
        }
    }

    @Test("A file that is empty or no plain text is named as such")
    func noText() throws {
        let world = try World()
        let card = try Self.text("card/consent-half.txt", world)
        let wide: [UInt8] = card.utf16.flatMap { unit -> [UInt8] in
            [UInt8(unit & 0xFF), UInt8(unit >> 8)]
        }
        let rows: [([UInt8], String)] = [
            ([], "is empty"), (Array(" \r\n".utf8), "is empty"),
            ([0xFF, 0xFE] + wide, "no plain text"), (wide, "no plain text"),
        ]
        for (bytes, words) in rows {
            let file = try world.folder.write(bytes, to: "odd-card")
            let answer = try world.run("izmir", ["seal", world.summary, "--card", file])
            answer.expectRefusal([65])
            #expect(answer.complaints.contains(words), "\(answer.complaints)")
        }
    }

    @Test("Halves of two cards in one picture are refused, whichever of them is wanted")
    func halvesOfTwo() throws {
        let paper = try PaperWorld()
        let world = paper.world
        try world.ask("izmir", ["card", "new", "--out", world.path("other")])
        func picture(_ files: [String]) throws -> String {
            let codes = try files.map {
                try QRCode(Self.text($0, world), version: 3, level: .medium)
            }
            return try world.folder.write(Raster.pdf([codes], module: 4), to: "halves.pdf")
        }
        func print(_ card: String) throws -> Answer {
            try world.run(
                nil,
                [
                    "print", paper.envelope, "--out", world.path("p.pdf"), "--card", card,
                    "--any-card",
                ])
        }
        let both = try picture(["card/consent-half.txt", "card/carry-half.txt"])
        #expect(try print(both).status == 0)
        let arguments = [
            "pack", paper.passport, "--to", "bearer", "--out", world.path("q.envelope"), "--carry",
        ]
        #expect(try world.run("izmir", World.signed("izmir", arguments + [both])).status == 0)
        for files in [
            ["card/consent-half.txt", "other/carry-half.txt"],
            ["other/consent-half.txt", "card/carry-half.txt"],
            ["card/consent-half.txt", "card/carry-half.txt", "other/carry-half.txt"],
        ] {
            let mixed = try picture(files)
            for answer in [
                try print(mixed),
                try world.run("izmir", World.signed("izmir", arguments + [mixed])),
            ] {
                answer.expectRefusal([65])
                #expect(answer.complaints.contains("two different cards"), "\(answer.summary)")
            }
        }
    }

    @Test("Sheets and card are never written to one place, whatever names lead to it")
    func onePlace() throws {
        let paper = try PaperWorld()
        let world = paper.world
        let folder = world.path("folder")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
            atPath: world.path("way"), withDestinationPath: folder)
        for (out, cardOut) in [
            ("folder/x.pdf", "way/x.pdf"), ("folder/x.pdf", "folder/../folder/./x.pdf"),
            ("way/x.pdf", "folder/x.pdf"),
        ] {
            let answer = try world.run(
                nil,
                [
                    "print", paper.envelope, "--card", world.consentHalf, "--out",
                    world.path(out), "--card-out", "\(world.path("."))/\(cardOut)",
                ])
            answer.expectRefusal([64])
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
        }
    }
}
