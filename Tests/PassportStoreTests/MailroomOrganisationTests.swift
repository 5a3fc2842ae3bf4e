import GRDB
import PassportCoding
import PassportCrypto
import PassportExchange
import PassportTrust
import Synchronization
import Testing

@testable import PassportStore

/// Whom a daemon knows, and what it takes from whom.
@Suite("The mailroom's organisations") struct MailroomOrganisationTests {
    @Test("a newer chain replaces the older one, which cannot come back")
    func chainsOnlyGrow() async throws {
        let fixture = try MailroomFixture()
        let room = try await fixture.made()
        let newer = try fixture.izmir.renamed("Newer")
        #expect(try await room.update(newer, now: fixture.now))
        #expect(try await room.identity(of: fixture.izmir.id)?.name == "Newer")
        #expect(try await !room.update(newer, now: fixture.now))
        for other in [fixture.izmir.identity, try fixture.izmir.renamed("Forked")] {
            await expectRefusal(.conflict) { try await room.update(other, now: fixture.now) }
        }
        await expectRefusal(.conflict) {
            try await room.follow(
                fixture.izmir.renamed("Forked"), by: fixture.athens.id, now: fixture.now)
        }
        // Whoever follows may know less than the daemon, which keeps what it knows.
        try await room.follow(fixture.izmir.identity, by: fixture.athens.id, now: fixture.now)
        #expect(try await room.identity(of: fixture.izmir.id)?.name == "Newer")
        let stranger = try MailHouse(9)
        await expectRefusal(.notFound) {
            try await room.update(stranger.identity, now: fixture.now)
        }
        #expect(try await room.identity(of: stranger.id) == nil)
    }

    @Test("an organisation that nobody follows any more is forgotten, with its older chain")
    func unfollowing() async throws {
        let fixture = try MailroomFixture()
        let room = try await fixture.made()
        try await room.update(fixture.izmir.renamed("Newer"), now: fixture.now)
        try await room.put(fixture.izmir.list(), now: fixture.now)
        #expect(try await room.followed(by: fixture.athens.id) == [fixture.izmir.id])
        try await room.unfollow(fixture.izmir.id, by: fixture.athens.id, now: fixture.now)
        #expect(try await room.followed(by: nil).isEmpty)
        #expect(try await room.identity(of: fixture.izmir.id) == nil)
        #expect(try await room.statusListNumbers(of: fixture.izmir.id).isEmpty)
        await expectRefusal(.notTaken) { try await fixture.deposit(fixture.bytes(1), room) }
        // What was remembered of it must not come back with a row of the same name.
        try await room.follow(fixture.izmir.identity, by: fixture.athens.id, now: fixture.now)
        #expect(try await room.identity(of: fixture.izmir.id)?.name == "House 2")
        await expectRefusal(.notTaken) {
            try await room.follow(
                fixture.athens.identity, by: fixture.izmir.id, now: fixture.now)
        }
    }

    @Test("an identity slipped under another name is not believed")
    func slippedIdentity() async throws {
        let fixture = try MailroomFixture()
        let room = try await fixture.made()
        try fixture.meddle { database in
            try database.execute(
                sql: "UPDATE organisation SET identity = ?, version = 1 WHERE id = ?",
                arguments: [
                    MailHouse(9).identity.encoded().blob, fixture.izmir.id.blob,
                ])
        }
        await expectRefusal(.damaged) { try await room.identity(of: fixture.izmir.id) }
    }

    @Test("an invitation is good once, until it expires, and nobody hears why it is not")
    func invitations() async throws {
        let fixture = try MailroomFixture()
        let room = try await fixture.made()
        let (good, old) = (Digest.sha256(of: [1]), Digest.sha256(of: [2]))
        try await room.invite(
            secretHash: good, expires: fixture.now.adding(seconds: 60))
        try await room.invite(secretHash: old, expires: fixture.now.adding(seconds: -1))
        let munich = try MailHouse(3)
        for secret in [old, Digest.sha256(of: [3])] {
            await expectRefusal(.noInvitation) {
                try await room.redeem(
                    secretHash: secret, identity: munich.identity, now: fixture.now)
            }
        }
        #expect(try await !room.isHosted(munich.id))
        // One that fails is not used up.
        await expectRefusal(.conflict) {
            try await room.update(fixture.athens.renamed("A"), now: fixture.now)
            try await room.redeem(
                secretHash: good, identity: fixture.athens.renamed("B"), now: fixture.now)
        }
        try await room.redeem(secretHash: good, identity: munich.identity, now: fixture.now)
        #expect(try await Set(room.hosted()) == [fixture.athens.id, munich.id])
        await expectRefusal(.noInvitation) {
            try await room.redeem(
                secretHash: good, identity: munich.identity, now: fixture.now)
        }
        try await fixture.confirmLog(room)
    }

