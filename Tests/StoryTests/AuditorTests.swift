import CarePassport
import Foundation
import PassportAudit
import PassportCrypto
import Testing

/// Nobody comes away from an audit with a false "verified".
@Suite struct AuditorTests {
    private static func export(
        _ world: World, _ home: String, _ extra: [String] = [], to name: String
    ) throws -> String {
        let file = world.path(name)
        try world.ask(home, ["audit", "export", "--out", file] + extra)
        return file
    }

    private static func codes(_ log: JSONAnswer, _ verdict: String) -> [String] {
        log[verdict]["findings"].list.compactMap { $0["code"].string }
    }

    @Test func aLogThatNobodyConfirmedIsNotVerified() throws {
        let world = try World()
        let log = try Self.export(world, "izmir", to: "izmir.log")
        let verify = ["audit", "verify", log]
        let refused = try world.ask(nil, verify, expecting: 77)["logs"][0]
        #expect(refused["identity"].string == "unconfirmed")
        #expect(Self.codes(refused, "authority") == ["identityUnconfirmed"])
        #expect(refused["integrity"]["standing"].string == "pass")
        #expect(try world.run(nil, verify).text.contains("NOT CONFIRMED"))
        // Whoever says that anybody will do is told so in the same breath.
        let waived = try world.ask(nil, verify + ["--any-identity"])["logs"][0]
        #expect(waived["identity"].string == "waived")
        #expect(Self.codes(waived, "authority") == ["identityWaived"])
        let text = try world.run(nil, verify + ["--any-identity"]).text
        #expect(text.contains("whose log this is was NOT checked"))
        // A wrong fingerprint is not waived.
        let other = world.confirming(["munich"]) + ["--any-identity"]
        let differs = try world.ask(nil, verify + other, expecting: 77)["logs"][0]
        #expect(differs["identity"].string == "differs")
        let good = try world.ask(nil, verify + world.confirming(["izmir"]))["logs"][0]
        #expect(good["authority"]["standing"].string == "pass")
        // One fingerprint does not speak for two files, nor two for one.
        try world.ask(nil, verify + [log] + world.confirming(["izmir"]), expecting: 77)
        try world.run(nil, verify + world.confirming(["izmir", "izmir"])).expectRefusal([64])
    }

    @Test func logsThatAgreeAreNotEnough() throws {
        let world = try World()
        try world.ask("athens", ["open", world.envelope, "--operator", "dr-athens"])
        let logs = try ["izmir", "athens"].map { try Self.export(world, $0, to: "\($0).log") }
        let reconcile = ["audit", "reconcile"] + logs
        for homes in [[], ["izmir"], ["izmir", "munich"], ["athens", "izmir"]] {
            let result = try world.ask(nil, reconcile + world.confirming(homes), expecting: 77)
            #expect(result["matched"].list.count == 1, "\(homes)")
            #expect(result["logs"].list.count == 2)
        }
        let both = world.confirming(["izmir", "athens"])
        #expect(try world.ask(nil, reconcile + both)["matched"].list.count == 1)
        #expect(try world.ask(nil, reconcile + ["--any-identity"])["matched"].list.count == 1)
        // A log that is good and too old fails by itself, and so does the comparison.
        let late = ["--clock", "4000000000"]
        let stale = try world.ask(nil, reconcile + both + late, expecting: 77)
        #expect(Self.codes(stale["logs"][0], "freshness") == ["stale"])
        #expect(try world.run(nil, reconcile + both + late).text.contains("freshness"))
        // The recipient's log is not there: what was not compared did not match.
        let munich = try Self.export(world, "munich", to: "munich.log")
        let lacking = try world.ask(
            nil,
            ["audit", "reconcile", logs[0], munich] + world.confirming(["izmir", "munich"]),
            expecting: 77)
        #expect(lacking["notChecked"][0]["code"].string == "counterpartNotSupplied")
    }

    @Test func aCheckpointGivenAwayShowsARollback() throws {
        let world = try World()
        let yesterday = try World(copying: world)
        let athens = world.confirming(["athens"])
        let older = try Self.export(world, "athens", to: "older.log")
        try world.ask("athens", ["open", world.envelope, "--operator", "dr-athens"])
        let note = world.path("athens.note")
        let written = try world.ask("athens", ["audit", "checkpoint", "--out", note])
        let size = try world.ask("athens", ["audit", "show"])["size"].int
        #expect(written["entries"].int == size)
        let log = try Self.export(world, "athens", to: "athens.log")
        for kept in [note, older] {
            let good = try world.ask(nil, ["audit", "verify", log, "--kept", kept] + athens)
            #expect(!good["logs"][0]["notChecked"].strings.contains("keptCheckpoints"))
        }
        let back = try Self.export(yesterday, "athens", to: "back.log")
        let verdict = try world.ask(
            nil, ["audit", "verify", back, "--kept", note] + athens, expecting: 77)
        #expect(Self.codes(verdict["logs"][0], "integrity") == ["rollback"])
    }

