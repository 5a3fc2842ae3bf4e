import Foundation
import GRDB
import PassportCoding
import PassportCrypto
import PassportExchange
import PassportTrust
import Testing

@testable import PassportStore

/// What lies in a mailbox: once, whole, and as long as its owner wants.
@Suite("The mailroom's inbox") struct MailroomInboxTests {
    @Test("a parcel that comes again is answered with the first receipt and lies there once")
    func sameParcelTwice() async throws {
        let fixture = try MailroomFixture()
        let room = try await fixture.made()
        let bytes = fixture.bytes(1)
        let first = try await fixture.deposit(bytes, room, receipt: [1])
        let again = try await fixture.deposit(bytes, room, receipt: [2])
        #expect(first == DepositOutcome(isNew: true, receipt: [1]))
        #expect(again == DepositOutcome(isNew: false, receipt: [1]))
        let digest = Digest.sha256(of: bytes)
        let page = try await room.inbox(of: fixture.athens.id)
        #expect(page.records.map(\.digest) == [digest] && page.next == nil)
        #expect(page.records.first?.sender == fixture.izmir.id)
        let found = try await room.parcel(digest, of: fixture.athens.id)
        #expect(found?.content == .bytes(bytes))
        #expect(found?.record == page.records.first)
        #expect(try await room.parcel(digest, of: fixture.izmir.id) == nil)
        #expect(
            try await room.storedReceipt(
                of: digest, for: fixture.athens.id, from: fixture.izmir.id) == [1])
    }

    @Test("what was removed is erased, and one that comes late is not delivered again")
    func tombstones() async throws {
        let fixture = try MailroomFixture()
        let room = try await fixture.made()
        for bytes in [fixture.bytes(1), fixture.bytes(2, count: Mailroom.inlineBytes)] {
            let digest = Digest.sha256(of: bytes)
            try await fixture.deposit(bytes, room, receipt: [3])
            await expectRefusal(.notTaken) {
                try await room.remove(
                    digest, of: fixture.athens.id, request: fixture.izmir.request(),
                    now: fixture.now)
            }
            let isThere = try await room.remove(
                digest, of: fixture.athens.id, request: fixture.athens.request(),
                now: fixture.now)
            #expect(isThere)
            let isThereStill = try await room.remove(
                digest, of: fixture.athens.id, request: fixture.athens.request(),
                now: fixture.now)
            #expect(!isThereStill)
            let late = try await fixture.deposit(bytes, room, receipt: [4])
            #expect(late == DepositOutcome(isNew: false, receipt: [3]))
        }
        #expect(try await room.inbox(of: fixture.athens.id).records.isEmpty)
        #expect(try fixture.names("parcels").isEmpty)
        #expect(
            try fixture.meddle { try Int.fetchOne($0, sql: "SELECT count(*) FROM parcel") } == 0)
        let year = fixture.now.adding(seconds: 400 * 86_400)
        #expect(try await room.prune(now: year).tombstones == 0)
        #expect(try await room.prune(now: year.adding(seconds: 1)).tombstones == 2)
        try await fixture.confirmLog(room)
    }

    @Test("erased bytes are nowhere in the folder once it was tidied, while the daemon runs")
    func erasedBytesAreGone() async throws {
        let fixture = try MailroomFixture()
        let room = try await fixture.made()
        let bytes = fixture.bytes(1) + Array("canary-canary-canary".utf8)
        try await fixture.deposit(bytes, room)
        try await room.remove(
            Digest.sha256(of: bytes), of: fixture.athens.id, request: fixture.athens.request(),
            now: fixture.now)
        try await room.prune(now: fixture.now)
        for name in try fixture.names("") where !["parcels", "partial"].contains(name) {
            let data = try Data(contentsOf: URL(filePath: "\(fixture.folder)/\(name)"))
            #expect(data.range(of: Data("canary-canary".utf8)) == nil, "\(name)")
        }
    }

    @Test("nothing is taken in for a mailbox that is not here, or from whom it does not follow")
    func notTaken() async throws {
        let fixture = try MailroomFixture()
        let room = try await fixture.made()
        let stranger = try MailHouse(9)
        await expectRefusal(.notTaken) {
            try await room.deposit(
                room.parcel(from: fixture.bytes(1)), for: fixture.athens.id,
                request: stranger.request(), kind: .envelope, receipt: [1], now: fixture.now)
        }
        await expectRefusal(.notTaken) {
            try await room.deposit(
                room.parcel(from: fixture.bytes(1, count: Mailroom.inlineBytes)),
                for: stranger.id, request: fixture.izmir.request(), kind: .envelope,
                receipt: [1], now: fixture.now)
        }
        #expect(try await room.inbox(of: fixture.athens.id).records.isEmpty)
        #expect(try fixture.names("parcels").isEmpty)
    }

    @Test("pages go through everything once, in order, and mind their bound")
    func pages() async throws {
        let fixture = try MailroomFixture()
        let room = try await fixture.made()
        for number in 0..<7 { try await fixture.deposit(fixture.bytes(number), room) }
        var seen: [Digest] = []
        var after: Int64? = 0
        while let from = after, seen.count < 20 {
            let page = try await room.inbox(of: fixture.athens.id, after: from, limit: 3)
            #expect(page.records.count <= 3)
            seen += page.records.map(\.digest)
            after = page.next
        }
        #expect(seen == (0..<7).map { Digest.sha256(of: fixture.bytes($0)) })
        for limit in [Int.min, 0, Int.max] {
            let page = try await room.inbox(of: fixture.athens.id, limit: limit)
            #expect((1...Limits.pageItems).contains(page.records.count))
        }
        #expect(try await room.inbox(of: fixture.athens.id, after: Int64.max).records.isEmpty)
    }

    @Test("many deposits at a time share transactions; each is in the log")
    func groupCommit() async throws {
        let fixture = try MailroomFixture()
        let room = try await fixture.made()
        let before = try await room.logSize()
        let count = 300
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<count {
                group.addTask { try await fixture.deposit(fixture.bytes(number), room) }
            }
            // One that fails does so alone.
            group.addTask {
                await expectRefusal(.notTaken) {
                    try await room.handOver(
                        room.parcel(from: [1]), to: fixture.athens.id,
                        request: MailHouse(9).request(), kind: .notice, now: fixture.now)
                }
            }
            try await group.waitForAll()
        }
        #expect(try await room.logSize() == before + UInt64(count))
        #expect(try await room.counts().inbox == count)
        try await fixture.confirmLog(room)
        let notes = try fixture.meddle {
            try Int.fetchOne($0, sql: "SELECT count(*) FROM logCheckpoint") ?? count
        }
        #expect(notes < count / 2, "\(notes) checkpoints for \(count) deposits")
    }

    @Test("pages and parcels are found by an index, however many there are")
    func indices() async throws {
        let fixture = try MailroomFixture()
        try await fixture.made().close()
        let queries = [
            (Mailroom.pageQuery, "(owner=? AND rowid>?)", "(owner=? AND id>?)"),
            (Mailroom.parcelQuery, "(owner=? AND digest=?)", ""),
            (Mailroom.outboxQuery, "(owner=? AND id>?)", "(owner=? AND rowid>?)"),
            (
                Mailroom.waitingQuery, "(owner=? AND recipient=? AND id>?)",
                "(owner=? AND recipient=? AND rowid>?)"
            ),
            (Mailroom.dueQuery, "(owner=? AND recipient=? AND nextAttempt<?)", ""),
            (Mailroom.putOffQuery, "(owner=? AND recipient=? AND nextAttempt>?)", ""),
            (Mailroom.wayQuery, "(owner>?)", "((owner,recipient)>(?,?))"),
        ]
        for (query, expected, other) in queries {
            let plan = try fixture.meddle { database in
                try Row.fetchAll(
                    database, sql: "EXPLAIN QUERY PLAN \(query)",
                    arguments: StatementArguments(
                        Array(repeating: 1, count: query.count { $0 == "?" }))
                ).map { row -> String in row["detail"] }
            }
            let isGood =
                plan.count == 1
                && [expected, other].contains { !$0.isEmpty && plan[0].hasSuffix($0) }
            #expect(isGood, "\(plan)")
        }
    }
}
