import GRDB
import PassportAudit
import PassportCoding
import PassportCrypto
import PassportExchange
import PassportTrust
import Testing

@testable import PassportStore

/// What an organisation hands over stays until its recipient has it, or it is given up.
@Suite("The mailroom's outbox") struct MailroomOutboxTests {
    /// Athens hands over to Izmir.
    private static func handOver(
        _ number: Int, _ fixture: MailroomFixture, _ room: Mailroom, count: Int = 400
    ) async throws -> HandOverOutcome {
        try await room.handOver(
            room.parcel(from: fixture.bytes(number, count: count)), to: fixture.izmir.id,
            request: fixture.athens.request(), kind: .envelope, now: fixture.now)
    }

    private static func way(_ fixture: MailroomFixture) -> ConsignmentWay {
        ConsignmentWay(owner: fixture.athens.id, recipient: fixture.izmir.id)
    }

    @Test("handing over twice sends once; failures move the next attempt")
    func retrying() async throws {
        let fixture = try MailroomFixture()
        let room = try await fixture.made()
        #expect(try await room.nextDue() == nil)
        let first = try await Self.handOver(1, fixture, room)
        let again = try await Self.handOver(1, fixture, room)
        #expect(first.isNew && !again.isNew && first.consignment == again.consignment)
        let id = first.consignment.id
        #expect(
            try await room.due(on: Self.way(fixture), now: fixture.now, limit: 10).map(\.id) == [id]
        )
        let later = fixture.now.adding(seconds: 60)
        try await room.recordFailure(
            id, problem: "unreachable", attempts: 1, nextAttempt: later)
        #expect(try await room.due(on: Self.way(fixture), now: fixture.now, limit: 10).isEmpty)
        #expect(try await room.nextDue() == later)
        let entry = try await room.outbox(of: fixture.athens.id).records.first?.entry
        #expect(entry?.attempts == 1 && entry?.lastProblem == "unreachable")
        #expect(entry?.state == .waiting && entry?.nextAttempt == later.seconds)
    }

    @Test("a receipt ends it, the bytes go, and a second receipt changes nothing")
    func delivered() async throws {
        let fixture = try MailroomFixture()
        let room = try await fixture.made()
        for (number, count) in [(1, 400), (2, Mailroom.inlineBytes)] {
            let id = try await Self.handOver(number, fixture, room, count: count).consignment.id
            #expect(try await room.content(of: id)?.length ?? 0 > count)
            #expect(try await room.recordDelivered(id, receipt: [1], now: fixture.now))
            #expect(try await !room.recordDelivered(id, receipt: [2], now: fixture.now))
            let known = try await room.consignment(id)
            #expect(known?.state == .delivered && known?.receipt == [1])
            #expect(try await room.content(of: id) == nil)
            #expect(try await !Self.handOver(number, fixture, room, count: count).isNew)
        }
        #expect(try fixture.names("parcels").isEmpty)
        await expectRefusal(.notFound) {
            try await room.recordDelivered(99, receipt: [1], now: fixture.now)
        }
        try await fixture.confirmLog(room)
        let acts = try await room.entries(from: 0, count: 100).map { $0.1.fields?.act }
        #expect(
            acts == [.objectTakenIn, .parcelSent, .receiptTaken, .parcelSent, .receiptTaken])
    }

    @Test("what was given up says why, and waits again when it is handed over again")
    func dead() async throws {
        let fixture = try MailroomFixture()
        let room = try await fixture.made()
        let id = try await Self.handOver(1, fixture, room).consignment.id
        try await room.recordDead(id, reason: .unreachable, now: fixture.now)
        try await room.recordDead(id, reason: .refused, now: fixture.now)
        let known = try await room.consignment(id)
        #expect(known?.state == .dead && known?.reason == .unreachable)
        #expect(try await room.nextDue() == nil)
        #expect(try await room.content(of: id) == nil)
        let again = try await Self.handOver(1, fixture, room)
        #expect(again.isNew && again.consignment.id == id && again.consignment.state == .waiting)
        #expect(try await room.content(of: id) == .bytes(fixture.bytes(1)))
        let counts = try await room.counts()
        #expect(counts.waiting == 1 && counts.dead == 0 && counts.oldestWaiting == fixture.now)
    }

    @Test("who collects sees only what is for them, and only they bring its receipt")
    func collecting() async throws {
        let fixture = try MailroomFixture()
        let room = try await fixture.made()
        let id = try await Self.handOver(1, fixture, room).consignment.id
        let page = try await room.waiting(for: fixture.izmir.id, of: fixture.athens.id)
        #expect(page.records.map(\.id) == [id])
        #expect(page.records.first?.collectable.sender == fixture.athens.id.text)
        let stranger = try MailHouse(9)
        #expect(
            try await room.waiting(for: stranger.id, of: fixture.athens.id).records.isEmpty)
        await expectRefusal(.notTaken) {
            try await room.recordDelivered(
                id, receipt: [1], request: stranger.request(), now: fixture.now)
        }
        #expect(
            try await room.recordDelivered(
                id, receipt: [1], request: fixture.izmir.request(), now: fixture.now))
        let left = try await room.waiting(for: fixture.izmir.id, of: fixture.athens.id)
        #expect(left.records.isEmpty)
    }

    @Test("between two organisations of one daemon a parcel moves in one transaction")
    func locally() async throws {
        let fixture = try MailroomFixture()
        let room = try await fixture.made()
        let munich = try MailHouse(3)
        try await room.host(munich.identity, now: fixture.now)
        let bytes = fixture.bytes(1, count: Mailroom.inlineBytes)
        let outcome = try await room.handOver(
            room.parcel(from: bytes), to: munich.id, request: fixture.athens.request(),
            kind: .envelope, now: fixture.now)
        let id = outcome.consignment.id
        await expectRefusal(.notTaken) {
            try await room.deliverLocally(id, receipt: [5], now: fixture.now)
        }
        #expect(try await room.consignment(id)?.state == .waiting)
        try await room.follow(fixture.athens.identity, by: munich.id, now: fixture.now)
        let moved = try await room.deliverLocally(id, receipt: [5], now: fixture.now)
        #expect(moved == DepositOutcome(isNew: true, receipt: [5]))
        #expect(try await room.consignment(id)?.receipt == [5])
        let found = try await room.parcel(Digest.sha256(of: bytes), of: munich.id)
        guard case .file(let path, _) = found?.content else {
            Issue.record("a large parcel lies in a file")
            return
        }
        #expect(try DurableFiles.read(path, maximum: bytes.count) == bytes)
        await expectRefusal(.notFound) {
            try await room.deliverLocally(id, receipt: [6], now: fixture.now)
        }
        #expect(try await Mailroom.verify(fixture.folder).isSound)
    }

    @Test("only a hosted organisation hands over")
    func stranger() async throws {
        let fixture = try MailroomFixture()
        let room = try await fixture.made()
        await expectRefusal(.notTaken) {
            try await room.handOver(
                room.parcel(from: fixture.bytes(1)), to: fixture.athens.id,
                request: fixture.izmir.request(), kind: .envelope, now: fixture.now)
        }
    }
}
