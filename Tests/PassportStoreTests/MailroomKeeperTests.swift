import Foundation
import PassportCoding
import PassportCrypto
import PassportExchange
import Testing

@testable import PassportStore

/// What a keeper asks a mailroom, and copies that did not come about.
@Suite("The mailroom for its keeper") struct MailroomKeeperTests {
    @Test("why parcels wait is counted, the commonest first; what ended is not among it")
    func reasons() async throws {
        let fixture = try MailroomFixture()
        let room = try await fixture.made()
        #expect(try await room.waitingReasons().isEmpty)
        for number in 0..<6 {
            let made = try await room.handOver(
                room.parcel(from: fixture.bytes(number)), to: fixture.izmir.id,
                request: fixture.athens.request(), kind: .envelope, now: fixture.now)
            let id = made.consignment.id
            switch number {
            case 0: continue
            case 1...2:
                try await room.recordFailure(
                    id, problem: "skewed", attempts: 1, nextAttempt: fixture.now)
            case 3...4:
                try await room.recordFailure(
                    id, problem: "full", attempts: 1, nextAttempt: fixture.now)
                if number == 4 {
                    try await room.recordDead(id, reason: .refused, now: fixture.now)
                }
            default: try await room.recordDelivered(id, receipt: [1], now: fixture.now)
            }
        }
        let reasons = try await room.waitingReasons()
        #expect(reasons.map(\.code) == ["skewed", nil, "full"])
        #expect(reasons.map(\.count) == [2, 1, 1])
    }

    @Test("a failed visit counts from the first time, and goes with the following")
    func visits() async throws {
        let fixture = try MailroomFixture()
        let room = try await fixture.made()
        let (host, peer) = (fixture.athens.id, fixture.izmir.id)
        for (seconds, problem) in [(Int64(0), "skewed"), (90_000, "full")] {
            try await room.note(
                visitTo: peer, for: host, problem: problem,
                now: fixture.now.adding(seconds: seconds))
        }
        let failed = try await room.failedVisits()
        #expect(failed.map(\.since) == [fixture.now] && failed.map(\.problem) == ["full"])
        try await room.unfollow(peer, by: host, now: fixture.now)
        #expect(try await room.failedVisits().isEmpty)
        // A visit that was under way meanwhile ends after it.
        try await room.note(visitTo: peer, for: host, problem: "full", now: fixture.now)
        #expect(try await room.failedVisits().isEmpty)
    }

    @Test("a copy that cannot be finished leaves nothing, and an empty folder stays one")
    func half() async throws {
        let fixture = try MailroomFixture()
        let room = try await fixture.made()
        try await fixture.deposit(
            fixture.bytes(8, count: Mailroom.inlineBytes), room)
        let name = try #require(try fixture.names("parcels").first)
        let path = "\(fixture.folder)/parcels/\(name)"
        try FileManager.default.removeItem(atPath: path)
        // It is there and cannot be read.
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        let copy = "\(fixture.folder)-copy"
        defer { try? FileManager.default.removeItem(atPath: copy) }
        await expectRefusal(.damaged) { try await room.backup(to: copy) }
        #expect(!FileManager.default.fileExists(atPath: copy))
        try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: false)
        await expectRefusal(.damaged) { try await room.backup(to: "\(copy)/") }
        #expect(try FileManager.default.contentsOfDirectory(atPath: copy).isEmpty)
    }

    @Test("a copy without what it needs, or to where there is no folder, is not begun")
    func refused() async throws {
        let fixture = try MailroomFixture()
        let room = try await fixture.made()
        func failure(_ body: () async throws -> Void) async -> StoreError? {
            do {
                try await body()
                return nil
            } catch { return error as? StoreError }
        }
        let copy = "\(fixture.folder)-copy"
        let missing = await failure { try await room.backup(to: copy, also: ["tls.key"]) }
        #expect(missing?.code == .missing && missing?.message.contains("'tls.key'") == true)
        let nowhere = await failure { try await room.backup(to: "\(copy)/a/b") }
        #expect(nowhere?.code == .cannotWrite)
        #expect(nowhere?.message.hasSuffix("no folder \(copy)/a") == true)
        let file = await failure {
            try await room.backup(to: "\(fixture.folder)/mailroom.sqlite")
        }
        #expect(file?.code == .cannotWrite)
        #expect(!FileManager.default.fileExists(atPath: copy))
        #expect(Mailroom.missing(in: fixture.folder).isEmpty)
    }

    @Test("keys that this user cannot reach are not called missing")
    func unreadable() async throws {
        let fixture = try MailroomFixture()
        _ = try await fixture.made()
        try FileManager.default.removeItem(atPath: "\(fixture.folder)/node.keys")
        await expectRefusal(.missing) { try NodeKeys.load(from: fixture.folder) }
        do {
            // A file stands where the folder would be: it is not that there are no keys.
            _ = try NodeKeys.load(from: "\(fixture.folder)/mailroom.sqlite")
            Issue.record("was read")
        } catch let error as StoreError {
            #expect(error.message.contains("cannot read the file 'node.keys'"))
        }
    }
}