    @Test("whom somebody follows is known as it was answered, whoever reads meanwhile")
    func knownAtOnce() async throws {
        let fixture = try MailroomFixture()
        let room = try await fixture.made()
        let (host, peer) = (fixture.athens.id, try MailHouse(9))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<2 {
                group.addTask {
                    while !Task.isCancelled {
                        _ = try? await room.known(host)
                        await Task.yield()
                    }
                }
            }
            for _ in 0..<100 {
                try await room.follow(peer.identity, by: host, now: fixture.now)
                #expect(try await room.follows(host, peer.id))
                try await room.unfollow(peer.id, by: host, now: fixture.now)
                #expect(try await !room.follows(host, peer.id))
                #expect(try await room.known(peer.id) == nil)
            }
            group.cancelAll()
        }
        // Follow, ask, unfollow, over and over: nothing of it stays in memory.
        #expect(room.identities.withLock { $0.keys.contains(peer.id) } == false)
    }

    @Test("of a status list the newest is kept, and an older one cannot replace it")
    func statusLists() async throws {
        let fixture = try MailroomFixture()
        let room = try await fixture.made()
        let list = try fixture.izmir.list(hours: 2, ended: 3)
        #expect(try await room.put(list, now: fixture.now))
        #expect(try await !room.put(list, now: fixture.now))
        for older in [try fixture.izmir.list(hours: 1), try fixture.izmir.list(hours: 2)] {
            await expectRefusal(.conflict) { try await room.put(older, now: fixture.now) }
        }
        let record = try await room.statusList(1, of: fixture.izmir.id)
        #expect(record?.bytes == list.bytes)
        #expect(record?.digest == Digest.sha256(of: list.bytes))
        #expect(try await room.statusList(2, of: fixture.izmir.id) == nil)
        #expect(try await room.put(fixture.izmir.list(hours: 3), now: fixture.now))
        #expect(try await room.statusListNumbers(of: fixture.izmir.id) == [1])
        let stranger = try MailHouse(9).list()
        await expectRefusal(.notFound) { try await room.put(stranger, now: fixture.now) }
    }

    @Test("a request is admitted once, also after a restart, and whatever it asked for")
    func replay() async throws {
        let fixture = try MailroomFixture()
        var room = try await fixture.made()
        let (one, two) = (try fixture.izmir.request(), try fixture.izmir.request())
        #expect(try await !room.isKnownNonce(one))
        try await room.admit(one, now: fixture.now)
        #expect(try await room.isKnownNonce(one))
        let parcel = try await room.parcel(from: fixture.bytes(1))
        _ = try await room.deposit(
            parcel, for: fixture.athens.id, request: two, kind: .envelope, receipt: [7],
            now: fixture.now)
        try room.close()
        room = try await fixture.open(as: .tool)
        for request in [one, two] {
            await expectRefusal(.replayed) { try await room.admit(request, now: fixture.now) }
            await expectRefusal(.replayed) {
                try await room.deposit(
                    room.parcel(from: fixture.bytes(2)), for: fixture.athens.id,
                    request: request, kind: .envelope, receipt: [8], now: fixture.now)
            }
        }
        #expect(try await room.inbox(of: fixture.athens.id).records.count == 1)
        // Kept past its end, for clocks that jump; then gone.
        let end = one.expires
        #expect(try await room.prune(now: end.adding(seconds: 3_600)).nonces == 0)
        #expect(try await room.prune(now: end.adding(seconds: 3_601)).nonces == 2)
    }

    @Test("the keys are refused when others can read them")
    func exposedKeys() async throws {
        let fixture = try MailroomFixture()
        try await fixture.made().close()
        let keys = try NodeKeys.load(from: fixture.folder)
        #expect(keys.exchange.purpose == .exchange && keys.log.purpose == .log)
        #expect(keys.logOrigin.hasPrefix("carepass/node/"))
        try setMode(0o640, "\(fixture.folder)/node.keys")
        await expectRefusal(.exposedKeys) { try await fixture.open() }
        try setMode(0o600, "\(fixture.folder)/node.keys")
        _ = try await fixture.open()
        await expectRefusal(.exists) { try NodeKeys.generate(in: fixture.folder) }
        await expectRefusal(.exists) { try Mailroom.create(at: fixture.folder) }
    }

    @Test("one folder has one daemon, and commands beside it")
    func oneDaemon() async throws {
        let fixture = try MailroomFixture()
        let room = try await fixture.made()
        await expectRefusal(.busy) { try await fixture.open() }
        // What a command does, the daemon sees, and its log goes on from there.
        let tool = try await fixture.open(as: .tool)
        try await tool.host(MailHouse(3).identity, now: fixture.now)
        try await tool.update(fixture.izmir.renamed("Newer"), now: fixture.now)
        #expect(try await room.hosted().count == 2)
        #expect(try await room.identity(of: fixture.izmir.id)?.name == "Newer")
        try await fixture.deposit(fixture.bytes(1), room)
        try await tool.host(MailHouse(4).identity, now: fixture.now)
        try await fixture.confirmLog(room)
        #expect(try await room.logSize() == 4)
    }
}
