import Foundation
import Testing

/// A world in which Izmir packed Lea's passport for paper: for the bearer of the card, and for
/// nobody else.
struct PaperWorld {
    let world: World
    let passport: String

    static let sections = "emergency,medication"

    init() throws {
        world = try World()
        let sealed = try world.ask(
            "izmir",
            ["seal", world.summary, "--profile", "paper", "--card", world.consentHalf])
        passport = try #require(sealed["passport"].string)
        _ = try world.grant("izmir", passport, to: "bearer", Self.sections)
        try pack("paper.envelope")
    }

    var envelope: String { world.path("paper.envelope") }
    var carry: String { world.path("card/carry-half.txt") }

    func pack(_ name: String) throws {
        try world.ask(
            "izmir",
            ["pack", passport, "--to", "bearer", "--carry", carry, "--out", world.path(name)])
    }

    /// Prints, and returns the file.
    func print(
        _ name: String = "sheets.pdf", _ options: [String] = [], of envelope: String? = nil
    ) throws -> String {
        let file = world.path(name)
        try world.ask(
            nil, ["print", envelope ?? self.envelope, "--out", file] + options)
        return file
    }

    /// What a scanner makes of one page.
    func picture(
        _ pdf: String, page: Int, _ options: [String] = ["-r", "200"], as kind: String = "png"
    ) throws -> String {
        let name = "\(pdf).\(page)"
        let format = kind == "pgm" ? ["-gray"] : [kind == "png" ? "-png" : "-jpeg"]
        let answer = try tool(
            "pdftoppm",
            format + options + ["-singlefile", "-f", "\(page)", "-l", "\(page)", pdf, name])
        try #require(answer.status == 0, "\(answer.summary)")
        return name + (kind == "jpeg" ? ".jpg" : ".\(kind)")
    }

    /// Runs a program of the system.
    func tool(_ name: String, _ arguments: [String]) throws -> Answer {
        try world.process(nil).run(URL(filePath: "/usr/bin/\(name)"), arguments)
    }

    /// Rebuilds from pictures into a file of its own.
    func scan(_ pictures: [String], _ options: [String] = []) throws -> Answer {
        try world.run(
            nil, ["scan"] + pictures + ["--out", world.path("scanned.envelope")] + options)
    }

    var scanned: [UInt8]? { try? world.folder.bytes("scanned.envelope") }

    /// A home that never met anybody.
    func makeStranger() throws {
        try world.ask("far", ["init", "--name", "Far Away"])
        try world.ask("far", ["operator", "add", "dr-far"])
    }
}
