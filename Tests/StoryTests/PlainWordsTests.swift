import Foundation
import GRDB
import Testing

/// An error says which file or word is wrong, and what to do.
@Suite struct PlainWordsTests {
    /// A command line of one home that is refused, and what its complaint says.
    private func expect(
        _ world: World, _ home: String?, _ arguments: [String], _ status: Int32,
        says words: [String], at location: SourceLocation = #_sourceLocation
    ) throws {
        let answer = try world.run(home, arguments)
        answer.expectRefusal([status], at: location)
        for word in words {
            #expect(
                answer.complaints.contains(word), "'\(word)': \(answer.summary)",
                sourceLocation: location)
        }
    }

    @Test func usageIsOfTheCommandThatWasTyped() throws {
        let world = try World()
        let unknown = "there is no command"
        try expect(world, nil, ["nosuch"], 64, says: ["\(unknown) 'nosuch'", "'carepass help'"])
        try expect(world, nil, ["nosuch", "--json"], 64, says: ["\(unknown) 'nosuch'"])
        try expect(
            world, nil, ["audit", "nosuch"], 64,
            says: ["\(unknown) 'audit nosuch'", "'carepass help audit'"])
        try expect(world, nil, ["pack"], 64, says: ["'carepass help pack'"])
        try expect(world, nil, ["audit", "export"], 64, says: ["'carepass help audit export'"])
        let json = try world.run(nil, ["nosuch", "--json"]).json
        #expect(json["error"]["message"].string == "\(unknown) 'nosuch'")
        #expect(json["error"]["code"].string == "command.usage")
    }

    @Test func theFileThatIsWrongIsNamed() throws {
        let world = try World()
        let missing = world.path("is-not-there")
        let bad = try world.folder.write("[", to: "bad")
        let open = ["--operator", "dr-athens"]
        try expect(
            world, "athens", ["open", missing] + open, 66,
            says: ["'\(missing)'", "no such file or directory"])
        try expect(
            world, "athens", ["open", world.folder.path] + open, 66,
            says: ["'\(world.folder.path)'", "is a directory"])
        try expect(world, "athens", ["open", bad] + open, 65, says: ["'\(bad)'"])
        try expect(
            world, "izmir",
            ["summary", "import", "--supplement", bad, "--cadre", "nurse"], 65,
            says: ["'\(bad)'"])
        try expect(world, "izmir", ["take-in", bad], 65, says: ["'\(bad)'"])
        try expect(
            world, "izmir",
            ["peer", "add", bad, "--fingerprint", "0", "--trust", "issue"], 65, says: ["'\(bad)'"])
        try expect(
            world, "izmir", ["seal", world.summary, "--card", bad], 65, says: ["'\(bad)'"])
        let identity = world.path("izmir.identity")
        try expect(
            world, "athens", ["open", identity] + open, 65,
            says: ["'\(identity)' is an organisation's identity file", "peer add"])
        let out = world.path("nowhere/x")
        try expect(
            world, "izmir", ["org", "export", "--out", out], 73,
            says: ["'\(out)'", "no such file or directory"])
    }

    /// A place in a file is named once.
    @Test func noPlaceIsDoubled() throws {
        let world = try World()
        var bytes = try world.folder.bytes("izmir-to-athens.envelope")
        // The profile's number, the value after key 2.
        let profile = try #require(bytes.firstIndex(of: 2))
        bytes[profile + 1] = 9
        let file = try world.folder.write(bytes, to: "bad.envelope")
        let answer = try world.run("athens", ["open", file, "--operator", "dr-athens"])
        answer.expectRefusal([65])
        #expect(!answer.complaints.contains("envelope: envelope:"), "\(answer.summary)")
    }

    @Test func theWordThatIsWrongIsQuoted() throws {
        let world = try World()
        let grant = world.grantArguments(world.passport, to: "Clinic Athens", "carrots")
        try expect(
            world, "izmir", grant, 65, says: ["no section 'carrots'", "emergency, medication"])
        try expect(
            world, "izmir",
            world.grantArguments(world.passport, to: "Clinic Athens", "care") + [
                "--basis", "wish",
            ], 65, says: ["'wish' is not one of the values for basis", "consent"])
        try expect(
            world, "izmir",
            [
                "peer", "add", world.path("athens.identity"), "--fingerprint", "0", "--trust",
                "issue,everything",
            ], 65, says: ["'everything'", "seal-net"])
        try expect(
            world, "izmir", ["pack", world.passport, "--to", "Clinic Nowhere", "--out", "x"], 66,
            says: ["'Clinic Nowhere'"])
        try expect(
            world, "izmir",
            ["withdraw", "--grant", "00", "--reason", "mood", "--out", world.path("never")], 65,
            says: ["'mood'", "superseded"])
        try expect(
            world, "izmir",
            [
                "summary", "import", "--supplement", "\(World.demo)/session-athens.json", "--cadre",
                "poet",
            ],
            65, says: ["'poet'", "nurse"])
    }

    @Test func theOtherHalfOfACardIsNamed() throws {
        let world = try World()
        let before = try HomeState(world, "izmir")
        try expect(
            world, "izmir",
            ["seal", world.summary, "--card", world.path("card/carry-half.txt")], 65,
            says: ["this is the carry half (●); here the consent half (■) is needed, which alone"])
        try expect(
            world, "athens",
            [
                "open", world.envelope, "--operator", "dr-athens", "--carry", world.consentHalf,
            ], 65, says: ["this is the consent half (■)"])
        #expect(try HomeState(world, "izmir") == before)
    }

    /// A passport for the network has no place for a bearer: said at the grant, and refused
    /// before anything is written when it is packed.
    @Test func aBearerNeedsPaper() throws {
        let world = try World()
        let arguments = world.grantArguments(world.passport, to: "bearer", "emergency")
        let granted = try world.run("izmir", arguments)
        #expect(granted.status == 0, "\(granted.summary)")
        #expect(granted.text.contains("--profile paper"), "\(granted.text)")
        #expect(try world.ask("izmir", arguments)["note"].string != nil)
        let athens = world.grantArguments(world.passport, to: "Clinic Athens", "care")
        #expect(try world.ask("izmir", athens)["note"].string == nil)
        let before = try HomeState(world, "izmir")
        try expect(
            world, "izmir",
            [
                "pack", world.passport, "--to", "bearer", "--out", world.path("never"), "--carry",
                world.path("card/carry-half.txt"),
            ], 77, says: ["profile net", "--profile paper"])
        #expect(try HomeState(world, "izmir") == before)
        #expect(!FileManager.default.fileExists(atPath: world.path("never")))
    }

    @Test func anEnvelopeThatDoesNotOpenMayHaveBeenChanged() throws {
        let world = try World()
        try expect(
            world, "munich", ["open", world.envelope, "--operator", "dr-munich"], 77,
            says: ["changed on the way"])
    }

    /// Which certificate, and since when.
    @Test func whyAnOperatorIsOverIsSaid() throws {
        let world = try World()
        let seal = ["seal", world.summary, "--no-card", "--operator", "dr-izmir"]
        let list = try world.ask("izmir", ["operator", "list"])["operators"].list
        let until = try #require(list.first?["until"].string)
        let later = "\(Int(Date().timeIntervalSince1970) + 400 * 86_400)"
        try expect(
            world, "izmir", seal + ["--clock", later, "--clock-is-right"], 77,
            says: ["'dr-izmir' ran out at \(until)"])
        let second = try World()
        try second.ask("izmir", ["operator", "add", "dr-next"])
        let ended = try second.ask(
            "izmir", ["operator", "end", "dr-izmir", "--operator", "dr-next"])
        let time = try #require(ended["ended"].string)
        try expect(
            second, "izmir", ["seal", second.summary, "--no-card", "--operator", "dr-izmir"], 77,
            says: ["'dr-izmir' ended as an operator at \(time)"])
    }

    /// The log in words: whose grant it was, and why something was refused.
    @Test func theLogSaysWhomAndWhy() throws {
        let world = try World()
        _ = try world.opens(
            "athens", world.envelope, with: ["--section", "risk"], expecting: 77)
        let athens = try world.run("athens", ["audit", "show"]).text
        #expect(athens.contains("no grant names the section"), "\(athens)")
        #expect(!athens.contains("grant.sectionNotGranted"))
        let entries = try world.ask("athens", ["audit", "show"])["entries"].list
        #expect(entries.contains { $0["reason"].string == "grant.sectionNotGranted" })
        try world.ask(
            "izmir", ["withdraw", "--grant", world.athensGrant, "--out", world.path("w")])
        let line = try #require(
            world.run("izmir", ["audit", "show"]).text.split(separator: "\n")
                .first { $0.contains("withdrew") })
        #expect(line.contains("granted to Clinic Athens"), "\(line)")
    }

    @Test func reconciliationNamesOrganisations() throws {
        let world = try World()
        // Athens has not opened yet, so its log lacks the other end.
        for home in ["izmir", "athens"] {
            try world.ask(home, ["audit", "export", "--out", world.path("\(home).log")])
        }
        let answer = try world.run(
            nil,
            ["audit", "reconcile", world.path("izmir.log"), world.path("athens.log")]
                + world.confirming(["izmir", "athens"]))
        #expect(
            answer.text.contains("of NGO Izmir disclosed something that Clinic Athens does not"),
            "\(answer.text)")
    }
}

