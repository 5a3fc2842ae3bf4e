import Foundation
import GRDB
import Glibc
import PassportTestSupport
import Testing

/// Processes that end as in a power cut, at points that a seed chose: nothing that was
/// acknowledged is lost, and the home goes on.
@Suite struct CrashTests {
    /// What the program said was done before it was killed.
    private struct Acknowledged {
        var passports: Set<String> = []
        var grants: Set<String> = []
        var openings = 0
    }

    private static let rounds = 24

    @Test func nothingAcknowledgedIsLostWhenProcessesAreKilled() throws {
        let world = try World()
        var random = SeededRandom(seed: 9)
        var acknowledged = Acknowledged()
        var killed = 0
        let commands: [(String, [String])] = [
            ("izmir", ["seal", world.summary, "--card", world.consentHalf]),
            ("izmir", world.grantArguments(world.passport, to: "Clinic Munich", "care")),
            ("athens", ["open", world.envelope, "--operator", "dr-athens"]),
        ]
        // How long each takes here, so that the kills fall inside wherever this runs.
        var microseconds = try commands.map { home, arguments in
            let clock = ContinuousClock()
            let start = clock.now
            acknowledged = Self.noted(try world.run(home, arguments + ["--json"]), acknowledged)
            let time = (clock.now - start).components
            return Int(time.seconds) * 1_000_000 + Int(time.attoseconds / 1_000_000_000_000)
        }
        var round = 0
        // On a machine that was busy when the times were taken, the first kills come too late.
        while round < Self.rounds || (killed < Self.rounds / 4 && round < 8 * Self.rounds) {
            round += 1
            let choice = random.number(in: 0...commands.count - 1)
            let (home, arguments) = commands[choice]
            let running = try world.process(home).start(
                World.signed(home, arguments + ["--json"]))
            // The moment of death is the one thing here that only time can choose.
            let share = random.number(in: 40...110)
            usleep(UInt32(clamping: microseconds[choice] * share / 100))
            running.kill()
            let answer = try running.wait()
            if answer.wasKilled {
                killed += 1
            } else {
                microseconds[choice] = microseconds[choice] * 4 / 5
            }
            acknowledged = Self.noted(answer, acknowledged)
            if round.isMultiple(of: 6) { try Self.check(world, acknowledged) }
        }
        #expect(killed >= Self.rounds / 4)
        try Self.check(world, acknowledged)
        // And the home goes on as if nothing had been.
        for (home, arguments) in commands { try world.ask(home, arguments) }
    }

    /// An answer that is complete was given: what it says must last.
    private static func noted(_ answer: Answer, _ before: Acknowledged) -> Acknowledged {
        var noted = before
        guard answer.json["version"].int == 1 else { return noted }
        if let digest = answer.json["digest"].string {
            if answer.json["passport"].string != nil {
                noted.passports.insert(digest)
            } else {
                noted.grants.insert(digest)
            }
        }
        if answer.json["opened"].bool == true { noted.openings += 1 }
        return noted
    }

    private static func check(_ world: World, _ acknowledged: Acknowledged) throws {
        let verdict = try Homes.check(world, "izmir")
        #expect(verdict["logs"][0]["completeness"]["standing"].string == "pass")
        let athens = try Homes.check(world, "athens")
        let codes = athens["logs"][0]["completeness"]["findings"].list
            .compactMap { $0["code"].string }
        #expect(Set(codes).isSubset(of: ["openingInterrupted"]))
        let database = try DatabaseQueue(path: world.path("izmir/carepass.sqlite"))
        try database.read { database in
            #expect(try String.fetchOne(database, sql: "PRAGMA integrity_check") == "ok")
            for (table, wanted) in [
                ("passport", acknowledged.passports), ("grant", acknowledged.grants),
            ] {
                let found = try String.fetchSet(
                    database, sql: "SELECT lower(hex(digest)) FROM \"\(table)\"")
                #expect(found.isSuperset(of: wanted), "\(table)")
            }
        }
        let entries = try world.ask("athens", ["audit", "show"])["entries"].list
        let ended = entries.filter {
            $0["act"].string == "openOutcome" && $0["outcome"].int == 0
        }
        #expect(ended.count >= acknowledged.openings)
    }

    /// A crash inside `init` must not lock the folder for ever.
    @Test func anInterruptedInitCanBeMadeAgain() throws {
        let world = try World(empty: ())
        var random = SeededRandom(seed: 11)
        let initialise = ["init", "--name", "NGO Izmir"]
        for round in 0..<8 {
            let running = try world.process("home-\(round)").start(initialise)
            usleep(UInt32(random.number(in: 20_000...600_000)))
            running.kill()
            let answer = try running.wait()
            let again = try world.run("home-\(round)", initialise)
            // Either it was done already, or it can be done now; there is nothing between.
            let isThere = again.status == 77
            #expect(again.status == 0 || isThere, "\(again.summary)")
            if answer.status == 0, !answer.wasKilled { #expect(isThere) }
            try world.ask("home-\(round)", ["operator", "add", "dr-home-\(round)"])
        }
        // The emptiest leftovers of all.
        for home in ["bare", "begun"] {
            try FileManager.default.createDirectory(
                atPath: world.path(home), withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
            try world.folder.write([UInt8](), to: "\(home)/carepass.sqlite")
        }
        let begun = try DatabaseQueue(path: world.path("begun/carepass.sqlite"))
        try begun.write { database in
            try database.execute(
                sql: "CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY)")
        }
        try begun.close()
        for home in ["bare", "begun"] {
            try world.ask(home, initialise)
            try world.ask(home, ["operator", "add", "dr-\(home)"])
        }
    }
}
