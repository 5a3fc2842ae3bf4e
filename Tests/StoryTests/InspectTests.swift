import Foundation
import Testing

/// `inspect`: every file that this program writes is named, and its bytes are accounted for.
@Suite struct InspectTests {
    private static func shares(_ world: World, _ file: String) throws -> [String: Int] {
        let seen = try world.ask(nil, ["inspect", file, "--bytes"])
        let names = seen["shares"].names
        return Dictionary(uniqueKeysWithValues: names.map { ($0, seen["shares"][$0].int ?? 0) })
    }

    @Test func tellsSignaturesKeysAndHashesApart() throws {
        let world = try World()
        func path(_ name: String) -> String { world.path(name) }
        try world.ask(
            "izmir", ["withdraw", "--grant", world.athensGrant, "--out", path("withdrawal")])
        try world.ask("izmir", ["status", "export", "--out", path("status")])
        try world.ask("izmir", ["audit", "export", "--out", path("log")])
        try world.ask("izmir", ["audit", "export", "--proof", "0", "--out", path("proof")])
        try world.ask("izmir", ["audit", "checkpoint", "--out", path("note")])
        let expected: [(String, Set<String>)] = [
            ("izmir.identity", ["signature", "keys", "hashes"]),
            ("withdrawal", ["signature", "hashes"]),
            ("status", ["signature", "hashes", "status-bits"]),
            ("log", ["signature", "keys", "hashes", "salts"]),
            ("proof", ["signature", "keys", "hashes", "salts"]),
            ("note", ["signature", "hashes"]),
            ("izmir/keystore.key", ["salts", "sealed-keys", "tags"]),
        ]
        for (name, parts) in expected {
            let shares = try Self.shares(world, path(name))
            #expect(Set(shares.keys) == parts.union(["framing"]), "\(name)")
            #expect(
                try shares.values.reduce(0, +) == world.folder.bytes(name).count, "\(name)")
        }
        // Exact where the format fixes the number.
        #expect(try Self.shares(world, path("withdrawal"))["signature"] == 64)
        #expect(try Self.shares(world, path("status"))["signature"] == 64)
        #expect(try Self.shares(world, path("status"))["hashes"] == 32)
        // Seven role keys of 32 bytes, one of 1,216, and one root key in the manifest.
        #expect(try Self.shares(world, path("izmir.identity"))["keys"] == 32 * 8 + 1_216)
    }

    @Test func namesEveryFileAndShowsNoSecret() throws {
        let world = try World()
        try world.ask("izmir", ["audit", "checkpoint", "--out", world.path("note")])
        for (name, kind) in [
            ("note", "checkpoint"), ("izmir/keystore.key", "key-file"),
            ("izmir/operator-dr-izmir.key", "key-file"), ("card/consent-half.txt", "consent-half"),
            ("card/carry-half.txt", "carry-half"),
        ] {
            for extra in [[], ["--json"]] {
                let answer = try world.run(
                    nil, ["inspect", world.path(name), "--bytes"] + extra)
                #expect(answer.status == 0, "\(answer.summary)")
                if !extra.isEmpty { #expect(answer.json["kind"].string == kind) }
                let secret = String(decoding: try world.folder.bytes(name), as: UTF8.self)
                    .trimmingCharacters(in: .whitespacesAndNewlines)
                // Not even one group of the card's letters.
                for group in secret.split(separator: "-") where name.hasPrefix("card/") {
                    #expect(!answer.text.contains(group))
                }
            }
        }
    }

    /// The rest of a log that was cut is said to be unreadable, and the sum stays right.
    @Test func aCutLogIsCountedToItsEnd() throws {
        let world = try World()
        let log = world.path("log")
        try world.ask("izmir", ["audit", "export", "--out", log])
        let bytes = try world.folder.bytes("log")
        let cut = try world.folder.write(Array(bytes.dropLast(20)), to: "cut")
        let shares = try Self.shares(world, cut)
        #expect((shares["unread"] ?? 0) > 0)
        #expect(shares.values.reduce(0, +) == bytes.count - 20)
    }
}
