import PassportClient
import PassportCoding
import PassportCrypto
import PassportExchange
import PassportStore
import PassportTrust
import Testing

@testable import PassportServer

/// A bad line: what is lost, doubled, late or cut on it changes nothing in the end.
@Suite("A bad line") struct LineFaultTests {
    @Test("a silent week: attempts grow rarer and stay few, then everything arrives")
    func silentWeek() async throws {
        let pair = try await Pair()
        pair.world.lines.partition("north", "south")
        pair.world.lines.listen()
        try await pair.izmir.send(envelope(1), to: pair.athens)
        var gaps: [Int64] = []
        var last = start
        let mailroom = try pair.north.mailroom()
        let digest = Digest.sha256(of: envelope(1))
        while pair.world.now < start.adding(seconds: 7 * 86_400) {
            let due = try #require(try await mailroom.nextDue())
            pair.world.advance(max(due.seconds - pair.world.now.seconds, 0))
            gaps.append(pair.world.now.seconds - last.seconds)
            last = pair.world.now
            try await pair.north.round()
            let state = try await mailroom.consignment(
                digest, of: pair.izmir.id, to: pair.athens.id)
            #expect(state?.state == .waiting && state?.lastProblem == "exchange.unreachable")
        }
        #expect((168...400).contains(gaps.count), "\(gaps.count) attempts in a week")
        // Twice as long each time, half of it at random; after an hour no longer.
        for (number, gap) in gaps.dropFirst().enumerated() {
            let most: Int64 = min(15 << Int64(min(number, 20)), 3_600)
            #expect((most / 2...most).contains(gap), "attempt \(number): \(gap) s")
        }
        pair.world.lines.heal("north", "south")
        try await pair.world.run(for: 3_600, step: 600)
        #expect(try await pair.izmir.sent(envelope(1)).state == .delivered)
        #expect(try await pair.athens.inbox().count == 1)
    }

    @Test("after the patience it is given up with a reason, and the bytes are gone")
    func givenUp() async throws {
        let pair = try await Pair()
        pair.world.lines.partition("north", "south")
        try await pair.izmir.send(envelope(1), to: pair.athens)
        let patience = RetrySchedule.standard.patience
        try await pair.world.run(for: patience - 3_600, step: 1_800)
        #expect(try await pair.izmir.sent(envelope(1)).state == .waiting)
        try await pair.world.run(for: 3 * 3_600, step: 1_800)
        let sent = try await pair.izmir.sent(envelope(1))
        #expect(sent.state == .dead && sent.reason == .unreachable)
        #expect(sent.nextAttempt == nil && sent.receipt == nil)
        let known = try await pair.north.mailroom().consignment(
            Digest.sha256(of: envelope(1)), of: pair.izmir.id, to: pair.athens.id)
        let id = try #require(known?.id)
        #expect(try await pair.north.mailroom().content(of: id) == nil)
        pair.world.lines.healAll()
        try await pair.world.run(for: 7_200, step: 1_800)
        #expect(try await pair.athens.inbox().isEmpty)
        try await pair.north.confirmSound()
    }