/// What protects a home, and what is said when a part of it is missing.
@Suite struct KeyFileTests {
    @Test func theKeyFileThatAPassphraseDoesNotOpenIsNamed() throws {
        let world = try World()
        let open = ["open", world.envelope, "--operator", "dr-athens"]
        for (variable, file) in [
            ("CAREPASS_PASSPHRASE", "keystore.key"),
            ("CAREPASS_OPERATOR_PASSPHRASE", "operator-dr-athens.key"),
        ] {
            var process = world.process("athens")
            process.environment[variable] = "another passphrase"
            let answer = try process.run(open)
            answer.expectRefusal([77])
            #expect(answer.complaints.contains(world.path("athens/\(file)")), "\(answer.summary)")
        }
    }

    @Test func aKeyFileThatOthersCanReadIsRefused() throws {
        let world = try World()
        for file in ["keystore.key", "operator-dr-athens.key"] {
            let path = world.path("athens/\(file)")
            let open = ["open", world.envelope, "--operator", "dr-athens"]
            _ = unsafe chmod(path, 0o644)
            let answer = try world.run("athens", open)
            answer.expectRefusal([77])
            #expect(answer.complaints.contains("chmod 600"), "\(answer.summary)")
            _ = unsafe chmod(path, 0o600)
            try world.ask("athens", open)
        }
    }

