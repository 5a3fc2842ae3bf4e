import PassportCoding
import PassportCrypto
import PassportExchange
import PassportStore
import PassportTrust
import Testing

@testable import PassportServer

private let week: Int64 = 7 * 86_400
private let year: Int64 = 365 * 86_400

/// Clocks that are wrong, on either side and both ways.
@Suite("Wrong clocks") struct ClockTests {
    @Test("two minutes are allowed, one second more is refused and the skew is stated")
    func edges() async throws {
        let pair = try await Pair()
        let path = ExchangePath.inbox(pair.athens.id)
        for seconds: Int64 in [-RequestRules.skew, -1, 0, 1, RequestRules.skew] {
            let answer = try await pair.south.ask(
                Handmade("GET", path), by: pair.athens.house, at: start.adding(seconds: seconds))
            #expect(answer.status == 200, "\(seconds)")
        }
        for seconds in [-RequestRules.skew - 1, RequestRules.skew + 1, -week, year] {
            let answer = try await pair.south.ask(
                Handmade("GET", path), by: pair.athens.house, at: start.adding(seconds: seconds))
            #expect(answer.status == 401)
            #expect(answer.problem?.code == "skewed" && answer.problem?.skew == seconds)
        }
    }

    @Test(
        "a clock that jumps: refused as skewed while it is wrong, then delivered",
        arguments: [year, -week], [true, false])
    func jumps(_ jump: Int64, _ isSender: Bool) async throws {
        let pair = try await Pair()
        let wrong = isSender ? pair.north : pair.south
        wrong.setDrift(jump)
        try await pair.izmir.send(envelope(1), to: pair.athens)
        try await pair.world.run(for: 600)
        let sent = try await pair.izmir.sent(envelope(1))
        #expect(sent.state == .waiting && sent.lastProblem == "skewed")
        #expect(sent.attempts >= 1)
        wrong.setDrift(0)
        try await pair.world.run(for: 2 * 3_600, step: 300)
        #expect(try await pair.izmir.sent(envelope(1)).state == .delivered)
        #expect(try await pair.athens.inbox().count == 1)
    }

    @Test(
        "a jump while a parcel waits neither kills it nor leaves it lying when the clock is right",
        arguments: [year, -week])
    func jumpInBetween(_ jump: Int64) async throws {
        let pair = try await Pair()
        pair.world.lines.partition("north", "south")
        try await pair.izmir.send(envelope(1), to: pair.athens)
        try await pair.world.run(for: 120)
        pair.north.setDrift(jump)
        try await pair.world.run(for: 600)
        #expect(try await pair.izmir.sent(envelope(1)).state == .waiting)
        pair.north.setDrift(0)
        pair.world.lines.healAll()
        try await pair.world.run(for: 2 * 3_600, step: 300)
        #expect(try await pair.izmir.sent(envelope(1)).state == .delivered)
        try await pair.north.confirmSound()
    }

    @Test("the same when the daemon was stopped before its clock was set right")
    func jumpAndRestart() async throws {
        let pair = try await Pair()
        pair.world.lines.partition("north", "south")
        try await pair.izmir.send(envelope(1), to: pair.athens)
        pair.north.setDrift(year)
        try await pair.world.run(for: 120)
        pair.north.setDrift(0)
        pair.world.lines.healAll()
        try await pair.north.restart()
        try await pair.world.run(for: 2 * 3_600, step: 300)
        #expect(try await pair.izmir.sent(envelope(1)).state == .delivered)
    }

    @Test("a clock that jumps ahead and back does not let an old request in again")
    func replayAfterJump() async throws {
        let pair = try await Pair()
        let request = try Handmade("GET", ExchangePath.inbox(pair.athens.id)).made(
            for: pair.south, by: pair.athens.house)
        #expect(try await pair.south.answer(request).status == 200)
        pair.south.setDrift(3_000)
        _ = try await pair.south.mailroom().prune(now: pair.south.now)
        pair.south.setDrift(0)
        let again = try await pair.south.answer(request)
        #expect(again.status == 401 && again.problem?.code == "replayed")
    }
}
