import GRDB
import PassportCoding
import PassportCrypto
import PassportExchange
import PassportTrust
import Synchronization
import Testing

@testable import PassportStore

/// Made-up organisations without end: whatever they bring together, the disk is there for all.
@Suite("Room for each organisation") struct MailroomOwnerTests {
    private let fixture: MailroomFixture
    private let others: [MailHouse]
    /// What one parcel of these tests counts.
    private static let parcel = 408 + Mailroom.parcelOverhead
    /// Room for two of its own, and for three from all others.
    private static let bounds = MailroomBounds(senderBytes: 2 * parcel, ownerBytes: 5 * parcel)

    init() throws {
        fixture = try MailroomFixture()
        others = try (11...14).map { try MailHouse($0) }
    }

    private func made(_ bounds: MailroomBounds = bounds) async throws -> Mailroom {
        let room = try await fixture.made(bounds: bounds)
        for house in others {
            try await room.follow(house.identity, by: fixture.athens.id, now: fixture.now)
        }
        return room
    }

    @discardableResult
    private func deposit(
        _ number: Int, from house: MailHouse, _ room: Mailroom
    ) async throws -> DepositOutcome {
        try await room.deposit(
            room.parcel(from: fixture.bytes(number)), for: fixture.athens.id,
            request: house.request(), kind: .envelope, receipt: [7], now: fixture.now)
    }

    private func remove(_ number: Int, _ room: Mailroom) async throws {
        let isRemoved = try await room.remove(
            Digest.sha256(of: fixture.bytes(number)), of: fixture.athens.id,
            request: fixture.athens.request(), now: fixture.now)
        #expect(isRemoved)
    }

    /// Three parcels of three senders lie there, and the folder is closed.
    private func filled() async throws {
        let room = try await made()
        for number in 10...12 { try await deposit(number, from: others[number - 10], room) }
        for house in others {
            await expectRefusal(.mailboxFull) { try await deposit(13, from: house, room) }
            #expect(try await room.room(of: fixture.athens.id, for: house.id) == 0)
        }
        // What came before is still answered.
        #expect(try await !deposit(10, from: others[0], room).isNew)
        try room.close()
    }

    private func confirm() async throws {
        let report = try await Mailroom.verify(fixture.folder)
        #expect(report.isSound && report.isCountedRight, "\(report)")
    }

    @Test("many senders together have so much room and no more, also after a restart")
    func manySenders() async throws {
        try await filled()
        let room = try await fixture.open(bounds: Self.bounds)
        await expectRefusal(.mailboxFull) { try await deposit(13, from: others[3], room) }
        try await remove(11, room)
        #expect(try await room.room(of: fixture.athens.id, for: others[3].id) == 408)
        try await deposit(13, from: others[3], room)
        await expectRefusal(.mailboxFull) { try await deposit(14, from: others[3], room) }
        try room.close()
        try await confirm()
    }

    @Test("one byte less than three parcels is room for two")
    func oneByteLess() async throws {
        let room = try await made(
            MailroomBounds(senderBytes: 2 * Self.parcel, ownerBytes: 5 * Self.parcel - 1))
        for number in 10...11 { try await deposit(number, from: others[number - 10], room) }
        await expectRefusal(.mailboxFull) { try await deposit(12, from: others[2], room) }
    }

    @Test("whoever fills a mailbox does not keep its owner from sending, nor the other way round")
    func ownRoom() async throws {
        let room = try await made()
        let (athens, izmir) = (fixture.athens, fixture.izmir)
        func handOver(_ number: Int) async throws {
            _ = try await room.handOver(
                room.parcel(from: fixture.bytes(number)), to: izmir.id,
                request: athens.request(), kind: .envelope, now: fixture.now)
        }
        for number in 10...12 { try await deposit(number, from: others[number - 10], room) }
        for number in 20...21 { try await handOver(number) }
        await expectRefusal(.mailboxFull) { try await handOver(22) }
        try await remove(10, room)
        await expectRefusal(.mailboxFull) { try await handOver(22) }
        try await deposit(13, from: others[3], room)
        // A neighbour has room of its own.
        try await room.host(izmir.identity, now: fixture.now)
        try await room.follow(others[0].identity, by: izmir.id, now: fixture.now)
        _ = try await room.deposit(
            room.parcel(from: fixture.bytes(10)), for: izmir.id, request: others[0].request(),
            kind: .envelope, receipt: [7], now: fixture.now)
        try room.close()
        try await confirm()
    }

