import Foundation
import Testing

/// `--json` on every command: one object, one version, nothing else on standard output.
@Suite struct JSONTests {
    @Test func everyCommandAnswersInVersionedJSON() throws {
        let world = try World()
        var seen: Set<String> = []
        func ask(_ home: String?, _ arguments: [String]) throws -> JSONAnswer {
            let answer = try world.run(home, arguments + ["--json"])
            try #require([0, 77].contains(answer.status), "\(answer.summary)")
            #expect(answer.json["version"].int == 1, "\(answer.summary)")
            #expect(answer.text.hasPrefix("{") && answer.text.hasSuffix("}\n"))
            for count in 1...2 { seen.insert(arguments.prefix(count).joined(separator: " ")) }
            return answer.json
        }
        _ = try ask("new", ["init", "--name", "NGO New"])
        _ = try ask("new", ["operator", "add", "dr-new"])
        _ = try ask("new", ["operator", "add", "dr-old"])
        _ = try ask("new", ["operator", "end", "dr-old", "--operator", "dr-new"])
        _ = try ask("new", ["operator", "list"])
        _ = try ask("new", ["org", "show"])
        _ = try ask("new", ["org", "fingerprint"])
        _ = try ask("new", ["org", "export", "--out", world.path("new.identity")])
        let fingerprint = try #require(world.fingerprints["athens"])
        _ = try ask(
            "new",
            [
                "peer", "add", world.path("athens.identity"), "--fingerprint", fingerprint,
                "--trust", "issue,seal-net",
            ])
        _ = try ask("new", ["peer", "list"])
        let imported = try ask(
            "new",
            [
                "summary", "import", "--supplement", "\(World.demo)/session-athens.json",
                "--cadre", "nurse",
            ])
        let summary = try #require(imported["summary"].string)
        let reader = ["--operator", "dr-new"]
        _ = try ask("new", ["summary", "show", summary] + reader)
        _ = try ask("new", ["summary", "export", summary, "--out", world.path("ips")] + reader)
        _ = try ask("new", ["card", "new", "--out", world.path("new-card")])
        let sealed = try ask("new", ["seal", summary, "--no-card"])
        let passport = try #require(sealed["passport"].string)
        let granted = try ask(
            "new", world.grantArguments(passport, to: "Clinic Athens", "care"))
        _ = try ask(
            "new", ["pack", passport, "--to", "Clinic Athens", "--out", world.path("new.env")])
        _ = try ask("athens", ["open", world.path("new.env"), "--operator", "dr-athens"])
        _ = try ask(nil, ["inspect", world.path("new.env")])
        _ = try ask(
            "new",
            [
                "withdraw", "--grant", granted["grant"].string ?? "", "--out",
                world.path("new.withdrawal"),
            ])
        _ = try ask("new", ["peer", "remove", "Clinic Athens"])
        _ = try ask("new", ["status", "export", "--out", world.path("new.status")])
        _ = try ask("athens", ["take-in", world.path("new.identity")])
        for (home, arguments) in Self.audits(world) { _ = try ask(home, arguments) }
        // `demo` has a test of its own, what needs a daemon is asked in `ExchangeStoryTests`, and
        // what needs paper in `PaperStoryTests` and `ReissueStoryTests`; everything else that help
        // lists was asked.
        let elsewhere: Set = [
            "demo", "help", "daemon pair", "daemon show", "send", "inbox", "fetch", "sync", "purge",
            "print", "scan", "reissue", "cover",
        ]
        for command in try Self.commands(world) where !elsewhere.contains(command) {
            #expect(seen.contains(command), "\(command)")
        }
    }

    private static func audits(_ world: World) -> [(String?, [String])] {
        let (log, other) = (world.path("new.log"), world.path("athens.log"))
        let proof = world.path("new.proof")
        return [
            ("new", ["audit", "show"]),
            ("new", ["audit", "export", "--out", log]),
            ("athens", ["audit", "export", "--out", other]),
            ("new", ["audit", "checkpoint", "--out", world.path("new.note")]),
            ("new", ["audit", "export", "--proof", "0", "--out", proof]),
            (nil, ["audit", "verify", log, "--any-identity"]),
            (nil, ["audit", "verify", proof, "--any-identity"]),
            (nil, ["audit", "reconcile", log, other, "--any-identity"]),
        ]
    }

    /// The commands and their own, as help lists them.
    private static func commands(_ world: World, below parent: [String] = []) throws -> [String] {
        let help = try world.run(nil, parent.isEmpty ? ["--help"] : ["help"] + parent).text
        guard let list = help.firstRange(of: "SUBCOMMANDS:\n") else { return [] }
        let names = help[list.upperBound...].split(separator: "\n")
            .filter { $0.hasPrefix("  ") && !$0.hasPrefix("   ") }
            .compactMap { $0.split(separator: " ").first.map(String.init) }
            .filter { $0 != "See" }
        guard parent.isEmpty else { return names.map { "\(parent[0]) \($0)" } }
        return try names.flatMap { name in
            let inner = try commands(world, below: [name])
            return inner.isEmpty ? [name] : inner
        }
    }

