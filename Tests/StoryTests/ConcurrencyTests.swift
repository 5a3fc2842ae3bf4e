import Foundation
import PassportTestSupport
import Testing

/// Two desks of one clinic at the same time.
@Suite struct ConcurrencyTests {
    @Test func twoProcessesInOneHomeDoNotHarmEachOther() throws {
        let world = try World()
        let process = world.process("izmir")
        var done = 0
        let pairs: [([String], [String])] = [
            (["seal", world.summary, "--no-card"], ["seal", world.summary, "--no-card"]),
            (
                world.grantArguments(world.passport, to: "Clinic Munich", "care"),
                world.grantArguments(world.passport, to: "Clinic Athens", "care")
            ),
            (["operator", "add", "dr-first"], ["operator", "add", "dr-second"]),
            (
                ["pack", world.passport, "--to", "Clinic Athens", "--out", world.path("a")],
                ["status", "export", "--out", world.path("b")]
            ),
            (
                ["audit", "export", "--out", world.path("c")],
                ["card", "new", "--out", world.path("d")]
            ),
        ]
        for (one, other) in pairs + pairs.prefix(2) {
            let first = try process.start(World.signed("izmir", one))
            let second = try process.start(World.signed("izmir", other))
            for answer in [try first.wait(), try second.wait()] {
                if answer.status == 0 {
                    done += 1
                } else {
                    answer.expectRefusal([73])
                    #expect(
                        answer.complaints.contains("another program is using the database"),
                        "\(answer.summary)")
                }
            }
        }
        // Waiting for each other is the rule, giving up the exception.
        #expect(done >= pairs.count)
        try Homes.check(world, "izmir")
        let size = try world.ask("izmir", ["audit", "show"])["size"].int
        #expect((size ?? 0) > done)
    }

    /// Two people set up one folder at once: it is one organisation's, with that one's keys.
    @Test func twoInitsMakeOneOrganisation() throws {
        let world = try World(empty: ())
        for round in 0..<4 {
            let home = "home-\(round)"
            let running = try ["First", "Second"].map {
                try world.process(home).start(["init", "--name", $0])
            }
            let answers = try running.map { try $0.wait() }
            #expect(answers.map(\.status).sorted() == [0, 77], "\(answers.map(\.summary))")
            let files = try FileManager.default.contentsOfDirectory(atPath: world.path(home))
                .filter { !$0.hasPrefix("carepass.sqlite") }.sorted()
            #expect(files == ["keystore.key", "next-root.key", "root.key"])
            // The keystore holds the keys that the identity names.
            try world.ask(home, ["operator", "add", "dr-\(home)"])
            let log = world.path("\(home).log")
            try world.ask(home, ["audit", "export", "--out", log])
            try world.ask(nil, ["audit", "verify", log, "--any-identity"])
        }
    }

    @Test func twoOperatorsOfOneNameAreOne() throws {
        let world = try World()
        for round in 0..<4 {
            let name = "dr-\(round)"
            let add = World.signed("izmir", ["operator", "add", name])
            let running = try (0..<2).map { number in
                var process = world.process("izmir")
                process.environment["CAREPASS_NEW_OPERATOR_PASSPHRASE"] = "new passphrase \(number)"
                return try process.start(add)
            }
            let answers = try running.map { try $0.wait() }
            #expect(answers.map(\.status).sorted() == [0, 77], "\(answers.map(\.summary))")
            // The file that is there is the one that was certified.
            let winner = try #require(answers.firstIndex { $0.status == 0 })
            var process = world.process("izmir")
            process.environment["CAREPASS_OPERATOR_PASSPHRASE"] = "new passphrase \(winner)"
            let sealed = try process.run(
                ["seal", world.summary, "--no-card", "--operator", name])
            #expect(sealed.status == 0, "\(sealed.summary)")
        }
        let files = try FileManager.default.contentsOfDirectory(atPath: world.path("izmir"))
        #expect(!files.contains { $0.contains(".before-") || $0.hasSuffix(".new") })
        try Homes.check(world, "izmir")
    }

    /// A crash between the key file and the log leaves a key that nobody certified; it is moved
    /// out of the way.
    @Test func aKeyThatWasNeverCertifiedIsInNobodysWay() throws {
        let world = try World()
        try world.folder.write("half an operator", to: "izmir/operator-dr-late.key")
        try world.ask("izmir", ["operator", "add", "dr-late"])
        try world.ask(
            "izmir", ["seal", world.summary, "--no-card", "--operator", "dr-late"])
        let files = try FileManager.default.contentsOfDirectory(atPath: world.path("izmir"))
        #expect(files.contains { $0.hasPrefix("operator-dr-late.key.before-") })
    }

    /// The same summary of the same home read twice at once is two entries.
    @Test func twoOpeningsAtOnceAreTwoOpenings() throws {
        let world = try World()
        let open = ["open", world.envelope, "--operator", "dr-athens", "--json"]
        let running = try (0..<3).map { _ in try world.process("athens").start(open) }
        let answers = try running.map { try $0.wait() }
        for answer in answers { #expect(answer.status == 0, "\(answer.summary)") }
        let acts = try world.ask("athens", ["audit", "show"])["entries"].list
            .compactMap { $0["act"].string }
        #expect(acts.count { $0 == "openIntent" } == 3)
        #expect(acts.count { $0 == "openOutcome" } == 3)
        try Homes.check(world, "athens")
    }
}

/// What must hold of any home at any time.
enum Homes {
    /// Exports the log and verifies it: nothing may fail; what was interrupted may be said.
    ///
    /// - Parameter fingerprint: of the home; the one that it had when the world was made when nil.
    @discardableResult
    static func check(
        _ world: World, _ home: String, _ fingerprint: String? = nil,
        at location: SourceLocation = #_sourceLocation
    ) throws -> JSONAnswer {
        let log = world.path("\(home)-check.log")
        try world.ask(home, ["audit", "export", "--out", log], at: location)
        let verdict = try world.ask(
            nil,
            [
                "audit", "verify", log, "--fingerprint",
                fingerprint ?? world.fingerprints[home] ?? "",
            ],
            at: location)
        for name in ["integrity", "completeness", "freshness", "authority"] {
            #expect(
                verdict["logs"][0][name]["standing"].string != "fail", "\(verdict)",
                sourceLocation: location)
        }
        return verdict
    }
}
