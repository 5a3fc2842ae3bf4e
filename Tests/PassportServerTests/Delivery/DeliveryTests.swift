import PassportClient
import PassportCoding
import PassportCrypto
import PassportExchange
import PassportStore
import PassportTrust
import Testing

@testable import PassportServer

/// A parcel's way from one organisation to another, over daemons that talk without sockets.
@Suite("The way of a parcel") struct DeliveryTests {
    @Test("from daemon to daemon: handed over, deposited, and the receipt is the recipient's")
    func twoDaemons() async throws {
        let pair = try await Pair()
        let parcel = envelope(1)
        let entry = try await pair.izmir.send(parcel, to: pair.athens)
        #expect(entry.state == .waiting && entry.attempts == 0)
        try await pair.world.run(for: 0)
        let sent = try await pair.izmir.sent(parcel)
        #expect(sent.state == .delivered && sent.reason == nil)
        let receipt = try UnverifiedReceipt(decoding: Base64.decode(#require(sent.receipt)))
            .verify(
                by: pair.athens.house.identity, sender: pair.izmir.id,
                parcel: Digest.sha256(of: parcel))
        #expect(receipt.terms.event == .delivered && receipt.terms.time == start)
        let inbox = try await pair.athens.inbox()
        #expect(inbox.map(\.parcel) == [sent.parcel])
        #expect(inbox.first?.sender == pair.izmir.id.text)
        #expect(try await pair.athens.fetch(sent.parcel) == parcel)
        for daemon in pair.world.net.all { try await daemon.confirmSound() }
    }

    @Test("both on one daemon: it never leaves it, and the line does not matter")
    func oneDaemon() async throws {
        let world = try PaperWorld()
        let home = try await world.daemon("home")
        let (izmir, munich) = (
            try await world.agent(1, on: home), try await world.agent(2, on: home)
        )
        try await world.befriend(izmir, munich)
        world.lines.listen()
        let parcel = envelope(1)
        let before = try await home.mailroom().logSize()
        try await izmir.send(parcel, to: munich)
        try await world.run(for: 0)
        let sent = try await izmir.sent(parcel)
        #expect(sent.state == .delivered)
        let receipt = try UnverifiedReceipt(decoding: Base64.decode(#require(sent.receipt)))
        _ = try receipt.verify(
            by: munich.house.identity, sender: izmir.id, parcel: Digest.sha256(of: parcel))
        #expect(try await munich.fetch(sent.parcel) == parcel)
        #expect(world.lines.sent(from: "home", to: "home").isEmpty)
        // Sent, received, receipt taken: each once, for both.
        #expect(try await home.mailroom().logSize() == before + 3)
        try await home.confirmSound()
    }

    @Test("several parcels, and one that is too large for memory, keep their order")
    func several() async throws {
        let pair = try await Pair()
        let parcels = [
            envelope(1), envelope(2, count: 70_000), envelope(3, count: 400_000), envelope(4),
        ]
        for parcel in parcels { try await pair.izmir.send(parcel, to: pair.athens) }
        try await pair.world.run(for: 0)
        let inbox = try await pair.athens.inbox()
        #expect(inbox.map(\.parcel) == parcels.map { "\(Digest.sha256(of: $0))" })
        #expect(inbox.map(\.length) == parcels.map(\.count))
        for (entry, parcel) in zip(inbox, parcels) {
            #expect(try await pair.athens.fetch(entry.parcel) == parcel)
        }
        #expect(try await pair.izmir.outbox().allSatisfy { $0.state == .delivered })
    }

    @Test("a recipient that does not follow the sender: tried for a week, then given up, refused")
    func notFollowed() async throws {
        let world = try PaperWorld()
        let (north, south) = (try await world.daemon("north"), try await world.daemon("south"))
        let (izmir, athens) = (
            try await world.agent(1, on: north), try await world.agent(2, on: south)
        )
        try await izmir.follow(athens)
        // Known there, since another follows it; but not followed by Athens.
        let other = try await world.agent(3, on: south)
        try await other.follow(izmir)
        try await izmir.send(envelope(1), to: athens)
        try await world.run(for: 0)
        let waiting = try await izmir.sent(envelope(1))
        #expect(waiting.state == .waiting && waiting.lastProblem == "forbidden")
        try await world.run(for: 8 * 86_400, step: 3_600)
        let sent = try await izmir.sent(envelope(1))
        #expect(sent.state == .dead && sent.reason == .refused)
        #expect(try await athens.inbox().isEmpty)
        // Handed over once more, it waits once more, and arrives when Athens has changed its mind.
        try await athens.follow(izmir)
        #expect(try await izmir.send(envelope(1), to: athens).state == .waiting)
        try await world.run(for: 0)
        #expect(try await izmir.sent(envelope(1)).state == .delivered)
        #expect(try await athens.inbox().count == 1)
    }

    @Test("an organisation that is not known there yet is tried again, and gets through")
    func notKnownYet() async throws {
        let world = try PaperWorld()
        let (north, south) = (try await world.daemon("north"), try await world.daemon("south"))
        let (izmir, athens) = (
            try await world.agent(1, on: north), try await world.agent(2, on: south)
        )
        try await izmir.follow(athens)
        try await izmir.send(envelope(1), to: athens)
        try await world.run(for: 0)
        #expect(try await izmir.sent(envelope(1)).lastProblem == "unknown-key")
        try await athens.follow(izmir)
        try await world.run(for: 120)
        #expect(try await izmir.sent(envelope(1)).state == .delivered)
    }

    @Test("a mailbox that moved away: given up, no mailbox")
    func noMailbox() async throws {
        let world = try PaperWorld()
        let (north, south) = (try await world.daemon("north"), try await world.daemon("south"))
        let izmir = try await world.agent(1, on: north)
        let resident = try await world.agent(3, on: south)
        try await resident.follow(izmir)
        let gone = PaperAgent(
            world: world,
            house: try TestHouse(
                9, daemonKey: south.mailroom().keys.exchange.verifyingKey,
                services: [south.service()]),
            home: south)
        try await izmir.follow(gone)
        try await izmir.send(envelope(1), to: gone)
        try await world.run(for: 0)
        let waiting = try await izmir.sent(envelope(1))
        #expect(waiting.state == .waiting && waiting.lastProblem == "not-found")
        try await world.run(for: 8 * 86_400, step: 3_600)
        let sent = try await izmir.sent(envelope(1))
        #expect(sent.state == .dead && sent.reason == .noMailbox)
    }

    @Test("a daemon that takes no parcel of this size: given up, too large")
    func tooLarge() async throws {
        let pair = try await Pair()
        let problem = IncomingAnswer(
            status: 413, fields: ["content-type": Problem.mediaType],
            body: try WireJSON.encode(Problem(.tooLarge)))
        pair.world.lines.plan(.answer(problem), from: "north", to: "south")
        try await pair.izmir.send(envelope(1), to: pair.athens)
        try await pair.world.run(for: 0)
        let sent = try await pair.izmir.sent(envelope(1))
        #expect(sent.state == .dead && sent.reason == .tooLarge)
    }

    @Test(
        "an answer that is no receipt, or a receipt for something else, delivers nothing",
        arguments: [0, 1, 2, 3])
    func noReceipt(_ which: Int) async throws {
        let pair = try await Pair()
        let parcel = envelope(1)
        let digest = Digest.sha256(of: which == 1 ? [1] : parcel)
        let keys = try (which == 2 ? pair.north : pair.south).mailroom().keys
        let terms = ReceiptTerms(
            event: .delivered, recipient: pair.athens.id, sender: pair.izmir.id, parcel: digest,
            time: start)
        let body = which == 0 ? Array("thank you".utf8) : try terms.signed(by: keys.exchange)
        let answer = IncomingAnswer(status: which == 3 ? 202 : 201, fields: [:], body: body)
        pair.world.lines.plan(.answer(answer), from: "north", to: "south")
        try await pair.izmir.send(parcel, to: pair.athens)
        try await pair.world.run(for: 0)
        let sent = try await pair.izmir.sent(parcel)
        #expect(sent.state == .waiting && sent.attempts == 1 && sent.receipt == nil)
        try await pair.world.run(for: 60)
        #expect(try await pair.izmir.sent(parcel).state == .delivered)
    }
}

/// Izmir on the daemon `north`, Athens on `south`; each follows the other.
struct Pair {
    let world: PaperWorld
    let north: PaperDaemon
    let south: PaperDaemon
    let izmir: PaperAgent
    let athens: PaperAgent

    init(rules: DeliveryRules = DeliveryRules(), southIsReachable: Bool = true) async throws {
        world = try PaperWorld(rules: rules)
        north = try await world.daemon("north")
        south = try await world.daemon("south", isReachable: southIsReachable)
        izmir = try await world.agent(1, on: north)
        athens = try await world.agent(2, on: south)
        try await world.befriend(izmir, athens)
    }
}
