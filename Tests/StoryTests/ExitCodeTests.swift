import Foundation
import Testing

/// The documented exit codes, each brought about on purpose.
@Suite struct ExitCodeTests {
    /// One command and how it must end.
    struct Row: Sendable, CustomTestStringConvertible {
        let status: Int32
        let home: String?
        let arguments: [String]
        var testDescription: String { "\(status): \(arguments.joined(separator: " "))" }
    }

    /// `WORLD` stands for the world's folder. The order is that of the numbers.
    static let rows: [Row] = [
        Row(status: 0, home: "izmir", arguments: ["org", "show"]),
        Row(status: 0, home: nil, arguments: ["inspect", "WORLD/izmir.identity"]),
        Row(status: 0, home: nil, arguments: ["--help"]),
        Row(status: 0, home: nil, arguments: ["help", "seal"]),
        Row(status: 0, home: nil, arguments: ["--version"]),
        Row(status: 64, home: nil, arguments: ["no-such-command"]),
        Row(status: 64, home: "izmir", arguments: ["seal"]),
        Row(status: 64, home: "izmir", arguments: ["seal", "00", "--no-such-option"]),
        Row(status: 64, home: "izmir", arguments: ["seal", "00"]),
        Row(status: 64, home: "izmir", arguments: ["withdraw", "--out", "WORLD/never"]),
        Row(status: 64, home: "izmir", arguments: ["summary", "import", "--cadre", "nurse"]),
        Row(status: 64, home: nil, arguments: ["audit", "reconcile", "WORLD/izmir.identity"]),
        Row(status: 64, home: "izmir", arguments: ["card", "new", "--out", "-"]),
        Row(status: 65, home: "izmir", arguments: ["take-in", "WORLD/izmir-to-athens.envelope"]),
        Row(status: 65, home: "izmir", arguments: ["seal", "no-number", "--no-card"]),
        Row(status: 65, home: "izmir", arguments: ["operator", "add", "no spaces"]),
        Row(status: 66, home: "none", arguments: ["org", "show"]),
        Row(status: 66, home: "izmir", arguments: ["take-in", "WORLD/is-not-there"]),
        Row(
            status: 66, home: "athens",
            arguments: ["open", "WORLD/izmir-to-athens.envelope", "--operator", "dr-nobody"]),
        Row(
            status: 66, home: "izmir",
            arguments: ["seal", "00000000000000000000000000000000", "--no-card"]),
        // A folder that cannot be: somebody's file stands where it would have to be. Unlike a
        // read-only folder, this stops root too.
        Row(
            status: 73, home: "izmir",
            arguments: ["org", "export", "--out", "WORLD/izmir.identity/below"]),
        Row(
            status: 73, home: "izmir",
            arguments: ["audit", "export", "--out", "WORLD/izmir.identity/below"]),
        Row(
            status: 73, home: "izmir.identity/below", arguments: ["init", "--name", "Nobody"]),
        Row(
            status: 73, home: "izmir", arguments: ["card", "new", "--out", "WORLD/card"]),
        Row(status: 77, home: "izmir", arguments: ["init", "--name", "Again"]),
        Row(status: 77, home: "izmir", arguments: ["operator", "add", "dr-izmir"]),
        Row(
            status: 77, home: "munich",
            arguments: ["open", "WORLD/izmir-to-athens.envelope", "--operator", "dr-munich"]),
        Row(
            status: 77, home: "izmir",
            arguments: [
                "peer", "add", "WORLD/athens.identity", "--trust", "issue", "--fingerprint",
                "MUNICH",
            ]),
    ]

    private static func arguments(_ row: Row, _ world: World) -> [String] {
        row.arguments.map {
            $0.replacingOccurrences(of: "WORLD", with: world.folder.path)
                .replacingOccurrences(of: "MUNICH", with: world.fingerprints["munich"] ?? "")
        }
    }

    @Test(arguments: rows)
    func isTheDocumentedOne(_ row: Row) throws {
        let world = try World()
        let home = row.home ?? "izmir"
        let answer = try world.run(row.home, Self.arguments(row, world))
        if row.status == 0 {
            #expect(answer.status == 0 && answer.complaints.isEmpty, "\(answer.summary)")
            #expect(!answer.output.isEmpty)
        } else {
            answer.expectRefusal([row.status], row.testDescription)
        }
        #expect(!FileManager.default.fileExists(atPath: world.path("never")), "\(home)")
    }

    /// In JSON mode a refusal is JSON too, with the same code as the one on standard error.
    @Test(arguments: rows.filter { $0.status != 0 })
    func isAnErrorInJSONToo(_ row: Row) throws {
        let world = try World()
        let answer = try world.run(row.home, Self.arguments(row, world) + ["--json"])
        #expect(answer.status == row.status, "\(answer.summary)")
        let json = answer.json
        #expect(json["version"].int == 1, "\(answer.text)")
        let message = try #require(json["error"]["message"].string)
        #expect(answer.complaintLines.first == "error: \(message)")
        #expect(json["error"]["code"].string?.contains(".") == true)
    }

    /// What cannot be said must not look like success.
    @Test func aFullDiskUnderStandardOutputIsSaid() throws {
        let world = try World()
        let carepass = CarePassProcess.executable.path
        for command in ["org show", "org show --json", "org export --out -"] {
            let answer = try world.process("izmir").run(
                URL(filePath: "/bin/sh"), ["-c", "exec \"\(carepass)\" \(command) > /dev/full"])
            answer.expectRefusal([73], command)
        }
    }

    /// A home without room to write: the program says so, and the old state stays.
    @Test func aHomeThatCannotGrowIsSaid() throws {
        let world = try World()
        let before = try HomeState(world, "izmir")
        let carepass = CarePassProcess.executable.path
        // No file may grow any more; the signal that tells of it is ignored, as on a full disk,
        // where there is none.
        let answers = try [
            "operator add dr-late --operator dr-izmir", "card new --out \(world.path("late"))",
        ].map {
            try world.process("izmir").run(
                URL(filePath: "/bin/sh"),
                [
                    "-c",
                    "(trap '' XFSZ; ulimit -f 0; \"\(carepass)\" \($0); echo $?) 2>&1 | cat",
                ])
        }
        for answer in answers {
            #expect(answer.text.hasPrefix("error: "), "\(answer.text)")
            #expect(answer.text.hasSuffix("\n73\n"), "\(answer.text)")
        }
        #expect(try HomeState(world, "izmir") == before)
        #expect(!FileManager.default.fileExists(atPath: world.path("late")))
        try world.ask("izmir", ["operator", "add", "dr-late"])
    }
}