    @Test("the answer is lost after the deposit: the next attempt gets the same receipt")
    func answerLost() async throws {
        let pair = try await Pair()
        let parcel = envelope(1)
        let lost = Array(repeating: Fault.dropAnswer, count: 4)
        for fault in lost { pair.world.lines.plan(fault, from: "north", to: "south") }
        try await pair.izmir.send(parcel, to: pair.athens)
        try await pair.north.round()
        #expect(try await pair.izmir.sent(parcel).state == .waiting)
        let first = try #require(
            try await pair.south.mailroom().storedReceipt(
                of: Digest.sha256(of: parcel), for: pair.athens.id, from: pair.izmir.id))
        #expect(try await pair.athens.inbox().count == 1)
        try await pair.world.run(for: 60)
        let sent = try await pair.izmir.sent(parcel)
        #expect(sent.state == .delivered && sent.receipt == Base64.encode(first))
        #expect(try await pair.athens.inbox().count == 1)
    }

    @Test("duplicated, late and reordered deposits: each is delivered once, under one receipt")
    func duplicates() async throws {
        let pair = try await Pair()
        let parcels = (1...6).map { envelope($0) }
        // The first three are kept underway; each is sent anew before they come.
        for parcel in parcels.prefix(3) {
            pair.world.lines.plan(
                .late, .dropRequest, .dropRequest, .dropRequest, from: "north", to: "south")
            try await pair.izmir.send(parcel, to: pair.athens)
            try await pair.north.round()
        }
        pair.world.lines.plan(.duplicate, .duplicate, from: "north", to: "south")
        for parcel in parcels.dropFirst(3) {
            try await pair.izmir.send(parcel, to: pair.athens)
        }
        try await pair.world.run(for: 60)
        let before = try await pair.izmir.outbox()
        #expect(before.allSatisfy { $0.state == .delivered })
        let answers = try await pair.world.deliverLate()
        #expect(answers.count == 3)
        for answer in answers {
            #expect(answer.status == 200)
            #expect(before.contains { $0.receipt == Base64.encode(answer.body) })
        }
        let inbox = try await pair.athens.inbox()
        #expect(inbox.count == parcels.count)
        #expect(Set(inbox.map(\.parcel)).count == parcels.count)
        #expect(try await pair.izmir.outbox() == before)
        try await pair.south.confirmSound()
    }

    @Test("a late deposit of what was fetched and removed since does not bring it back")
    func removed() async throws {
        let pair = try await Pair()
        let parcel = envelope(1)
        let digest = "\(Digest.sha256(of: parcel))"
        pair.world.lines.plan(.late, from: "north", to: "south")
        try await pair.izmir.send(parcel, to: pair.athens)
        try await pair.world.run(for: 60)
        let answer = try await pair.south.ask(
            Handmade("DELETE", ExchangePath.inbox(pair.athens.id) + "/\(digest)"),
            by: pair.athens.house)
        #expect(answer.status == 204)
        let again = try await pair.world.deliverLate()
        #expect(again.map(\.status) == [200])
        #expect(try await pair.athens.inbox().isEmpty)
        #expect(
            try await pair.izmir.sent(parcel).receipt == again.first.map { Base64.encode($0.body) })
    }

    @Test(
        "a body that is cut goes on where it stands, at every kind of place",
        arguments: [0, 1, 4, 5, 65_535, 65_536, 65_537, 131_071, 131_072, 131_073, 299_999])
    func cutRequest(_ place: Int) async throws {
        let pair = try await Pair()
        let parcel = envelope(1, count: 300_000)
        // The question what has arrived comes first, then the body.
        pair.world.lines.plan(
            .pass, .cutRequest(place), from: "north", to: "south")
        pair.world.lines.listen()
        try await pair.izmir.send(parcel, to: pair.athens)
        try await pair.world.run(for: 0)
        if try await pair.izmir.sent(parcel).state != .delivered {
            try await pair.world.run(for: 60)
        }
        #expect(try await pair.izmir.sent(parcel).state == .delivered)
        let entry = try #require(try await pair.athens.inbox().first)
        #expect(try await pair.athens.fetch(entry.parcel) == parcel)
        let puts = pair.world.lines.sent(from: "north", to: "south").filter { $0.method == "PUT" }
        // What had arrived was not sent again.
        #expect(puts.last?.body.count == parcel.count - place)
        try await pair.south.confirmSound()
    }

    @Test(
        "so does a small parcel's",
        arguments: [0, 1, 4, 5, 150, 298, 299])
    func cutSmallRequest(_ place: Int) async throws {
        let pair = try await Pair()
        let parcel = envelope(1, count: 300)
        pair.world.lines.plan(.cutRequest(place), from: "north", to: "south")
        pair.world.lines.listen()
        try await pair.izmir.send(parcel, to: pair.athens)
        try await pair.world.run(for: 60)
        #expect(try await pair.izmir.sent(parcel).state == .delivered)
        let puts = pair.world.lines.sent(from: "north", to: "south").filter { $0.method == "PUT" }
        #expect(puts.map(\.body.count) == [300, 300 - place])
        #expect(try await pair.athens.fetch("\(Digest.sha256(of: parcel))") == parcel)
    }

    @Test("a daemon that was stopped in the middle of an upload goes on from what it has")
    func restartInUpload() async throws {
        let pair = try await Pair()
        let parcel = envelope(1, count: 400_000)
        for fault in [Fault.pass, .cutRequest(150_000), .dropRequest, .dropRequest, .dropRequest] {
            pair.world.lines.plan(fault, from: "north", to: "south")
        }
        try await pair.izmir.send(parcel, to: pair.athens)
        try await pair.north.round()
        try await pair.south.restart()
        try await pair.north.restart()
        pair.world.lines.listen()
        try await pair.world.run(for: 60)
        #expect(try await pair.izmir.sent(parcel).state == .delivered)
        let puts = pair.world.lines.sent(from: "north", to: "south").filter { $0.method == "PUT" }
        #expect(puts.map(\.body.count) == [250_000])
    }

    @Test("a disk that breaks: nothing is acknowledged any more, nothing that was is lost")
    func brokenDisk() async throws {
        let pair = try await Pair()
        try await pair.izmir.send(envelope(1), to: pair.athens)
        pair.north.setDiskBroken(true)
        for parcel in [envelope(2, count: 200_000), envelope(3)] {
            guard case .problem(let problem) = try await pair.izmir.upload(parcel, to: pair.athens)
            else {
                Issue.record("it was acknowledged")
                return
            }
            #expect(problem.status == 503 && problem.code == "unavailable")
        }
        // The parcel goes out, and nobody can write down that it arrived.
        #expect(try await pair.north.round() == 0)
        #expect(try await pair.athens.inbox().count == 1)
        let identity = try await pair.north.ask(.init("GET", ExchangePath.identity(pair.izmir.id)))
        #expect(identity.status == 200)
        pair.north.setDiskBroken(false)
        try await pair.north.restart()
        #expect(try await pair.izmir.outbox().map(\.state) == [.waiting])
        try await pair.world.run(for: 60)
        #expect(try await pair.izmir.sent(envelope(1)).state == .delivered)
        #expect(try await pair.athens.inbox().count == 1)
        try await pair.north.confirmSound()
    }

    @Test("what was handed over and the nonces outlive a restart at any step")
    func restarts() async throws {
        let pair = try await Pair()
        try await pair.izmir.send(envelope(1), to: pair.athens)
        try await pair.north.restart()
        #expect(try await pair.izmir.sent(envelope(1)).state == .waiting)
        pair.world.lines.plan(
            .dropAnswer, .dropAnswer, .dropAnswer, .dropAnswer, from: "north", to: "south")
        try await pair.north.round()
        try await pair.south.restart()
        try await pair.north.restart()
        try await pair.world.run(for: 60)
        #expect(try await pair.izmir.sent(envelope(1)).state == .delivered)
        try await pair.south.restart()
        #expect(try await pair.athens.inbox().count == 1)
        for daemon in pair.world.net.all { try await daemon.confirmSound() }
    }
}
