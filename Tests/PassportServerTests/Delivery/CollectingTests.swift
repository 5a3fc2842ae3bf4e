import Foundation
import PassportClient
import PassportCoding
import PassportCrypto
import PassportExchange
import PassportStore
import PassportTrust
import Testing

@testable import PassportServer

/// A daemon that nobody can call: it comes and collects, and brings along what is new of its own.
@Suite("Collecting") struct CollectingTests {
    @Test("what waits for it is collected, and both sides have the receipt")
    func collects() async throws {
        let pair = try await Pair(southIsReachable: false)
        let parcels = [envelope(1), envelope(2, count: 200_000)]
        for parcel in parcels { try await pair.izmir.send(parcel, to: pair.athens) }
        try await pair.north.round()
        let waiting = try await pair.izmir.outbox()
        #expect(waiting.allSatisfy { $0.state == .waiting && $0.attempts == 1 })
        #expect(waiting.allSatisfy { $0.lastProblem == "to-be-collected" })
        try await pair.south.round()
        let inbox = try await pair.athens.inbox()
        #expect(inbox.map(\.parcel) == parcels.map { "\(Digest.sha256(of: $0))" })
        for (entry, parcel) in zip(inbox, parcels) {
            #expect(try await pair.athens.fetch(entry.parcel) == parcel)
        }
        for sent in try await pair.izmir.outbox() {
            #expect(sent.state == .delivered)
            let receipt = try UnverifiedReceipt(decoding: Base64.decode(#require(sent.receipt)))
            _ = try receipt.verify(by: pair.athens.house.identity, sender: pair.izmir.id)
            let stored = try await pair.south.mailroom().storedReceipt(
                of: receipt.terms.parcel, for: pair.athens.id, from: pair.izmir.id)
            #expect(stored == receipt.bytes)
        }
        // Nothing is left over, and nothing comes twice.
        try await pair.south.round()
        #expect(try await pair.athens.inbox().count == 2)
        for daemon in pair.world.net.all { try await daemon.confirmSound() }
    }

    @Test("what it sends goes out as from any other")
    func sends() async throws {
        let pair = try await Pair(southIsReachable: false)
        try await pair.athens.send(envelope(1), to: pair.izmir)
        try await pair.south.round()
        #expect(try await pair.athens.sent(envelope(1)).state == .delivered)
        #expect(try await pair.izmir.inbox().count == 1)
    }

    @Test("it brings its new manifest and lists along, each once")
    func brings() async throws {
        let pair = try await Pair(southIsReachable: false)
        let keys = try pair.south.mailroom().keys
        var athens = pair.athens
        athens.house = try athens.house.following(
            name: "Athens again", daemonKey: keys.exchange.verifyingKey)
        #expect(
            try await pair.south.ask(
                Handmade(
                    "PUT", ExchangePath.identity(athens.id), body: athens.house.identity.encoded()),
                by: athens.house
            ).status == 204)
        #expect(
            try await pair.south.ask(
                Handmade(
                    "PUT", ExchangePath.statusList(athens.id, 1),
                    body: athens.house.list(hours: 0)), by: athens.house
            ).status == 204)
        pair.world.lines.listen()
        for _ in 0..<3 { try await pair.south.round() }
        let known = try await pair.north.mailroom().identity(of: athens.id)
        #expect(known == athens.house.identity)
        let list = try await pair.north.mailroom().statusList(1, of: athens.id)
        #expect(try list?.bytes == athens.house.list(hours: 0))
        let puts = pair.world.lines.sent(from: "south", to: "north").filter { $0.method == "PUT" }
        #expect(puts.count == 2)
    }

    @Test("a line that is cut at every step: it is delivered once, and the receipt arrives")
    func cuts() async throws {
        let pair = try await Pair(southIsReachable: false)
        let parcel = envelope(1, count: 300_000)
        try await pair.izmir.send(parcel, to: pair.athens)
        let faults: [Fault] = [
            .dropAnswer,  // the manifest
            .dropRequest,  // the manifest again
            .duplicate, .dropAnswer,  // the page
            .cutAnswer(100_000), .cutAnswer(65_536), .dropRequest, .cutAnswer(1),
            .dropAnswer,  // the receipt, or the rest
        ]
        for fault in faults { pair.world.lines.plan(fault, from: "south", to: "north") }
        for _ in 0..<12 { try await pair.south.round() }
        #expect(try await pair.izmir.sent(parcel).state == .delivered)
        #expect(try await pair.athens.inbox().count == 1)
        #expect(try await pair.athens.fetch("\(Digest.sha256(of: parcel))") == parcel)
        for daemon in pair.world.net.all { try await daemon.confirmSound() }
    }

