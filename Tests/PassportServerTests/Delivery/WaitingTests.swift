import Logging
import PassportExchange
import PassportStore
import PassportTrust
import Synchronization
import Testing

@testable import PassportServer

/// What a keeper can learn of why parcels wait.
@Suite("Why parcels wait") struct WaitingTests {
    /// Lines of a log.
    private final class Lines: Sendable {
        private let lines = Mutex<[String]>([])
        var all: [String] { lines.withLock { $0 } }
        var logger: Logger {
            Logger(label: "test") { label in
                JSONLogHandler(label: label) { line in self.lines.withLock { $0.append(line) } }
            }
        }
    }

    /// Athens does not know Izmir.
    private static func strangers() async throws -> (PaperWorld, PaperAgent, PaperAgent) {
        let world = try PaperWorld()
        let (north, south) = (try await world.daemon("north"), try await world.daemon("south"))
        let (izmir, athens) = (
            try await world.agent(1, on: north), try await world.agent(2, on: south)
        )
        try await izmir.follow(athens)
        return (world, izmir, athens)
    }

    @Test("each attempt that failed leaves a line with code and number, and without a name")
    func attemptsAreLogged() async throws {
        let (world, izmir, athens) = try await Self.strangers()
        let lines = Lines()
        let office = PostOffice(
            try izmir.home.daemon(), rules: world.rules, logger: lines.logger)
        try await izmir.send(envelope(1), to: athens)
        for _ in 0..<2 {
            try await office.round()
            world.advance(60)
        }
        let said = lines.all.filter { $0.contains("\"event\":\"not delivered\"") }
        #expect(said.count == 2 && lines.all.count == 2)
        for (number, line) in said.enumerated() {
            #expect(line.contains("\"attempts\":\(number + 1),") && line.contains("\"info\""))
            #expect(line.contains("\"code\":\"unknown-key\""))
            #expect(!line.contains(athens.id.text) && !line.contains(izmir.id.text))
            #expect(line.firstMatch(of: /[0-9a-f]{16}/) == nil)
        }
        try await athens.follow(izmir)
        try await office.round()
        #expect(lines.all.count == 2, "what arrived is no failure")
    }

    @Test("what only waits to be collected has not failed")
    func collectingIsNoFailure() async throws {
        let pair = try await Pair(southIsReachable: false)
        let lines = Lines()
        try await pair.izmir.send(envelope(1), to: pair.athens)
        try await PostOffice(try pair.north.daemon(), logger: lines.logger).round()
        #expect(lines.all.isEmpty)
        let reasons = try await pair.north.mailroom().waitingReasons()
        #expect(reasons.map(\.code) == ["to-be-collected"] && reasons.map(\.count) == [1])
    }

    @Test("an organisation that stays unknown there is refused in the end, not unanswered")
    func unknownForAWeek() async throws {
        let (world, izmir, athens) = try await Self.strangers()
        try await izmir.send(envelope(1), to: athens)
        try await world.run(for: 8 * 86_400, step: 3_600)
        let sent = try await izmir.sent(envelope(1))
        #expect(sent.state == .dead && sent.reason == .refused)
    }
}