    @Test("unfollowing a sender gives no room for the next one: what it brought still lies there")
    func oneAfterTheOther() async throws {
        let room = try await made()
        for number in 10...12 {
            let house = try MailHouse(UInt8(number + 20))
            try await room.follow(house.identity, by: fixture.athens.id, now: fixture.now)
            try await deposit(number, from: house, room)
            try await room.unfollow(house.id, by: fixture.athens.id, now: fixture.now)
        }
        await expectRefusal(.mailboxFull) { try await deposit(13, from: others[0], room) }
        for number in 10...12 { try await remove(number, room) }
        // Senders that are gone leave no rows.
        try room.close()
        let rows = try fixture.meddle { try Int.fetchOne($0, sql: "SELECT count(*) FROM stored") }
        #expect(rows == 0)
        try await confirm()
    }

    @Test("a wrong sum of all is found, and does not last")
    func counting() async throws {
        try await filled()
        try fixture.meddle { try $0.execute(sql: "UPDATE brought SET bytes = 0") }
        #expect(try await !Mailroom.verify(fixture.folder).isCountedRight)
        try await fixture.open(bounds: Self.bounds).close()
        try await confirm()
    }

    @Test("a folder of an older version is counted when it is opened")
    func older() async throws {
        try await filled()
        try fixture.meddle { database in
            try database.execute(
                sql: """
                    DROP TABLE brought; DROP TABLE papers;
                    DELETE FROM grdb_migrations WHERE identifier LIKE '0002%'
                    """)
        }
        try await confirm()
        var bounds = Self.bounds
        bounds.followedBytes = 1
        let newer = try await fixture.open(bounds: bounds)
        await expectRefusal(.mailboxFull) { try await deposit(13, from: others[3], newer) }
        await expectRefusal(.mailboxFull) {
            try await newer.put(others[0].list(), now: fixture.now)
        }
        try newer.close()
        try await confirm()
    }

    // MARK: - Whom one follows

    @Test("so many organisations are followed and no more; those that are may renew themselves")
    func followed() async throws {
        var bounds = MailroomBounds()
        bounds.followed = 3
        let room = try await fixture.made(bounds: bounds)
        func follow(_ house: MailHouse, by host: MailHouse) async throws {
            try await room.follow(house.identity, by: host.id, now: fixture.now)
        }
        let athens = fixture.athens
        for house in others.prefix(2) { try await follow(house, by: athens) }
        await expectRefusal(.mailboxFull) { try await follow(others[2], by: athens) }
        #expect(try await room.identity(of: others[2].id) == nil)
        #expect(try await room.followed(by: athens.id).count == 3)
        try await follow(others[0], by: athens)
        try await room.follow(others[1].renamed("New"), by: athens.id, now: fixture.now)
        #expect(try await room.identity(of: others[1].id)?.name == "New")
        try await room.host(fixture.izmir.identity, now: fixture.now)
        try await follow(others[2], by: fixture.izmir)
        try await room.unfollow(others[0].id, by: athens.id, now: fixture.now)
        try await follow(others[2], by: athens)
        await expectRefusal(.mailboxFull) { try await follow(others[3], by: athens) }
    }

    @Test("following, asking and unfollowing leaves nothing in memory")
    func memory() async throws {
        let room = try await fixture.made()
        _ = try await room.known(fixture.athens.id)
        let before = Set(room.identities.withLock { $0.keys })
        for house in others {
            try await room.follow(house.identity, by: fixture.athens.id, now: fixture.now)
            #expect(try await room.identity(of: house.id) == house.identity)
            try await room.unfollow(house.id, by: fixture.athens.id, now: fixture.now)
        }
        #expect(Set(room.identities.withLock { $0.keys }) == before)
        // Whom another still follows stays known.
        try await room.host(others[0].identity, now: fixture.now)
        try await room.follow(fixture.izmir.identity, by: others[0].id, now: fixture.now)
        try await room.unfollow(fixture.izmir.id, by: fixture.athens.id, now: fixture.now)
        #expect(try await room.identity(of: fixture.izmir.id) == fixture.izmir.identity)
    }

    /// A new folder in which Athens follows Izmir and another house, for which there is so much
    /// room from now on; it is closed.
    private func folder(followedBytes: Int) async throws -> (MailroomFixture, MailroomBounds) {
        let fixture = try MailroomFixture()
        let room = try await fixture.made()
        try await room.follow(others[0].identity, by: fixture.athens.id, now: fixture.now)
        try room.close()
        var bounds = MailroomBounds()
        bounds.followedBytes = followedBytes
        return (fixture, bounds)
    }

