import Foundation
import PassportClient
import PassportCoding
import PassportCrypto
import PassportExchange
import PassportStore
import PassportTrust
import Synchronization
import Testing

@testable import PassportServer

/// Peers that take all the time there is hold up what is theirs and nothing else.
@Suite("Slow peers") struct SlowPeerTests {
    @Test("however much waits for a recipient that never answers, others get theirs")
    func postOffice() async throws {
        let pair = try await Pair()
        let slow = try await pair.world.daemon("slow")
        let silent = try await pair.world.agent(3, on: slow)
        try await pair.world.befriend(pair.izmir, silent)
        for number in 0..<540 { try await pair.izmir.send(envelope(number), to: silent) }
        for _ in 0..<600 { pair.world.lines.plan(.hang, from: "north", to: "slow") }
        try await pair.izmir.send(envelope(1_000), to: pair.athens)
        try await pair.north.run { try await pair.athens.inbox().count == 1 }
        // What was being sent when the daemon was told to stop is tried again.
        #expect(try await silent.inbox().isEmpty)
        #expect(try await pair.izmir.outbox().count { $0.state == .waiting } == 540)
    }

    @Test("a peer that never answers keeps nobody from collecting from the others")
    func collector() async throws {
        let pair = try await Pair(southIsReachable: false)
        let slow = try await pair.world.daemon("slow")
        let silent = try await pair.world.agent(3, on: slow)
        try await pair.world.befriend(pair.athens, silent)
        for _ in 0..<100 { pair.world.lines.plan(.hang, from: "south", to: "slow") }
        let sent = Mutex(0)
        try await pair.south.run {
            let came = try await pair.athens.inbox().count
            // One after the other: the second is sent when the first round is long under way.
            if sent.withLock({ $0 }) == came, came < 2 {
                try await pair.izmir.send(envelope(came), to: pair.athens)
                sent.withLock { $0 += 1 }
            }
            return came == 2
        }
    }

