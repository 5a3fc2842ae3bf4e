import Foundation
import PassportAudit
import Testing

/// What one log leaves out, the other's shows; what a log has forgotten, an auditor remembers.
@Suite struct ReconcileTests {
    private static func export(_ world: World, _ home: String, to name: String) throws -> String {
        let file = world.path(name)
        try world.ask(home, ["audit", "export", "--out", file])
        return file
    }

    private static func open(_ world: World, _ envelope: String) throws {
        try world.ask("athens", ["open", envelope, "--operator", "dr-athens"])
    }

    /// Packs the world's passport once more and returns the envelope.
    private static func packAgain(_ world: World) throws -> String {
        let envelope = world.path("second.envelope")
        try world.ask(
            "izmir", ["pack", world.passport, "--to", "Clinic Athens", "--out", envelope])
        return envelope
    }

    @Test func bothEndsOfEveryDisclosureMatch() throws {
        let world = try World()
        try Self.open(world, world.envelope)
        try Self.open(world, Self.packAgain(world))
        let logs = try ["izmir", "athens"].map { try Self.export(world, $0, to: "\($0).log") }
        let result = try world.ask(
            nil, ["audit", "reconcile"] + logs + world.confirming(["izmir", "athens"]))
        #expect(result["matched"].list.count == 2)
    }

    /// Athens shows the log from before it opened: good in itself, and not the whole truth.
    @Test func anOlderExportOfTheRecipientLacksItsEnd() throws {
        let world = try World()
        let old = try Self.export(world, "athens", to: "old.log")
        try Self.open(world, world.envelope)
        let izmir = try Self.export(world, "izmir", to: "izmir.log")
        try world.ask(
            nil, ["audit", "verify", old, izmir] + world.confirming(["athens", "izmir"]))
        let result = try world.ask(
            nil, ["audit", "reconcile", izmir, old] + world.confirming(["izmir", "athens"]),
            expecting: 77)
        #expect(result["missingAtRecipient"].list.count == 1)
        #expect(result["matched"].list.isEmpty)
        let entry = try #require(result["missingAtRecipient"][0]["present"]["entry"].int)
        let acts = try world.ask("izmir", ["audit", "show"])["entries"].list
        #expect(acts[entry]["act"].string == "disclosed")
    }

    /// Izmir's home is put back to yesterday's copy, and Athens' log remembers today.
    @Test func aRolledBackSenderLacksItsEnd() throws {
        let world = try World()
        let yesterday = try World(copying: world)
        try Self.open(world, Self.packAgain(world))
        let athens = try Self.export(world, "athens", to: "athens.log")
        let izmir = try Self.export(yesterday, "izmir", to: "izmir.log")
        let both = [izmir, athens] + world.confirming(["izmir", "athens"])
        try world.ask(nil, ["audit", "verify"] + both)
        let result = try world.ask(nil, ["audit", "reconcile"] + both, expecting: 77)
        #expect(result["missingAtSender"].list.count == 1)
        let entry = try #require(result["missingAtSender"][0]["present"]["entry"].int)
        let acts = try world.ask("athens", ["audit", "show"])["entries"].list
        #expect(acts[entry]["act"].string?.hasPrefix("open") == true)
    }

    /// A checkpoint kept from an earlier visit finds what no log can show of itself.
    @Test func aKeptCheckpointFindsRollbackAndRewriting() throws {
        let world = try World()
        let yesterday = try World(copying: world)
        try Self.open(world, world.envelope)
        try Self.open(world, world.envelope)
        let today = try Self.export(world, "athens", to: "today.log")
        let note = try AuditExportReader(world.folder.bytes("today.log")).header.note
        let kept = ["--kept", try world.folder.write(note, to: "kept")]
        // The log that goes on from the checkpoint is the one that was kept.
        try Self.open(world, world.envelope)
        let later = try Self.export(world, "athens", to: "later.log")
        for log in [today, later] {
            let good = try world.ask(
                nil, ["audit", "verify", log] + kept + world.confirming(["athens"]))
            #expect(!good["logs"][0]["notChecked"].strings.contains("keptCheckpoints"))
        }
        let old = try Self.export(yesterday, "athens", to: "old.log")
        #expect(try Self.code(world, old, kept) == "rollback")
        // Put back and filled up again with other entries: as long as it was, and another log.
        for _ in 0..<4 { try Self.open(yesterday, yesterday.envelope) }
        let rewritten = try Self.export(yesterday, "athens", to: "rewritten.log")
        try world.ask(nil, ["audit", "verify", rewritten] + world.confirming(["athens"]))
        #expect(try Self.code(world, rewritten, kept) == "splitView")
    }

    private static func code(_ world: World, _ log: String, _ kept: [String]) throws -> String? {
        let verdict = try world.ask(
            nil, ["audit", "verify", log] + kept + world.confirming(["athens"]), expecting: 77)
        return verdict["logs"][0]["integrity"]["findings"][0]["code"].string
    }

    @Test func aDamagedLogIsNotCompared() throws {
        let world = try World()
        let izmir = try Self.export(world, "izmir", to: "izmir.log")
        var bytes = try world.folder.bytes("izmir.log")
        bytes[bytes.count / 2] ^= 1
        let damaged = try world.folder.write(bytes, to: "damaged.log")
        let athens = try Self.export(world, "athens", to: "athens.log")
        try world.run(nil, ["audit", "reconcile", damaged, athens]).expectRefusal([77])
        // Two exports of one log are no two ends.
        try world.run(nil, ["audit", "reconcile", izmir, izmir]).expectRefusal([65])
    }
}
