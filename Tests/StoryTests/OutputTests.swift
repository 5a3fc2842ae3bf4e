import Foundation
import Testing

/// Where `--out` leads.
@Suite struct OutputTests {
    private static func shell(_ world: World, _ home: String, _ script: String) throws -> Answer {
        try world.process(home).run(
            URL(filePath: "/bin/sh"),
            ["-c", script, CarePassProcess.executable.path, world.folder.path])
    }

    /// A pipe or device gets the bytes; a rename would put a file in its place.
    @Test func aPipeStaysAPipeAndADeviceADevice() throws {
        let world = try World()
        let answer = try Self.shell(
            world, "izmir",
            """
            set -e; cd "$1"; mkfifo pipe; cat pipe > got & \
            "$0" org export --out pipe; wait; test -p pipe; cmp got izmir.identity; \
            "$0" org export --out /dev/stdout --json | head -c "$(wc -c < got)" | cmp - got; \
            "$0" org export --out /dev/stdout > other; cmp other got; test -L /dev/stdout; \
            ln -s /dev/null nothing; "$0" org export --out nothing; test -L nothing
            """)
        #expect(answer.status == 0, "\(answer.summary)")
        let full = try Self.shell(
            world, "izmir", "ln -s /dev/full \"$1/full\"; exec \"$0\" org export --out \"$1/full\"")
        full.expectRefusal([73])
        #expect(
            try FileManager.default.destinationOfSymbolicLink(atPath: world.path("full"))
                == "/dev/full")
    }

    /// Commands that act and then write, each with a place where nothing can be written. What is
    /// not written anywhere must not stand in the log as done.
    private static func unwritable(_ world: World) -> [(String, [String])] {
        let nowhere = world.path("nowhere/x")
        return [
            ("izmir", ["pack", world.passport, "--to", "Clinic Athens", "--out", nowhere]),
            ("izmir", ["withdraw", "--grant", world.athensGrant, "--out", nowhere]),
            ("izmir", ["status", "export", "--out", nowhere]),
            ("izmir", ["audit", "export", "--out", nowhere]),
            ("izmir", ["audit", "export", "--proof", "0", "--out", nowhere]),
            (
                "izmir",
                ["summary", "export", world.summary, "--operator", "dr-izmir", "--out", nowhere]
            ),
            (
                "izmir",
                [
                    "summary", "import", "\(World.demo)/ips-example.json", "--cadre", "nurse",
                    "--account", nowhere,
                ]
            ),
            // A card is there already; a folder above is missing; a folder has the name.
            ("izmir", ["card", "new", "--out", world.path("card")]),
            ("izmir", ["card", "new", "--out", world.path("nowhere/a/b")]),
            (
                "izmir",
                ["pack", world.passport, "--to", "Clinic Athens", "--out", world.path("athens")]
            ),
            (
                "athens",
                ["open", world.envelope, "--operator", "dr-athens", "--fhir", nowhere]
            ),
        ]
    }

    @Test func nothingIsLoggedAsDoneThatCannotBeWritten() throws {
        let world = try World()
        for (home, arguments) in Self.unwritable(world) {
            let before = try HomeState(world, home)
            let answer = try world.run(home, arguments)
            answer.expectRefusal([73], "\(arguments)")
            #expect(answer.complaints.contains(world.folder.path), "\(answer.summary)")
            #expect(try HomeState(world, home) == before, "\(arguments)")
        }
        #expect(!FileManager.default.fileExists(atPath: world.path("nowhere")))
        let leftovers = FileTree.paths(below: world.folder.path).filter { $0.hasSuffix(".new") }
        #expect(leftovers.isEmpty, "\(leftovers)")
    }

    /// A list that is not there is found out before one is signed.
    @Test func aListThatIsNotThereIsNotSigned() throws {
        let world = try World()
        let before = try HomeState(world, "izmir")
        let answer = try world.run(
            "izmir", ["status", "export", "--list", "7", "--out", world.path("never")])
        answer.expectRefusal([66])
        #expect(answer.complaints.contains("list 7"))
        #expect(try HomeState(world, "izmir") == before)
        #expect(!FileManager.default.fileExists(atPath: world.path("never")))
    }

    /// Where no summary can be made of what opened, the opening was none: the log says so.
    @Test func anOpeningWithoutItsSummaryIsRefusedInTheLog() throws {
        let world = try World()
        // Two persons in one summary is what fails after everything else went well.
        let other = try world.seals("izmir", world.imports("izmir"))
        _ = try world.grant("izmir", other, to: "Clinic Athens", "care")
        let both = try world.packs(
            "izmir", [world.passport, other], to: "Clinic Athens", as: "both.envelope")
        try world.run(
            "athens",
            ["open", both, "--operator", "dr-athens", "--fhir", world.path("never")]
        ).expectRefusal([77])
        #expect(!FileManager.default.fileExists(atPath: world.path("never")))
        let outcomes = try world.ask("athens", ["audit", "show"])["entries"].list
            .filter { $0["act"].string == "openOutcome" }
        #expect(outcomes.count == 2 && outcomes.allSatisfy { $0["outcome"].int == 1 })
    }

    /// A device that is full shows itself only when it is written to: then the act stands in the
    /// log, and whoever reads the error is told.
    @Test func whatFailsAfterTheActSaysThatItTookEffect() throws {
        let world = try World()
        try FileManager.default.createSymbolicLink(
            atPath: world.path("full"), withDestinationPath: "/dev/full")
        let withdraw = ["withdraw", "--grant", world.athensGrant, "--out"]
        let answer = try world.run("izmir", withdraw + [world.path("full")])
        answer.expectRefusal([73])
        #expect(answer.complaints.contains("done and stands in the log"), "\(answer.summary)")
        // The home knows of a withdrawal before anybody can hold one.
        let pack = ["pack", world.passport, "--to", "Clinic Athens", "--out", world.path("never")]
        try world.run("izmir", pack).expectRefusal([77])
        try world.ask("izmir", withdraw + [world.path("withdrawal")])
        try world.ask("athens", ["open", world.envelope, "--operator", "dr-athens"])
        try world.ask("athens", ["take-in", world.path("withdrawal")])
        try world.ask(
            "athens", ["open", world.envelope, "--operator", "dr-athens"], expecting: 77)
    }

    /// The first time stands: the same withdrawal is written once more, and nothing changes.
    @Test func whatIsWithdrawnTwiceEndedTheFirstTime() throws {
        let world = try World()
        func withdraw(_ what: [String], _ name: String, later: Int) throws -> JSONAnswer {
            let clock = "\(Int(Date().timeIntervalSince1970) + later)"
            return try world.ask(
                "izmir", ["withdraw", "--out", world.path(name), "--clock", clock] + what)
        }
        for (round, what) in [
            ["--grant", world.athensGrant], ["--passport", world.passport],
        ].enumerated() {
            let first = try withdraw(what, "first-\(round)", later: 60)
            let before = try HomeState(world, "izmir")
            let second = try withdraw(what, "second-\(round)", later: 3_600)
            #expect(first["time"].string != nil && second["time"].string == first["time"].string)
            #expect(first["repeated"].bool == false && second["repeated"].bool == true)
            let files = try ["first", "second"].map { try world.folder.bytes("\($0)-\(round)") }
            #expect(files[0] == files[1])
            #expect(try HomeState(world, "izmir") == before)
        }
        // A grant that went with its passport has ended with it.
        let grant = try withdraw(["--grant", world.athensGrant], "third", later: 7_200)
        #expect(grant["repeated"].bool == true)
    }
}