    /// `-` is a stream: what goes to a file goes there and nothing beside it.
    @Test func dashIsAStream() throws {
        let world = try World()
        let identity = try world.folder.bytes("izmir.identity")
        let exported = try world.run("izmir", ["org", "export", "--out", "-"])
        #expect(exported.status == 0 && exported.output == identity)
        let seen = try world.run(nil, ["inspect", "-", "--json"], input: identity)
        #expect(seen.json["kind"].string == "identity")
        let envelope = try world.folder.bytes("izmir-to-athens.envelope")
        let opened = try world.run(
            "athens", ["open", "-", "--operator", "dr-athens", "--json"], input: envelope)
        #expect(opened.status == 0 && opened.json["opened"].bool == true, "\(opened.summary)")
        let bundle = try Data(contentsOf: URL(filePath: "\(World.demo)/ips-example.json"))
        let imported = try world.run(
            "izmir", ["summary", "import", "-", "--cadre", "nurse", "--json"],
            input: [UInt8](bundle))
        #expect(imported.json["entries"].int == 8, "\(imported.summary)")
        let card = try world.folder.bytes("card/consent-half.txt")
        let sealed = try world.run(
            "izmir", ["seal", world.summary, "--card", "-", "--json"], input: card)
        #expect(sealed.status == 0, "\(sealed.summary)")
        for arguments in [
            ["summary", "export", world.summary, "--operator", "dr-izmir", "--out", "-"],
            ["withdraw", "--grant", world.athensGrant, "--out", "-"],
            ["status", "export", "--out", "-"], ["audit", "export", "--out", "-"],
        ] {
            let answer = try world.run("izmir", arguments)
            #expect(answer.status == 0 && !answer.output.isEmpty, "\(answer.summary)")
        }
        let log = try world.run("izmir", ["audit", "export", "--out", "-"]).output
        let verdict = try world.run(
            nil, ["audit", "verify", "-"] + world.confirming(["izmir"]), input: log)
        #expect(verdict.status == 0, "\(verdict.summary)")
    }

    /// Two things for one stream: refused before anything is done, as one object.
    @Test func jsonAndAFileOnOneStreamIsAUsageError() throws {
        let world = try World()
        let bundle = "\(World.demo)/ips-example.json"
        let rows: [(String, [String])] = [
            ("izmir", ["org", "export", "--out", "-"]),
            ("izmir", ["summary", "import", bundle, "--cadre", "nurse", "--account", "-"]),
            (
                "izmir",
                ["summary", "export", world.summary, "--operator", "dr-izmir", "--out", "-"]
            ),
            ("izmir", ["pack", world.passport, "--to", "Clinic Athens", "--out", "-"]),
            ("izmir", ["withdraw", "--grant", world.athensGrant, "--out", "-"]),
            ("izmir", ["status", "export", "--out", "-"]),
            ("izmir", ["audit", "export", "--out", "-"]),
            ("izmir", ["audit", "checkpoint", "--out", "-"]),
            ("athens", ["open", world.envelope, "--operator", "dr-athens", "--fhir", "-"]),
        ]
        for (home, arguments) in rows {
            let before = try HomeState(world, home)
            let answer = try world.run(home, arguments + ["--json"])
            #expect(answer.status == 64, "\(answer.summary)")
            #expect(answer.json["error"]["code"].string == "command.usage", "\(arguments)")
            #expect(try HomeState(world, home) == before, "\(arguments)")
        }
    }

    /// Beside a file on standard output, the words go to the other stream.
    @Test func aFileOnStandardOutputStandsAlone() throws {
        let world = try World()
        let imported = try world.run(
            "izmir",
            [
                "summary", "import", "\(World.demo)/ips-example.json", "--cadre", "nurse",
                "--account", "-",
            ])
        #expect(imported.status == 0 && imported.text.hasSuffix("}\n"), "\(imported.summary)")
        #expect(imported.json.names == ["entries", "references"], "\(imported.json.names)")
        #expect(imported.complaints.contains("summary"))
        let opened = try world.run(
            "athens", ["open", world.envelope, "--operator", "dr-athens", "--fhir", "-"])
        #expect(opened.status == 0, "\(opened.summary)")
        #expect(opened.json["resourceType"].string == "Bundle")
    }

    /// The page for programmers: a refusal by judgement is a report, any other an error.
    @Test func aRefusalIsAReportOrAnError() throws {
        let world = try World()
        let (log, other) = (world.path("izmir.log"), world.path("athens.log"))
        try world.ask("izmir", ["audit", "export", "--out", log])
        try world.ask("athens", ["audit", "export", "--out", other])
        for (home, arguments, member) in [
            (
                "athens",
                ["open", world.envelope, "--operator", "dr-athens", "--section", "risk"],
                "reason"
            ),
            (nil, ["audit", "verify", log], "logs"),
            (nil, ["audit", "reconcile", log, other], "logs"),
        ] as [(String?, [String], String)] {
            let answer = try world.run(home, arguments + ["--json"])
            #expect(answer.status == 77, "\(answer.summary)")
            #expect(answer.json.names.contains(member) && !answer.json.names.contains("error"))
        }
        let stranger = try world.run(
            "munich", ["open", world.envelope, "--operator", "dr-munich", "--json"])
        #expect(stranger.status == 77 && stranger.json.names == ["error", "version"])
    }
}
