import Foundation
import PassportAudit
import Testing

/// Whatever gives or takes away access to care, and every change of trust, is signed by a member
/// of staff: the passphrase of the house alone does none of it.
@Suite struct OperatorTests {
    /// Acts that a member of staff signs, as commands without one.
    private static func unsigned(_ world: World) -> [[String]] {
        [
            ["seal", world.summary, "--no-card"],
            world.grantArguments(world.passport, to: "Clinic Munich", "care"),
            ["pack", world.passport, "--to", "Clinic Athens", "--out", world.path("never")],
            ["withdraw", "--grant", world.athensGrant, "--out", world.path("never")],
            [
                "peer", "add", world.path("athens.identity"), "--fingerprint",
                world.fingerprints["athens"] ?? "", "--trust", World.trust,
            ],
            ["summary", "show", world.summary],
            ["summary", "export", world.summary, "--out", world.path("never")],
        ]
    }

    @Test func nothingIsGivenOrTakenWithoutAName() throws {
        let world = try World()
        let before = try HomeState(world, "izmir")
        for arguments in Self.unsigned(world) {
            try world.process("izmir").run(arguments).expectRefusal([64])
            let stranger = try world.run("izmir", arguments + ["--operator", "dr-nobody"])
            stranger.expectRefusal([66])
        }
        try world.process("izmir").run(["operator", "add", "dr-late"]).expectRefusal([77])
        #expect(try HomeState(world, "izmir") == before)
        #expect(!FileManager.default.fileExists(atPath: world.path("never")))
    }

    @Test func thePassphraseOfTheHouseIsNotTheOperators() throws {
        let world = try World()
        let before = try HomeState(world, "izmir")
        var house = world.process("izmir")
        house.environment["CAREPASS_OPERATOR_PASSPHRASE"] = World.passphrase
        for arguments in Self.unsigned(world) + [["operator", "add", "dr-late"]] {
            try house.run(arguments + ["--operator", "dr-izmir"]).expectRefusal([77])
        }
        #expect(try HomeState(world, "izmir") == before)
        #expect(!FileManager.default.fileExists(atPath: world.path("never")))
    }

    @Test func everyActInTheLogHasTheNameOfWhoDidIt() throws {
        let world = try World()
        try world.ask("izmir", ["operator", "add", "dr-late"])
        for arguments in Self.unsigned(world) {
            let out = arguments.map { $0 == world.path("never") ? world.path("out") : $0 }
            try world.ask("izmir", out + ["--operator", "dr-late"])
        }
        let operators = try world.ask("izmir", ["operator", "list"])["operators"].list
        let late = try #require(
            operators.first { $0["operator"].string == "dr-late" }?["key"].string)
        let entries = try world.ask("izmir", ["audit", "show"])["entries"].list
        let needed = Set(
            (0...99).map { AuditAct($0) }.filter(\.needsStaffSignature)
                .compactMap(\.name))
        let acts = entries.filter { needed.contains($0["act"].string ?? "") }
        #expect(acts.first?["act"].string == "staffAdded")
        #expect(acts.first?["operator"].string == nil)
        #expect(acts.dropFirst().allSatisfy { $0["operator"].string != nil })
        let lates = Set(
            acts.filter { $0["operator"].string == late }.compactMap { $0["act"].string })
        #expect(
            lates == [
                "passportSealed", "grantMade", "disclosed", "withdrawn", "peerPinned",
                "summaryExported",
            ])
        let verdict = try Homes.check(world, "izmir")
        #expect(verdict["logs"][0]["authority"]["standing"].string == "pass")
        #expect(verdict["logs"][0]["completeness"]["standing"].string == "pass")
    }

    /// Two years later every certificate has run out: who was an operator certifies the next
    /// one and does nothing else, and the log does not hide it.
    @Test func aHouseWhoseCertificatesRanOutCanGoOn() throws {
        let world = try World()
        let clock = ["--clock", "\(Int(Date().timeIntervalSince1970) + 400 * 86_400)"]
        let later = clock + ["--clock-is-right"]
        let seal = ["seal", world.summary, "--no-card"] + later
        let before = try HomeState(world, "izmir")
        try world.ask("izmir", seal, expecting: 77)
        #expect(try HomeState(world, "izmir") == before)
        try world.ask("izmir", ["operator", "add", "dr-next"] + later)
        try world.ask("izmir", seal, expecting: 77)
        try world.ask("izmir", ["operator", "add", "dr-other"] + later, expecting: 77)
        try world.ask("izmir", seal + ["--operator", "dr-next"])
        try world.ask("izmir", ["audit", "export", "--out", world.path("log")] + clock)
        let verdict = try world.ask(
            nil, ["audit", "verify", world.path("log")] + world.confirming(["izmir"]) + clock,
            expecting: 77)
        let findings = verdict["logs"][0]["authority"]["findings"].list
        // The word for the clock, and the certificate of the next one.
        let codes = findings.compactMap { $0["code"].string }
        #expect(codes == ["staffOutsideWindow", "staffOutsideWindow"])
    }
}