    @Test func aShortPassphraseIsRefused() throws {
        let world = try World()
        for short in ["a", "nine char", "ééééééééé\n"] {
            var process = world.process("new")
            process.environment["CAREPASS_PASSPHRASE"] = short
            let answer = try process.run(["init", "--name", "New"])
            answer.expectRefusal([65])
            #expect(answer.complaints.contains("at least 10"), "\(answer.summary)")
            #expect(!FileManager.default.fileExists(atPath: world.path("new")))
            var house = world.process("izmir")
            house.environment["CAREPASS_NEW_OPERATOR_PASSPHRASE"] = short
            try house.run(["operator", "add", "dr-late", "--operator", "dr-izmir"])
                .expectRefusal([65])
        }
    }

    /// Keys without a database are no empty home, and what `init` puts aside is said.
    @Test func aLostDatabaseIsSaid() throws {
        let world = try World()
        for file in ["carepass.sqlite", "carepass.sqlite-wal", "carepass.sqlite-shm"] {
            try? FileManager.default.removeItem(atPath: world.path("izmir/\(file)"))
        }
        for arguments in [["org", "show"], ["status", "export", "--out", world.path("never")]] {
            let answer = try world.run("izmir", arguments)
            answer.expectRefusal([66])
            #expect(answer.complaints.contains("keys in"), "\(answer.summary)")
            #expect(answer.complaints.contains("backup"), "\(answer.summary)")
        }
        let again = try world.ask("izmir", ["init", "--name", "NGO Izmir"])
        let places = again["setAside"].list.compactMap(\.string)
        #expect(places.count == 3)
        for place in places { #expect(FileManager.default.fileExists(atPath: place), "\(place)") }
    }
}
