import NIOCore
import Synchronization
import Testing

@testable import PassportServer

/// What keeps many small demands from becoming one large one.
@Suite("Counted places") struct LedgerTests {
    @Test("streams are counted on each connection and all together, and places come back")
    func streams() {
        let ledger = StreamLedger(most: 5, mostPerConnection: 2)
        let connections = (0..<4).map { _ in Connection() }
        let ids = connections.map { ObjectIdentifier($0) }
        #expect(ledger.enter(ids[0]) && ledger.enter(ids[0]))
        #expect(!ledger.enter(ids[0]), "a third one on one connection")
        #expect(ledger.enter(ids[1]) && ledger.enter(ids[1]) && ledger.enter(ids[2]))
        #expect(!ledger.enter(ids[3]), "a sixth one of all")
        ledger.leave(ids[0])
        #expect(ledger.enter(ids[3]))
        #expect(!ledger.enter(ids[0]))
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

    @Test("eight strangers are read at a time, the ninth is told to come again")
    func strangers() async throws {
        let gate = StrangerGate()
        let visitors = (0..<8).map { _ in Visitor() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for visitor in visitors {
                group.addTask { try await gate.admit { await visitor.stay() } }
                await visitor.isInside()
            }
            let refused = await #expect(throws: Problem.self) { try await gate.admit {} }
            #expect(refused?.status == 503)
            visitors[0].go()
            try await group.next()
            try await gate.admit {}
            for visitor in visitors { visitor.go() }
            try await group.waitForAll()
        }
    }

    @Test("bodies that are read whole share 64 MiB, and give their share back, also when they fail")
    func bodies() async throws {
        let budget = BodyBudget()
        let visitor = Visitor()
        let most = 67_108_864
        struct Cut: Error {}
        await #expect(throws: Cut.self) { try await budget.with(most) { throw Cut() } }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await budget.with(most - 1) { await visitor.stay() } }
            await visitor.isInside()
            try await budget.with(1) {}
            let refused = await #expect(throws: Problem.self) { try await budget.with(2) {} }
            #expect(refused?.status == 503)
            visitor.go()
            try await group.waitForAll()
        }
        try await budget.with(most) {}
    }
}
