import Foundation
import Testing

/// Attacks on a home that were once run with success.
@Suite struct AttackTests {
    @Test func aLogEmptiedWithADatabaseToolIsNotContinued() throws {
        let world = try World()
        try world.edit(
            "athens",
            ["DELETE FROM logEntry", "DELETE FROM logNode", "DELETE FROM logCheckpoint"])
        let refused = try world.ask(
            "athens", ["open", world.envelope, "--operator", "dr-athens"], expecting: 77)
        #expect(refused["error"]["code"].string == "store.logAltered")
    }

    /// A withdrawal taken out, an organisation pinned: the next opening does not go by it.
    @Test(arguments: [
        "DELETE FROM withdrawal", "UPDATE organisation SET pinned = NULL WHERE isOwn = 0",
        "INSERT INTO ownStatus VALUES (9, 1, 1, 0)", "DELETE FROM statusList",
    ])
    func trustChangedWithADatabaseToolIsNotBelieved(_ statement: String) throws {
        let world = try World()
        let (withdrawal, list) = (world.path("w"), world.path("l"))
        try world.ask("izmir", ["withdraw", "--grant", world.athensGrant, "--out", withdrawal])
        try world.ask("izmir", ["status", "export", "--out", list])
        try world.ask("athens", ["take-in", withdrawal, list])
        try world.edit("athens", [statement])
        let commands = [
            ["open", world.envelope, "--operator", "dr-athens"],
            ["status", "export", "--out", list],
        ]
        for command in commands {
            let refused = try world.ask("athens", command, expecting: 77)
            #expect(refused["error"]["code"].string == "store.stateAltered")
        }
    }

    @Test func anotherOrganisationsFileUnderAPinIsRefused() throws {
        let world = try World()
        try world.edit(
            "athens",
            [
                """
                UPDATE organisation SET identity =
                (SELECT identity FROM organisation WHERE isOwn = 1) WHERE isOwn = 0
                """
            ])
        try world.ask("athens", ["peer", "list"], expecting: 77)
    }

    @Test func contentIsNotSealedToWhoeverCallsHimselfLikeAClinic() throws {
        let world = try World()
        try world.ask("evil", ["init", "--name", "Clinic Munich"])
        try world.ask("evil", ["org", "export", "--out", world.path("evil.identity")])
        try world.ask("izmir", ["take-in", world.path("evil.identity")])
        let evil = try #require(try world.ask("evil", ["org", "show"])["organisation"].string)
        // The pinned clinic is still found by its name, and the other one is not sealed to.
        try world.ask(
            "izmir", world.grantArguments(world.passport, to: "Clinic Munich", "emergency"))
        try world.ask(
            "izmir", world.grantArguments(world.passport, to: evil, "emergency"), expecting: 77)
    }

    @Test func keysAreNeverOverwrittenByAnotherInit() throws {
        let world = try World()
        let keystore = world.path("athens/keystore.key")
        let before = try Data(contentsOf: URL(filePath: keystore))
        for name in ["carepass.sqlite", "carepass.sqlite-wal", "carepass.sqlite-shm"] {
            try? FileManager.default.removeItem(atPath: world.path("athens/\(name)"))
        }
        try world.ask("athens", ["init", "--name", "Clinic Athens"])
        let kept = try FileManager.default.contentsOfDirectory(atPath: world.path("athens"))
            .filter { $0.hasPrefix("keystore.key.before-") }
        let moved = try #require(kept.first)
        #expect(try Data(contentsOf: URL(filePath: world.path("athens/\(moved)"))) == before)
    }

    @Test func aPassportThatIsOverIsNeitherGrantedNorPacked() throws {
        let world = try World()
        try world.ask(
            "izmir",
            ["withdraw", "--passport", world.passport, "--out", world.path("withdrawal")])
        try world.ask(
            "izmir", world.grantArguments(world.passport, to: "Clinic Munich", "emergency"),
            expecting: 77)
        try world.ask(
            "izmir",
            ["pack", world.passport, "--to", "Clinic Athens", "--out", world.path("again")],
            expecting: 77)
    }

    @Test func aFolderIntoWhichOthersCanWriteIsNoHome() throws {
        let world = try World()
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o777], ofItemAtPath: world.path("athens"))
        try world.ask(
            "athens", ["open", world.envelope, "--operator", "dr-athens"], expecting: 77)
    }
}