    @Test func whatWasKeptAndCannotBeUsedIsTold() throws {
        let world = try World()
        let log = try Self.export(world, "athens", to: "athens.log")
        let verify = ["audit", "verify", log] + world.confirming(["athens"])
        try world.ask("athens", ["audit", "checkpoint", "--out", world.path("note")])
        var changed = try world.folder.bytes("note")
        changed[changed.count - 10] ^= 1
        let bad = [
            world.path("is-not-there"), world.path("athens.identity"), world.envelope,
            try world.folder.write("", to: "empty"),
            try world.folder.write("a letter\n", to: "letter"),
            try world.folder.write(changed, to: "changed"),
            try world.folder.write(Array(world.folder.bytes("athens.log").prefix(999)), to: "cut"),
        ]
        for kept in bad {
            let verdict = try world.ask(nil, verify + ["--kept", kept], expecting: 77)
            #expect(Self.codes(verdict["logs"][0], "integrity") == ["keptUnusable"], "\(kept)")
        }
        // A checkpoint of another log is not bad, and yet nothing was compared with it.
        let other = world.path("munich.note")
        try world.ask("munich", ["audit", "checkpoint", "--out", other])
        let unused = try world.ask(nil, verify + ["--kept", other], expecting: 77)
        #expect(unused["keptUnused"].strings == [other])
        let munich = try Self.export(world, "munich", to: "munich.log")
        try world.ask(
            nil,
            ["audit", "verify", log, munich, "--kept", other]
                + world.confirming(["athens", "munich"]))
    }

    @Test func oneEntryIsProvenAlone() throws {
        let world = try World()
        try world.ask("athens", ["open", world.envelope, "--operator", "dr-athens"])
        let acts = try world.ask("athens", ["audit", "show"])["entries"].list
        let intent = try #require(acts.firstIndex { $0["act"].string == "openIntent" })
        let proof = try Self.export(
            world, "athens", ["--proof", "\(intent)"], to: "athens.proof")
        // That it was read is logged.
        let after = try world.ask("athens", ["audit", "show"])["entries"].list
        #expect(after.count == acts.count + 1)
        #expect(after.last?["act"].string == "logExported")
        let verify = ["audit", "verify", proof]
        let verdict = try world.ask(nil, verify + world.confirming(["athens"]))["logs"][0]
        #expect(verdict["proofOf"].int == intent)
        #expect(verdict["entry"]["act"].string == "openIntent")
        #expect(verdict["notChecked"].strings.contains("otherEntries"))
        try world.ask(nil, verify, expecting: 77)
        let kind = try world.ask(nil, ["inspect", proof])["kind"].string
        #expect(kind == "audit-proof")
        let good = try world.folder.bytes("athens.proof")
        for place in stride(from: 0, to: good.count, by: good.count / 50) {
            var bytes = good
            bytes[place] ^= 1
            let file = try world.folder.write(bytes, to: "changed.proof")
            let bad = try world.ask(
                nil, ["audit", "verify", file] + world.confirming(["athens"]), expecting: 77)
            #expect(bad["logs"][0]["entry"]["act"].string == nil, "byte \(place)")
        }
        try world.run("athens", ["audit", "export", "--proof", "999", "--out", world.path("no")])
            .expectRefusal([66])
        let unchanged = try world.ask("athens", ["audit", "show"])["size"].int
        #expect(unchanged == after.count)
    }

    /// Whoever seizes an envelope computes its digest, and must not find it with an auditor.
    @Test func anAuditorsFilesDoNotNameTheEnvelope() throws {
        let world = try World()
        try world.ask("athens", ["open", world.envelope, "--operator", "dr-athens"])
        let digest = try Envelope(decoding: world.folder.bytes("izmir-to-athens.envelope"))
            .contentDigest.bytes
        func holds(_ file: String) throws -> Bool {
            Data(try world.folder.bytes(file)).range(of: Data(digest)) != nil
        }
        let athens = try Self.export(world, "athens", to: "athens.log")
        let izmir = try Self.export(world, "izmir", to: "izmir.log")
        #expect(try !holds("athens.log"))
        #expect(try !holds("izmir.log"))
        let acts = try world.ask("athens", ["audit", "show"])["entries"].list
        for (index, act) in acts.enumerated() {
            _ = try Self.export(world, "athens", ["--proof", "\(index)"], to: "proof")
            #expect(try !holds("proof"), "\(act["act"].string ?? "")")
        }
        _ = try Self.export(world, "izmir", ["--full"], to: "full.log")
        #expect(try holds("full.log"))
        let result = try world.ask(
            nil, ["audit", "reconcile", athens, izmir] + world.confirming(["athens", "izmir"]))
        #expect(result["matched"].list.count == 1)
    }
}
