import NIOCore
import PassportExchange
import Synchronization
import Testing

@testable import PassportServer

/// What keeps many small demands from becoming one large one.
@Suite("Counted places") struct LedgerTests {
    @Test("streams are counted on each connection, from each address, and all together")
    func streams() {
        let ledger = StreamLedger(most: 6, mostPerSource: 4, mostPerConnection: 2)
        let connections = (0..<5).map { _ in Connection() }
        func place(_ index: Int, _ source: String) -> StreamLedger.Place {
            StreamLedger.Place(connection: ObjectIdentifier(connections[index]), source: source)
        }
        #expect(ledger.enter(place(0, "a")) && ledger.enter(place(0, "a")))
        #expect(!ledger.enter(place(0, "a")), "a third one on one connection")
        #expect(ledger.enter(place(1, "a")) && ledger.enter(place(1, "a")))
        #expect(!ledger.enter(place(2, "a")), "a fifth one from one address")
        #expect(ledger.enter(place(3, "b")) && ledger.enter(place(3, "b")))
        #expect(!ledger.enter(place(4, "c")), "a seventh one of all")
        ledger.leave(place(0, "a"))
        #expect(ledger.enter(place(4, "c")))
        #expect(!ledger.enter(place(0, "a")))
        for place in [place(0, "a"), place(1, "a"), place(1, "a")] { ledger.leave(place) }
        #expect(ledger.enter(place(2, "a")))
    }

    private final class Connection {}

    @Test("one machine is one source: an IPv4 number, or a /64 of IPv6 numbers")
    func sources() throws {
        func source(_ number: String) throws -> String {
            ConnectionLedger.source(of: try SocketAddress(ipAddress: number, port: 9))
        }
        #expect(try source("192.0.2.1") == "192.0.2.1")
        #expect(try source("192.0.2.1") != source("192.0.2.2"))
        #expect(try source("2001:db8:1:2::1") == source("2001:db8:1:2:ffff:eeee:dddd:cccc"))
        #expect(try source("2001:db8::1") == source("2001:db8:0:0:8000::"))
        #expect(try source("2001:db8:1:2::1") != source("2001:db8:1:3::1"))
        #expect(try source("::1") != source("2001:db8::1"))
        // On [::] callers over IPv4 look like this: they are not all one.
        #expect(try source("::ffff:192.0.2.1") == "192.0.2.1")
        #expect(ConnectionLedger.source(of: nil) == "local")
    }

    /// Holds a place until it is told to go.
    private final class Visitor: Sendable {
        private let (arrived, arrival) = AsyncStream<Void>.makeStream()
        private let (gone, leave) = AsyncStream<Void>.makeStream()

        func stay() async {
            arrival.finish()
            for await _ in gone {}
        }

        func isInside() async { for await _ in arrived {} }
        func go() { leave.finish() }
    }

    @Test("strangers are read a few at a time, and none of them takes all places")
    func strangers() async throws {
        let gate = StrangerGate()
        let all = StrangerGate.most / StrangerGate.mostPerSource
        let visitors = (0..<StrangerGate.most).map { (source: "\($0 % all)", Visitor()) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, (source, visitor)) in visitors.enumerated() {
                if index == StrangerGate.most - 1 {
                    // One is free, and not for those who have their share.
                    let refused = await #expect(throws: Problem.self) {
                        try await gate.admit(from: "0") {}
                    }
                    #expect(refused?.status == 503)
                    try await gate.admit(from: "somebody else") {}
                }
                group.addTask { try await gate.admit(from: source) { await visitor.stay() } }
                await visitor.isInside()
            }
            await #expect(throws: Problem.self) { try await gate.admit(from: "somebody else") {} }
            visitors[0].1.go()
            try await group.next()
            try await gate.admit(from: "somebody else") {}
            for (_, visitor) in visitors { visitor.go() }
            try await group.waitForAll()
        }
    }

    @Test("bodies that are read whole share the room, one address has a quarter, short ones pass")
    func bodies() throws {
        let budget = BodyBudget()
        var shares: [BodyBudget.Share] = []
        func take(_ count: Int, _ source: String) -> Bool {
            let share = budget.share(of: source)
            guard (try? share.grow(to: count)) != nil else { return false }
            shares.append(share)
            return true
        }
        #expect(take(BodyBudget.mostPerSource, "a"))
        #expect(!take(BodyBudget.short + 1, "a"))
        #expect(take(BodyBudget.short, "a"), "a receipt always gets in")
        for source in ["b", "c", "d"] { #expect(take(BodyBudget.mostPerSource, source)) }
        #expect(!take(BodyBudget.short + 1, "e"))
        shares.removeFirst()
        #expect(take(1_000_000, "e"))
        // As it grows it is counted once.
        let share = budget.share(of: "a")
        for count in stride(from: 0, through: 4_000_000, by: 1_000) { try share.grow(to: count) }
        shares = []
        #expect(take(BodyBudget.mostPerSource - 4_000_000, "a"))
        #expect(!take(BodyBudget.short + 1, "a"))
    }
}