    @Test("stopped between fetching and the receipt: the receipt is the first one")
    func restart() async throws {
        let pair = try await Pair(southIsReachable: false)
        try await pair.izmir.send(envelope(1), to: pair.athens)
        // Manifest, page, parcel; then the receipt is lost.
        try await pair.south.round()
        try await pair.izmir.send(envelope(2), to: pair.athens)
        pair.world.lines.plan(.duplicate, .duplicate, .dropRequest, from: "south", to: "north")
        try await pair.south.round()
        #expect(try await pair.izmir.sent(envelope(2)).state == .waiting)
        let digest = Digest.sha256(of: envelope(2))
        // Killed between the deposit and what clears the fetched copy away.
        let copy = CollectingDesk(folder: "\(pair.south.folder)/collecting")
            .file(of: digest, for: pair.athens.id, from: pair.izmir.id)
        try Data(envelope(2)).write(to: URL(filePath: copy))
        let first = try await pair.south.mailroom().storedReceipt(
            of: digest, for: pair.athens.id, from: pair.izmir.id)
        try await pair.south.restart()
        pair.world.advance(30)
        try await pair.south.round()
        #expect(
            try await pair.izmir.sent(envelope(2)).receipt == first.map { Base64.encode($0) })
        #expect(try await pair.athens.inbox().count == 2)
        #expect(!FileManager.default.fileExists(atPath: copy))
    }

    @Test("nobody else collects: not the neighbour, not a stranger, not whom the owner left")
    func othersCollectNothing() async throws {
        let pair = try await Pair(southIsReachable: false)
        let neighbour = try await pair.world.agent(3, on: pair.north)
        try await pair.izmir.send(envelope(1), to: pair.athens)
        let digest = Digest.sha256(of: envelope(1))
        let path = ExchangePath.outbox(pair.izmir.id, pair.athens.id)
        for path in [path, path + "/\(digest)"] {
            let foreign = try await pair.north.ask(Handmade("GET", path), by: neighbour.house)
            #expect(foreign.status == 403)
            let stranger = try TestHouse(77, daemonKey: nil)
            #expect(try await pair.north.ask(Handmade("GET", path), by: stranger).status == 401)
            #expect(try await pair.north.ask(Handmade("GET", path)).status == 401)
            #expect(
                try await pair.north.ask(Handmade("GET", path), by: pair.athens.house).status
                    == 200)
        }
        try await pair.north.mailroom().unfollow(
            pair.athens.id, by: pair.izmir.id, now: pair.world.now)
        try await neighbour.follow(pair.athens)
        for path in [path, path + "/\(digest)"] {
            #expect(
                try await pair.north.ask(Handmade("GET", path), by: pair.athens.house).status
                    == 404)
        }
    }

    @Test("a failed visit is forgotten when the peer's mailbox comes here: nobody visits it then")
    func movedHere() async throws {
        let pair = try await Pair(southIsReachable: false)
        pair.world.lines.partition("north", "south")
        try await pair.south.round()
        let room = try pair.south.mailroom()
        #expect(try await room.failedVisits().map(\.peer) == [pair.izmir.id])
        let moved = try pair.izmir.house.following(
            name: "Izmir here", daemonKey: room.keys.exchange.verifyingKey)
        try await room.host(moved.identity, now: pair.world.now)
        try await pair.south.round()
        #expect(try await room.failedVisits().isEmpty)
    }

    @Test("never collected: given up with that reason")
    func neverCollected() async throws {
        let pair = try await Pair(southIsReachable: false)
        pair.world.lines.partition("north", "south")
        try await pair.izmir.send(envelope(1), to: pair.athens)
        try await pair.world.run(for: 8 * 86_400, step: 3_600)
        let sent = try await pair.izmir.sent(envelope(1))
        #expect(sent.state == .dead && sent.reason == .notCollected)
    }
}