    @Test("what takes too long is cancelled and waited for")
    func within() async throws {
        let value = try await PassportServer.within(seconds: 0) {
            let (silence, _) = AsyncStream<Void>.makeStream()
            for await _ in silence {}
            return 7
        }
        #expect(value == 7)
        struct Fault: Error {}
        await #expect(throws: Fault.self) {
            try await PassportServer.within(seconds: 1_000_000) { throw Fault() }
        }
    }

    @Test("of an answer that is none nothing stays on the disk")
    func leftovers() async throws {
        let pair = try await Pair(southIsReachable: false)
        for number in 0..<20 { try await pair.izmir.send(envelope(number), to: pair.athens) }
        // Manifest and page, then for each parcel more bytes than it has, or others.
        pair.world.lines.plan(.pass, .pass, from: "south", to: "north")
        for number in 0..<20 {
            let body = envelope(number + 100, count: number % 2 == 0 ? 301 : 300)
            pair.world.lines.plan(
                .answer(IncomingAnswer(status: 200, fields: [:], body: body)), from: "south",
                to: "north")
        }
        try await pair.south.round()
        #expect(try await pair.athens.inbox().isEmpty)
        let folder = "\(pair.south.folder)/collecting"
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
        try await pair.south.round()
        #expect(try await pair.athens.inbox().count == 20)
    }

    @Test("each way has a file of its own, and clearing up spares what is being fetched")
    func desk() throws {
        let folder = NSTemporaryDirectory() + "/carepass-desk-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let desk = CollectingDesk(folder: folder)
        let houses = try (1...3).map { try TestHouse($0, daemonKey: nil).id }
        let parcel = Digest.sha256(of: [1])
        let file = desk.file(of: parcel, for: houses[0], from: houses[1])
        #expect(file != desk.file(of: parcel, for: houses[0], from: houses[2]))
        #expect(file != desk.file(of: parcel, for: houses[1], from: houses[0]))
        #expect(file != desk.file(of: Digest.sha256(of: [2]), for: houses[0], from: houses[1]))
        try desk.begin(file)
        #expect(throws: ExchangeError.self) { try desk.begin(file) }
        try Data([1]).write(to: URL(filePath: file))
        try FileManager.default.setAttributes(
            [.modificationDate: Date.distantPast], ofItemAtPath: file)
        for number in 0..<30 {
            try Data([2]).write(to: URL(filePath: "\(folder)/cut\(number)"))
        }
        let other = desk.file(of: parcel, for: houses[0], from: houses[2])
        try desk.begin(other)
        #expect(FileManager.default.fileExists(atPath: file))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == 9)
        desk.end(file)
        try desk.begin(file)
    }

    @Test("a sender's parcels do not wait behind another one's for the same recipient")
    func sharedRecipient() async throws {
        let pair = try await Pair()
        let neighbour = try await pair.world.agent(3, on: pair.north)
        try await pair.world.befriend(neighbour, pair.athens)
        for number in 0..<40 { try await pair.izmir.send(envelope(number), to: pair.athens) }
        pair.world.advance(1)
        try await neighbour.send(envelope(1_000), to: pair.athens)
        let athens = pair.athens.id
        let ways = try await pair.north.mailroom().ways()
        #expect(ways.count == 2 && ways.allSatisfy { $0.recipient == athens })
        for way in ways {
            let due = try await pair.north.mailroom().due(
                on: way, now: pair.north.now, limit: 100)
            #expect(due.allSatisfy { $0.owner == way.owner })
            #expect(due.count == (way.owner == neighbour.id ? 1 : 40))
        }
        try await pair.north.round()
        #expect(try await pair.athens.inbox().count == 41)
    }

    @Test("one sender's many slow recipients take no more than its share of the places")
    func places() throws {
        let places = PostOffice.turns()
        let owners = try (1...3).map { try TestHouse($0, daemonKey: nil).id }
        func way(_ owner: Int, _ number: Int) -> ConsignmentWay {
            ConsignmentWay(
                owner: owners[owner],
                recipient: OrganisationID(Digest.sha256(of: Array("\(number)".utf8))))
        }
        for number in 0..<PostOffice.waysPerOwner {
            #expect(places.isFree(way(0, number)))
            #expect(places.begin(way(0, number)))
        }
        #expect(!places.isFree(way(0, 1_000)))
        #expect(!places.begin(way(0, 1_000)))
        #expect(places.isFree(way(1, 0)), "another sender, on its way to the same recipient")
        #expect(places.begin(way(1, 0)))
        #expect(!places.isFree(way(1, 0)), "busy already")
        places.end(way(0, 0))
        #expect(places.isFree(way(0, 0)))
        // Those behind the last one have their turn first.
        let ways = [way(0, 1), way(1, 0), way(2, 0), way(2, 1)]
        #expect(places.inOrder(ways, way: \.self) == [way(2, 0), way(2, 1), way(0, 1), way(1, 0)])
        #expect(places.inOrder([way(2, 2)], way: \.self) == [way(2, 2)])
    }

    @Test("a parcel that finds no room keeps nothing behind it from being collected")
    func noRoom() async throws {
        let pair = try await Pair(southIsReachable: false)
        let large = envelope(1, count: 300_000)
        try await pair.izmir.send(large, to: pair.athens)
        try await pair.izmir.send(envelope(2), to: pair.athens)
        pair.south.setBounds(MailroomBounds(senderBytes: 100_000))
        try await pair.south.restart()
        pair.world.lines.listen()
        try await pair.south.round()
        #expect(try await pair.athens.inbox().map(\.length) == [300])
        // Nothing was fetched for which there is no room.
        let asked = pair.world.lines.sent(from: "south", to: "north").map(\.path)
        #expect(!asked.contains { $0.hasSuffix("\(Digest.sha256(of: large))") })
        pair.south.setBounds(MailroomBounds())
        try await pair.south.restart()
        try await pair.south.round()
        #expect(try await pair.athens.inbox().count == 2)
    }
}
