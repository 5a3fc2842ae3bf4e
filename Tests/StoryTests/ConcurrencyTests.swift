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
    @discardableResult
    static func check(
        _ world: World, _ home: String, at location: SourceLocation = #_sourceLocation
    ) throws -> JSONAnswer {
        let log = world.path("\(home)-check.log")
        try world.ask(home, ["audit", "export", "--out", log], at: location)
        let verdict = try world.ask(
            nil, ["audit", "verify", log, "--fingerprint", world.fingerprints[home] ?? ""],
            at: location)
        for name in ["integrity", "completeness", "freshness", "authority"] {
            #expect(
                verdict["logs"][0][name]["standing"].string != "fail", "\(verdict)",
                sourceLocation: location)
        }
        return verdict
    }
}