    @Test("identities of all who are followed have so much room, to the byte")
    func identities() async throws {
        let size = [fixture.izmir, others[0]].map { $0.identity.encoded().count }.reduce(0, +)
        for (less, isTaken) in [(0, true), (1, false)] {
            let fixture = try MailroomFixture()
            var bounds = MailroomBounds()
            bounds.followedBytes = size - less
            let room = try await fixture.made(bounds: bounds)
            if isTaken {
                try await room.follow(others[0].identity, by: fixture.athens.id, now: fixture.now)
            } else {
                await expectRefusal(.mailboxFull) {
                    try await room.follow(
                        others[0].identity, by: fixture.athens.id, now: fixture.now)
                }
            }
            #expect(try await (room.identity(of: others[0].id) != nil) == isTaken)
        }
    }

    @Test("lists of those who are followed have so much room, to the byte")
    func lists() async throws {
        let (izmir, athens) = (fixture.izmir, fixture.athens.id)
        let size = [izmir, others[0]].map { $0.identity.encoded().count }.reduce(0, +)
        let list = try izmir.list()
        let (tight, less) = try await folder(followedBytes: size + list.bytes.count - 1)
        let narrow = try await tight.open(bounds: less)
        await expectRefusal(.mailboxFull) { try await narrow.put(list, now: fixture.now) }
        #expect(try await narrow.statusListNumbers(of: izmir.id).isEmpty)
        let (other, bounds) = try await folder(followedBytes: size + list.bytes.count)
        let room = try await other.open(bounds: bounds)
        #expect(try await room.put(list, now: fixture.now))
        await expectRefusal(.mailboxFull) { try await room.put(izmir.list(2), now: fixture.now) }
        // A newer list of the same length comes in: who is ended must be seen.
        #expect(try await room.put(izmir.list(hours: 1), now: fixture.now))
        #expect(try await room.statusListNumbers(of: izmir.id) == [1])
        // Whom one leaves gives the room back.
        try await room.unfollow(izmir.id, by: athens, now: fixture.now)
        try await room.follow(izmir.identity, by: athens, now: fixture.now)
        #expect(try await room.put(list, now: fixture.now))
        // Whoever is hosted here has room of its own.
        try await room.host(others[0].identity, now: fixture.now)
        #expect(try await room.put(others[0].list(), now: fixture.now))
    }

    @Test("a list within its organisation's share gets in, whatever the others have")
    func share() async throws {
        let izmir = fixture.izmir
        let list = try izmir.list()
        let size = [izmir, others[0]].map { $0.identity.encoded().count }.reduce(0, +)
        let (folder, tight) = try await folder(followedBytes: size + list.bytes.count - 1)
        var bounds = tight
        bounds.followed = 1
        let room = try await folder.open(bounds: bounds)
        #expect(try await room.put(list, now: fixture.now))
    }

    @Test("a newer manifest, which may end a stolen key, gets in where no list does")
    func manifests() async throws {
        let izmir = fixture.izmir
        let newer = try izmir.renamed("Newer")
        let count = newer.encoded().count + others[0].identity.encoded().count
        let least = try #require((0...count).first { $0 + $0 / 4 >= count })
        for (bytes, isTaken) in [(least, true), (least - 1, false)] {
            let (fixture, bounds) = try await folder(followedBytes: bytes)
            let room = try await fixture.open(bounds: bounds)
            if isTaken {
                #expect(try await room.update(newer, now: fixture.now))
                await expectRefusal(.mailboxFull) {
                    try await room.put(izmir.list(), now: fixture.now)
                }
            } else {
                await expectRefusal(.mailboxFull) {
                    try await room.update(newer, now: fixture.now)
                }
            }
            let name = try await room.identity(of: izmir.id)?.name
            #expect(name == (isTaken ? "Newer" : "House 2"))
        }
    }

    @Test("a follower that used up its room keeps no list from the others")
    func fullFollower() async throws {
        let izmir = fixture.izmir
        let list = try izmir.list()
        let (fixture, bounds) = try await folder(
            followedBytes: izmir.identity.encoded().count + list.bytes.count)
        let room = try await fixture.open(bounds: bounds)
        await expectRefusal(.mailboxFull) { try await room.put(list, now: fixture.now) }
        try await room.host(others[1].identity, now: fixture.now)
        try await room.follow(izmir.identity, by: others[1].id, now: fixture.now)
        #expect(try await room.put(list, now: fixture.now))
    }
}
