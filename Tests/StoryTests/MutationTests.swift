import Foundation
import PassportTestSupport
import Testing

/// Damaged files through the command line: never a crash, never an opening of anything else.
@Suite struct MutationTests {
    private static let rounds = 30

    /// What an opening shows.
    private static func view(_ answer: Answer) -> String { answer.json["view"].canonical }

    @Test func aDamagedEnvelopeNeverOpensToAnythingElse() throws {
        let world = try World()
        let good = try world.folder.bytes("izmir-to-athens.envelope")
        let open = ["open", world.path("damaged"), "--operator", "dr-athens", "--json"]
        try world.folder.write(good, to: "damaged")
        let expected = try world.run("athens", open)
        try #require(expected.status == 0, "\(expected.summary)")
        var mutator = Mutator(seed: 0xE1)
        var refused = 0
        for round in 0..<Self.rounds {
            let rows = try HomeState.rows(world, "athens")
            try world.folder.write(mutator.mutated(good), to: "damaged")
            let answer = try world.run("athens", open)
            if answer.status == 0 {
                // A box that is not ours may be anything: it is not for us to judge.
                #expect(Self.view(answer) == Self.view(expected), "round \(round)")
            } else {
                refused += 1
                answer.expectRefusal([65, 77], "round \(round)")
                #expect(answer.json["view"].list.isEmpty)
                #expect(try HomeState.rows(world, "athens") == rows, "round \(round)")
            }
        }
        #expect(refused > Self.rounds / 2)
    }

    /// What stands outside the boxes is bound to every box, so any change of it is fatal.
    @Test func noByteOfTheContentIsFree() throws {
        let world = try World()
        let good = try world.folder.bytes("izmir-to-athens.envelope")
        let seen = try world.ask(nil, ["inspect", world.envelope, "--bytes"])
        let content = try #require(seen["shares"]["content"].int)
        var random = SeededRandom(seed: 0xE2)
        for _ in 0..<10 {
            var bytes = good
            // The content stands before the boxes, after a few bytes of framing.
            bytes[random.number(in: 16...content)] ^= UInt8(random.number(in: 1...255))
            let file = try world.folder.write(bytes, to: "damaged")
            let answer = try world.run("athens", ["open", file, "--operator", "dr-athens"])
            answer.expectRefusal([65, 77])
        }
    }

    @Test func aDamagedIdentityIsNeverPinnedOrTakenIn() throws {
        let world = try World()
        let fingerprint = try #require(world.fingerprints["munich"])
        let good = try world.folder.bytes("munich.identity")
        let before = try HomeState(world, "izmir")
        var mutator = Mutator(seed: 0x1D)
        for round in 0..<Self.rounds {
            let file = try world.folder.write(mutator.mutated(good), to: "damaged")
            let pinned = try world.run(
                "izmir",
                ["peer", "add", file, "--fingerprint", fingerprint, "--trust", "issue"])
            pinned.expectRefusal([65, 77], "round \(round)")
            let taken = try world.run("izmir", ["take-in", file])
            taken.expectRefusal([65, 77], "round \(round)")
            #expect(try HomeState(world, "izmir") == before, "round \(round)")
        }
    }

    @Test(arguments: ["izmir.status", "withdrawal"])
    func aDamagedListOrWithdrawalEndsNothing(_ name: String) throws {
        let world = try World()
        try world.ask(
            "izmir",
            ["withdraw", "--grant", world.athensGrant, "--out", world.path("withdrawal")])
        try world.ask("izmir", ["status", "export", "--out", world.path("izmir.status")])
        let open = ["open", world.envelope, "--operator", "dr-athens"]
        try world.ask("athens", open)
        let good = try world.folder.bytes(name)
        var mutator = Mutator(seed: 0x57)
        for round in 0..<Self.rounds {
            let before = try HomeState(world, "athens")
            let file = try world.folder.write(mutator.mutated(good), to: "damaged")
            let answer = try world.run("athens", ["take-in", file, "--json"])
            if answer.status == 0 {
                // For a passport that is not here it is kept, and judged when that one comes.
                #expect(answer.json["taken"][0]["kind"].string == "withdrawal-early")
            } else {
                answer.expectRefusal([65, 77], "round \(round)")
                #expect(try HomeState(world, "athens") == before, "round \(round)")
            }
        }
        try world.ask("athens", open)
        try world.ask("athens", ["take-in", world.path(name)])
        try world.ask("athens", open, expecting: 77)
    }

    @Test func aDamagedLogNeverPasses() throws {
        let world = try World()
        try world.ask("izmir", ["audit", "export", "--out", world.path("izmir.log")])
        let good = try world.folder.bytes("izmir.log")
        var mutator = Mutator(seed: 0x106)
        for round in 0..<Self.rounds {
            let file = try world.folder.write(mutator.mutated(good), to: "damaged.log")
            let answer = try world.run(nil, ["audit", "verify", file, "--any-identity", "--json"])
            #expect(answer.status == 77 && !answer.wasKilled, "round \(round): \(answer.summary)")
            let log = answer.json["logs"][0]
            let worst = ["integrity", "completeness", "authority"].contains {
                log[$0]["standing"].string == "fail"
            }
            #expect(worst, "round \(round)")
        }
    }
}
