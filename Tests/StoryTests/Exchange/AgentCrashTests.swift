import Foundation
import Glibc
import PassportCoding
import PassportCrypto
import PassportTestSupport
import Testing

/// Agents that end as in a power cut while they send, fetch and sync.
@Suite(.serialized) struct AgentCrashTests {
    /// What was tried, and what the program said was done before it was killed.
    private struct Memory {
        /// Files of envelopes by digest.
        var tried: [String: String] = [:]
        var sent: Set<String> = []
        var fetched: [String: String] = [:]
        var microseconds = [400_000, 400_000, 400_000, 400_000]
        var killed = 0
    }

    private static let rounds = 32

    @Test("Nothing acknowledged is lost, or comes twice, when send, fetch and sync are killed")
    func nothingIsLostWhenAgentsAreKilled() async throws {
        try await Apart.run {
            let scene = try await ExchangeWorld()
            let world = scene.world
            var random = SeededRandom(seed: 31)
            var memory = Memory()
            // How long each takes here, so that the kills fall inside wherever this runs.
            for choice in 0..<4 { try Self.act(world, choice, killedAfter: nil, &memory) }
            var round = 0
            while round < Self.rounds
                || (memory.killed < Self.rounds / 4 && round < 8 * Self.rounds)
            {
                round += 1
                // The moment of death is the one thing here that only time can choose.
                let share = random.number(in: 20...110)
                try Self.act(
                    world, random.number(in: 0...3), killedAfter: share, &memory)
            }
            #expect(memory.killed >= Self.rounds / 4)
            try Self.checkSent(world, memory)
            // And the homes go on as if nothing had been.
            for file in memory.tried.values { try world.ask("izmir", Self.send(file)) }
            try await Self.checkArrived(scene, memory)
            try await scene.stop()
        }
    }

    private static func send(_ file: String) -> [String] {
        ["send", file, "--to", "Clinic Munich"]
    }

    /// Does one of the four things, and kills it after a share of the time that it takes.
    private static func act(
        _ world: World, _ choice: Int, killedAfter share: Int?, _ memory: inout Memory
    ) throws {
        var (home, arguments) = ("munich", ["fetch"])
        switch choice {
        case 0:
            let bytes = Parcel.envelope()
            let digest = "\(Digest.sha256(of: bytes))"
            let file = try world.folder.write(bytes, to: "tried-\(memory.tried.count)")
            memory.tried[digest] = file
            (home, arguments) = ("izmir", send(file))
        case 1: break
        default: (home, arguments) = (choice == 2 ? "izmir" : "munich", ["sync"])
        }
        let begin = ContinuousClock.now
        let running = try world.process(home).start(World.signed(home, arguments + ["--json"]))
        if let share {
            usleep(UInt32(clamping: memory.microseconds[choice] * share / 100))
            running.kill()
        }
        let answer = try running.wait()
        let time = begin.duration(to: .now).components
        if share == nil {
            memory.microseconds[choice] =
                Int(time.seconds) * 1_000_000 + Int(time.attoseconds / 1_000_000_000_000)
        }
        if answer.wasKilled {
            memory.killed += 1
        } else {
            try #require(answer.status == 0, "\(answer.summary)")
            if share != nil { memory.microseconds[choice] = memory.microseconds[choice] * 4 / 5 }
        }
        // An answer that is complete was given: what it says must last.
        if let parcel = answer.json["parcel"].string { memory.sent.insert(parcel) }
        for entry in answer.json["fetched"].list {
            guard let parcel = entry["parcel"].string, let file = entry["file"].string else {
                continue
            }
            #expect(memory.fetched[parcel] == nil, "it came twice")
            memory.fetched[parcel] = file
        }
    }

    private static func checkSent(_ world: World, _ memory: Memory) throws {
        let known = try world.ask("izmir", ["inbox"])["sent"].list
        let states = Dictionary(
            known.compactMap { entry in
                entry["parcel"].string.map { ($0, entry["state"].string ?? "") }
            }, uniquingKeysWith: { first, _ in first })
        #expect(states.count == known.count, "something stands there twice")
        for parcel in memory.sent {
            #expect(["handedOver", "delivered"].contains(states[parcel]), "\(parcel.prefix(12))")
        }
    }

    /// Every envelope that was tried is with its recipient, whole and once, and its sender knows.
    private static func checkArrived(_ scene: ExchangeWorld, _ memory: Memory) async throws {
        let world = scene.world
        try await Poll.until("everything is fetched", every: .milliseconds(300)) {
            try world.ask("munich", ["fetch"])
            return try world.ask("munich", ["inbox"])["fetched"].list.count >= memory.tried.count
        }
        let inbox = world.path("munich/inbox")
        let files = try FileManager.default.contentsOfDirectory(atPath: inbox)
        #expect(Set(files) == Set(memory.tried.keys.map { "\($0).envelope" }))
        for (parcel, file) in memory.tried {
            let bytes = try Data(contentsOf: URL(filePath: file))
            let arrived = try? Data(contentsOf: URL(filePath: "\(inbox)/\(parcel).envelope"))
            #expect(arrived == bytes, "\(parcel.prefix(12))")
        }
        let fetched = try world.ask("munich", ["inbox"])["fetched"].list
        #expect(fetched.count == memory.tried.count, "something stands there twice")
        try await scene.sync("izmir", until: "the sender has every receipt") {
            try world.ask("izmir", ["inbox"])["sent"].list
                .allSatisfy { $0["state"].string == "delivered" }
        }
        for home in ["izmir", "munich"] {
            // The keys have changed since the world was made: a manifest more names the daemon.
            let shown = try world.run(home, ["org", "fingerprint"]).text
            try Homes.check(
                world, home, shown.trimmingCharacters(in: .whitespacesAndNewlines))
        }
    }
}
