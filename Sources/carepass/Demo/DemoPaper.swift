import Foundation
import PassportCoding

/// The demo's last step: four sheets and a card, of which one is lost and one is stained.
struct DemoPaper {
    let out: String
    let runner: DemoRunner

    private var envelope: String { "\(out)/izmir-paper.envelope" }
    private var rebuilt: String { "\(out)/scanned.envelope" }

    func seal(_ summary: String) throws -> String {
        let sealed = try runner.run(
            "izmir",
            ["seal", summary, "--profile", "paper", "--card", "\(out)/card/consent-half.txt"],
            by: "dr-izmir")
        return sealed["passport"] as? String ?? ""
    }

    func print(_ passport: String) throws {
        try runner.run(
            "izmir",
            [
                "pack", passport, "--to", "bearer", "--carry", "\(out)/card/carry-half.txt",
                "--out", envelope,
            ], by: "dr-izmir")
        try runner.run(
            nil,
            [
                "print", envelope, "--sheets", "4", "--language", "ar", "--out",
                "\(out)/sheets.pdf", "--card", "\(out)/card/consent-half.txt", "--card-out",
                "\(out)/key-card.pdf",
            ])
    }

    /// Three of the sheets as pictures, one of them with stains; the first is thrown away.
    ///
    /// - Returns: how many codes were read, and of how many.
    func scan() throws -> (read: Int, of: Int) {
        let pictures = try (2...4).map { sheet in
            let name = "\(out)/sheet-\(sheet)"
            try draw(["-r", "200", "-f", "\(sheet)", "-l", "\(sheet)", "-singlefile"], name)
            return "\(name).pgm"
        }
        try stain(pictures[1])
        let scanned = try runner.run(nil, ["scan"] + pictures + ["--out", rebuilt])
        let bytes = try [envelope, rebuilt].map {
            try Files.read($0, maximum: Limits.envelopeBytes, what: Words.say("what.envelope"))
        }
        guard bytes[0] == bytes[1] else {
            throw CommandError(.demoFailed, .fault, Words.say("error.demo", "scan"))
        }
        return (scanned["codes"] as? Int ?? 0, scanned["of"] as? Int ?? 0)
    }

    /// A home that never met Izmir, and never is on a line.
    func open() throws -> [String: Any] {
        try runner.run("far-away", ["init", "--name", "Far Away"])
        try runner.run("far-away", ["operator", "add", "dr-far-away"])
        return try runner.run(
            "far-away", ["open", rebuilt, "--carry", "\(out)/card/carry-half.txt"],
            by: "dr-far-away")
    }

    private func draw(_ options: [String], _ name: String) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/pdftoppm")
        process.arguments = ["-gray"] + options + ["\(out)/sheets.pdf", name]
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw CommandError(.demoFailed, .fault, Words.say("error.demo", "pdftoppm"))
        }
    }

    /// Twelve drops of ink, each as wide as a finger, all over the sheet.
    private func stain(_ path: String) throws {
        var bytes = try Files.read(path, maximum: 1 << 24, what: Words.say("what.picture"))
        let words = bytes.prefix(32).split(whereSeparator: { $0 == 0x0A || $0 == 0x20 })
            .prefix(3).map { String(decoding: $0, as: UTF8.self) }
        guard words.count == 3, let width = Int(words[1]), let height = Int(words[2]) else {
            return
        }
        let begin = bytes.count - width * height
        let radius = width / 55
        for drop in 0..<12 {
            let (x, y) = (
                width * (2 * (drop % 3) + 1) / 6 + width / 14, height * (2 * (drop / 3) + 1) / 14
            )
            for row in max(y - radius, 0)..<min(y + radius, height) {
                for column in max(x - radius, 0)..<min(x + radius, width)
                where (row - y) * (row - y) + (column - x) * (column - x) < radius * radius {
                    bytes[begin + row * width + column] = 40
                }
            }
        }
        try Files.write(bytes, to: path)
    }
}
