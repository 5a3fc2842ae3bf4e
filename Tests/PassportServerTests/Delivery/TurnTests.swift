import PassportCoding
import PassportCrypto
import PassportExchange
import PassportStore
import PassportTrust
import Synchronization
import Testing

@testable import PassportServer

/// Whoever takes too long has had its turn, and the next one has theirs. Each of these hangs, or
/// finds that nothing came, when a turn does not end.
@Suite("Turns", .timeLimit(.minutes(5))) struct TurnTests {
    /// A second is the shortest turn in which an honest peer gets everything done.
    private static func shortTurns(_ daemon: PaperDaemon) async throws {
        daemon.setDeadlines { $0.turn = 1 }
        try await daemon.restart()
    }

    @Test("a visit that takes too long ends, and the peer has its turn again later")
    func visit() async throws {
        let pair = try await Pair(southIsReachable: false)
        try await Self.shortTurns(pair.south)
        try await pair.izmir.send(envelope(1), to: pair.athens)
        pair.world.lines.plan(.hang, from: "south", to: "north")
        try await pair.south.run { try await pair.athens.inbox().count == 1 }
        let metrics = try pair.south.daemon().metrics.text(levels: [])
        #expect(metrics.contains("not-collected"))
    }

    @Test("a delivery that takes too long ends, and is tried again later")
    func delivery() async throws {
        let pair = try await Pair()
        try await Self.shortTurns(pair.north)
        try await pair.izmir.send(envelope(1), to: pair.athens)
        pair.world.lines.plan(.hang, from: "north", to: "south")
        try await pair.north.run { try await pair.izmir.sent(envelope(1)).attempts == 1 }
        #expect(try await pair.athens.inbox().isEmpty)
        pair.world.advance(3_600)
        try await pair.north.run { try await pair.athens.inbox().count == 1 }
    }

    @Test("more silent peers than there are places keep nobody from being collected from")
    func visits() async throws {
        let pair = try await Pair(southIsReachable: false)
        try await Self.shortTurns(pair.south)
        let slow = try await pair.world.daemon("slow")
        for number in 3..<83 {
            let silent = try await pair.world.agent(UInt8(number), on: slow)
            try await pair.athens.follow(silent)
        }
        pair.world.lines.listen()
        for _ in 0..<5_000 { pair.world.lines.plan(.hang, from: "south", to: "slow") }
        let isSent = Mutex(false)
        try await pair.south.run {
            // From when on every place is taken, or was.
            let visited = pair.world.lines.sent(from: "south", to: "slow").count
            if visited >= 64, !isSent.withLock({ $0 }) {
                try await pair.izmir.send(envelope(1), to: pair.athens)
                isSent.withLock { $0 = true }
            }
            return try await pair.athens.inbox().count == 1
        }
    }

    @Test("more silent ways than there are places keep nobody's parcel from leaving")
    func ways() async throws {
        let pair = try await Pair()
        try await Self.shortTurns(pair.north)
        let slow = try await pair.world.daemon("slow")
        let silent = try await (0..<PostOffice.waysPerOwner).asyncMap {
            try await pair.world.agent(UInt8(100 + $0), on: slow)
        }
        for _ in 0..<5_000 { pair.world.lines.plan(.hang, from: "north", to: "slow") }
        for owner in 0...PostOffice.ways / PostOffice.waysPerOwner {
            let sender = try await pair.world.agent(UInt8(10 + owner), on: pair.north)
            for recipient in silent {
                try await sender.follow(recipient)
                try await sender.send(envelope(owner), to: recipient)
            }
        }
        pair.world.lines.listen()
        let isSent = Mutex(false)
        try await pair.north.run {
            let tried = pair.world.lines.sent(from: "north", to: "slow").count
            if tried >= PostOffice.ways, !isSent.withLock({ $0 }) {
                try await pair.izmir.send(envelope(1_000), to: pair.athens)
                isSent.withLock { $0 = true }
            }
            return try await pair.athens.inbox().count == 1
        }
    }

    @Test("a body that never ends is given up: a stranger's soon, anybody's in the end")
    func bodies() async throws {
        let pair = try await Pair()
        let known = pair.athens.house
        let renewed = try known.following(
            name: "Athens", daemonKey: pair.south.mailroom().keys.exchange.verifyingKey,
            services: [try pair.south.service()], newKey: true)
        let request = Handmade(
            "PUT", ExchangePath.identity(known.id), body: renewed.identity.encoded())
        for (house, deadlines) in [(renewed, (0, 1_000_000)), (known, (1_000_000, 0))] {
            pair.south.setDeadlines {
                $0.strangerBody = deadlines.0
                $0.body = deadlines.1
            }
            try await pair.south.restart()
            let answer = try await pair.south.answer(
                request.made(for: pair.south, by: house), bodyEndsAfter: 100, then: .silence)
            #expect(answer.status == 503 && answer.problem?.code == "unavailable")
        }
        #expect(try await pair.south.mailroom().identity(of: known.id) == known.identity)
    }
}

extension Sequence {
    /// One after the other.
    fileprivate func asyncMap<Result>(
        _ body: (Element) async throws -> Result
    ) async rethrows -> [Result] {
        var results: [Result] = []
        for element in self { results.append(try await body(element)) }
        return results
    }
}
