import GRDB
import PassportCoding
import PassportCrypto
import PassportExchange
import PassportTrust
import Testing

@testable import PassportStore

/// No organisation fills the disk for all.
@Suite("Room for each sender") struct MailroomQuotaTests {
    /// Room for two parcels of about 400 bytes, and not for three.
    private static let bytes = 2 * (420 + Mailroom.parcelOverhead)

    private func handOver(
        _ number: Int, from owner: MailHouse, to recipient: MailHouse, _ fixture: MailroomFixture,
        _ room: Mailroom
    ) async throws -> HandOverOutcome {
        try await room.handOver(
            room.parcel(from: fixture.bytes(number)), to: recipient.id, request: owner.request(),
            kind: .envelope, now: fixture.now)
    }

    private func confirm(_ fixture: MailroomFixture) async throws {
        let report = try await Mailroom.verify(fixture.folder)
        #expect(report.isSound && report.isCountedRight, "\(report)")
    }

    /// A mailbox that is full and closed.
    private func filled(_ fixture: MailroomFixture) async throws {
        let room = try await fixture.made(bounds: MailroomBounds(senderBytes: Self.bytes))
        for number in 1...2 { try await fixture.deposit(fixture.bytes(number), room) }
        try room.close()
    }

    @Test("beyond its room nothing of a sender is taken, others still bring theirs")
    func bound() async throws {
        let fixture = try MailroomFixture()
        let room = try await fixture.made(bounds: MailroomBounds(senderBytes: Self.bytes))
        let berlin = try MailHouse(3)
        try await room.follow(berlin.identity, by: fixture.athens.id, now: fixture.now)
        for number in 1...2 { try await fixture.deposit(fixture.bytes(number), room) }
        let size = try await room.logSize()
        await expectRefusal(.mailboxFull) { try await fixture.deposit(fixture.bytes(3), room) }
        // What came before is still answered, full or not.
        #expect(try await !fixture.deposit(fixture.bytes(1), room).isNew)
        #expect(try await room.logSize() == size)
        let other = try await room.deposit(
            room.parcel(from: fixture.bytes(3)), for: fixture.athens.id,
            request: berlin.request(), kind: .envelope, receipt: [7], now: fixture.now)
        #expect(other.isNew)
        try room.close()
        try await confirm(fixture)
    }

    @Test("what was removed makes room, also after a restart")
    func room() async throws {
        let fixture = try MailroomFixture()
        try await filled(fixture)
        let room = try await fixture.open(bounds: MailroomBounds(senderBytes: Self.bytes))
        await expectRefusal(.mailboxFull) { try await fixture.deposit(fixture.bytes(3), room) }
        let first = Digest.sha256(of: fixture.bytes(1))
        let isRemoved = try await room.remove(
            first, of: fixture.athens.id, request: fixture.athens.request(), now: fixture.now)
        #expect(isRemoved)
        try await fixture.deposit(fixture.bytes(3), room)
        await expectRefusal(.mailboxFull) { try await fixture.deposit(fixture.bytes(4), room) }
        try room.close()
        try await confirm(fixture)
    }

    @Test("many empty parcels are not free: each counts with its rows")
    func overhead() async throws {
        let fixture = try MailroomFixture()
        let room = try await fixture.made(
            bounds: MailroomBounds(senderBytes: 10 * Mailroom.parcelOverhead))
        var taken = 0
        for number in 0..<20 {
            guard (try? await fixture.deposit([UInt8(number)], room)) != nil else { break }
            taken += 1
        }
        #expect(taken == 9)
    }

    @Test("what an organisation hands over counts as its own until it has arrived or is given up")
    func outbox() async throws {
        let fixture = try MailroomFixture()
        let (athens, izmir) = (fixture.athens, fixture.izmir)
        let room = try await fixture.made(bounds: MailroomBounds(senderBytes: Self.bytes))
        let first = try await handOver(1, from: athens, to: izmir, fixture, room).consignment
        let second = try await handOver(2, from: athens, to: izmir, fixture, room).consignment
        await expectRefusal(.mailboxFull) {
            try await handOver(3, from: athens, to: izmir, fixture, room)
        }
        try await room.recordDelivered(first.id, receipt: [1], now: fixture.now)
        _ = try await handOver(3, from: athens, to: izmir, fixture, room)
        await expectRefusal(.mailboxFull) {
            try await handOver(4, from: athens, to: izmir, fixture, room)
        }
        try await room.recordDead(second.id, reason: .unreachable, now: fixture.now)
        // Late, but it arrived: nothing is given back twice.
        try await room.recordDelivered(second.id, receipt: [1], now: fixture.now)
        _ = try await handOver(4, from: athens, to: izmir, fixture, room)
        await expectRefusal(.mailboxFull) {
            try await handOver(5, from: athens, to: izmir, fixture, room)
        }
        try room.close()
        try await confirm(fixture)
    }

    @Test("between two organisations of one daemon it moves from one account to the other")
    func locally() async throws {
        let fixture = try MailroomFixture()
        let (athens, izmir) = (fixture.athens, fixture.izmir)
        let room = try await fixture.made(bounds: MailroomBounds(senderBytes: Self.bytes))
        try await room.host(izmir.identity, now: fixture.now)
        for number in 1...2 { try await fixture.deposit(fixture.bytes(number), room) }
        let sent = try await handOver(3, from: izmir, to: athens, fixture, room).consignment
        await expectRefusal(.mailboxFull) {
            try await room.deliverLocally(sent.id, receipt: [1], now: fixture.now)
        }
        // It waits where it was.
        #expect(try await room.consignment(sent.id)?.state == .waiting)
        _ = try await room.remove(
            Digest.sha256(of: fixture.bytes(1)), of: athens.id, request: athens.request(),
            now: fixture.now)
        let outcome = try await room.deliverLocally(sent.id, receipt: [1], now: fixture.now)
        #expect(outcome.isNew)
        try room.close()
        try await confirm(fixture)
    }

    @Test("a wrong count is found, and does not last")
    func miscounted() async throws {
        let fixture = try MailroomFixture()
        try await filled(fixture)
        try fixture.meddle { try $0.execute(sql: "UPDATE stored SET bytes = 0") }
        #expect(try await !Mailroom.verify(fixture.folder).isCountedRight)
        // A daemon that starts counts anew.
        try await fixture.open().close()
        #expect(try await Mailroom.verify(fixture.folder).isCountedRight)
    }
}
