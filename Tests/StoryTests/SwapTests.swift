import Foundation
import GRDB
import PassportCoding
import Testing

/// Good parts in wrong places, and old things shown again.
@Suite struct SwapTests {
    private static let openAsAthens = ["--operator", "dr-athens"]

    @Test func anEnvelopeForAthensIsNothingToMunich() throws {
        let world = try World()
        let answer = try world.run(
            "munich", ["open", world.envelope, "--operator", "dr-munich", "--json"])
        answer.expectRefusal([77])
        #expect(answer.json["view"].list.isEmpty)
        // Not even with Athens' operator, or when Izmir never pinned anybody.
        try world.run("munich", ["open", world.envelope] + Self.openAsAthens)
            .expectRefusal([66])
        let entries = try world.ask("munich", ["audit", "show"])["entries"].list
        #expect(entries.last?["act"].string == "refused")
    }

    /// Content of one envelope and boxes of another, both for Athens and both good.
    @Test func contentAndBoxesOfTwoEnvelopesDoNotOpenTogether() throws {
        let world = try World()
        try world.ask(
            "izmir",
            ["pack", world.passport, "--to", "Clinic Athens", "--out", world.path("second")])
        let first = try Self.members(world, "izmir-to-athens.envelope")
        let second = try Self.members(world, "second")
        for (one, other) in [(first, second), (second, first)] {
            let content = CBORItem(3)
            let mixed = one.entries.map { entry in
                (entry.key, entry.key == content ? other[content] ?? entry.value : entry.value)
            }
            let bytes = CBORItem.map(CBORMap(mixed)).encoded()
            let file = try world.folder.write(bytes, to: "mixed")
            let before = try HomeState.rows(world, "athens")
            try world.run("athens", ["open", file] + Self.openAsAthens).expectRefusal([77])
            #expect(try HomeState.rows(world, "athens") == before)
        }
    }

    private static func members(_ world: World, _ file: String) throws -> CBORMap {
        guard case .map(let map) = try CBORReader.item(from: world.folder.bytes(file)) else {
            return CBORMap([])
        }
        return map
    }

    /// What the vault encrypted for one row opens in no other, so that whoever can write to the
    /// database still cannot exchange one person's history for another's.
    @Test func rowsOfTheVaultDoNotOpenInOtherPlaces() throws {
        let world = try World()
        let supplement = ["--supplement", "\(World.demo)/session-athens.json"]
        let imported = try world.ask(
            "izmir", ["summary", "import"] + supplement + ["--cadre", "nurse"])
        let second = try #require(imported["summary"].string)
        let sealed = try world.ask("izmir", ["seal", second, "--no-card"])
        let other = try #require(sealed["passport"].string)
        let reader = ["--operator", "dr-izmir"]
        try world.ask("izmir", ["summary", "show", second] + reader)
        try Self.exchange(world, "draft", "id", "sealed")
        try Self.exchange(world, "passport", "digest", "sealedRing")
        for summary in [second, world.summary] {
            let answer = try world.run("izmir", ["summary", "show", summary] + reader)
            answer.expectRefusal([65, 77])
            #expect(answer.output.isEmpty)
            try world.run("izmir", ["seal", summary, "--no-card"]).expectRefusal([65, 77])
        }
        for passport in [other, world.passport] {
            try world.run("izmir", world.grantArguments(passport, to: "Clinic Munich", "care"))
                .expectRefusal([65, 77])
        }
    }

    /// Exchanges a column between the two rows of a table.
    private static func exchange(
        _ world: World, _ table: String, _ key: String, _ column: String
    ) throws {
        let database = try DatabaseQueue(path: world.path("izmir/carepass.sqlite"))
        try database.write { database in
            let rows = try Row.fetchAll(
                database, sql: "SELECT \(key), \(column) FROM \(table)")
            try #require(rows.count == 2)
            for (row, other) in zip(rows, rows.reversed()) {
                let value: Data = other[column]
                let place: Data = row[key]
                try database.execute(
                    sql: "UPDATE \(table) SET \(column) = ? WHERE \(key) = ?",
                    arguments: [value, place])
            }
        }
        try database.close()
    }

    /// A card of somebody else grants nothing here, and the carry half never grants at all.
    @Test func aCardOfSomebodyElseGrantsNothing() throws {
        let world = try World()
        try world.ask("izmir", ["card", "new", "--out", world.path("other")])
        let before = try HomeState(world, "izmir")
        let grant = world.grantArguments(world.passport, to: "Clinic Munich", "care")
        try world.run("izmir", grant + ["--card", world.path("other/consent-half.txt")])
            .expectRefusal([65, 77])
        try world.run("izmir", grant + ["--card", world.path("card/carry-half.txt")])
            .expectRefusal([65])
        try world.run(
            "izmir",
            [
                "withdraw", "--grant", world.athensGrant, "--out", world.path("never"),
                "--card", world.path("other/consent-half.txt"),
            ]
        ).expectRefusal([65, 77])
        #expect(try HomeState(world, "izmir") == before)
    }

    /// What was withdrawn stays withdrawn, whatever older file is shown afterwards.
    @Test func anOlderListDoesNotBringAGrantBack() throws {
        let world = try World()
        let (old, new) = (world.path("old.status"), world.path("new.status"))
        try world.ask("izmir", ["status", "export", "--out", old])
        // A second later by Izmir's own clock, so that the lists can be told apart.
        let later = Int(Date().timeIntervalSince1970) + 60
        try world.ask(
            "izmir",
            [
                "withdraw", "--grant", world.athensGrant, "--out", world.path("withdrawal"),
                "--clock", "\(later)",
            ])
        try world.ask("izmir", ["status", "export", "--out", new, "--clock", "\(later)"])
        let clock = ["--clock", "\(later)"]
        try world.ask("athens", ["take-in", old])
        try world.ask("athens", ["open", world.envelope] + Self.openAsAthens + clock)
        try world.ask("athens", ["take-in", new] + clock)
        let ended = try world.ask(
            "athens", ["open", world.envelope] + Self.openAsAthens + clock, expecting: 77)
        #expect(ended["reason"].string == "grantStatus.ended")
        try world.run("athens", ["take-in", old] + clock).expectRefusal([77])
        try world.ask(
            "athens", ["open", world.envelope] + Self.openAsAthens + clock, expecting: 77)
        // Izmir packs nothing any more under the grant that it withdrew.
        try world.run(
            "izmir",
            ["pack", world.passport, "--to", "Clinic Athens", "--out", world.path("x")] + clock
        ).expectRefusal([77])
    }

    /// Somebody who calls himself Izmir is not: neither his file nor his passports count.
    @Test func aNameIsNotAnIdentity() throws {
        var impostor = try World(empty: ())
        try impostor.makeOrganisations()
        let world = try World()
        let identity = impostor.path("izmir.identity")
        try world.run(
            "athens",
            [
                "peer", "add", identity, "--trust", "issue", "--fingerprint",
                world.fingerprints["izmir"] ?? "",
            ]
        ).expectRefusal([77])
        try world.run("athens", ["take-in", impostor.path("munich.identity")]).expectSuccess()
        let peers = try world.ask("athens", ["peer", "list"])["peers"].list
        let unpinned = peers.filter { $0["trust"].list.isEmpty }
        #expect(unpinned.count == 1 && peers.count == 3)
    }
}

extension Answer {
    /// A command that must simply succeed.
    fileprivate func expectSuccess(at location: SourceLocation = #_sourceLocation) {
        #expect(status == 0 && complaints.isEmpty, "\(summary)", sourceLocation: location)
    }
}
