import PassportClient
import PassportCoding
import PassportCrypto
import PassportExchange
import PassportStore
import Testing

@testable import PassportServer

/// A recipient that lost what had arrived, and a sender that still has it.
@Suite("Sending again") struct SendingAgainTests {
    private func again(
        _ pair: Pair, _ parcel: [UInt8], by house: TestHouse? = nil, body: [UInt8] = []
    ) async throws -> IncomingAnswer {
        let path = ExchangePath.outboxAgain(
            pair.izmir.id, pair.athens.id, Digest.sha256(of: parcel))
        return try await pair.north.ask(
            Handmade("POST", path, body: body), by: house ?? pair.izmir.house)
    }

    @Test("what was delivered goes out once more after its owner said that it was lost")
    func goesOutAgain() async throws {
        let pair = try await Pair()
        let parcel = envelope(1)
        try await pair.izmir.send(parcel, to: pair.athens)
        try await pair.north.round()
        let receipt = try await pair.izmir.sent(parcel).receipt
        // Handed over once more without that, nothing goes out.
        try await pair.izmir.send(parcel, to: pair.athens)
        #expect(try await pair.izmir.sent(parcel).state == .delivered)

        #expect(try await again(pair, parcel).status == 204)
        #expect(try await pair.izmir.sent(parcel).state == .dead)
        #expect(try await pair.izmir.sent(parcel).reason == .lost)
        try await pair.izmir.send(parcel, to: pair.athens)
        #expect(try await pair.izmir.sent(parcel).state == .waiting)
        try await pair.north.round()
        #expect(try await pair.izmir.sent(parcel).state == .delivered)
        // It had not been lost after all: one parcel, and the receipt that was given first.
        #expect(try await pair.izmir.sent(parcel).receipt == receipt)
        #expect(try await pair.athens.inbox().count == 1)
        for daemon in pair.world.net.all { try await daemon.confirmSound() }
    }

    @Test("only the owner says so, of a parcel that there is, in a request that stands alone")
    func refused() async throws {
        let pair = try await Pair()
        let neighbour = try await pair.world.agent(3, on: pair.north)
        let parcel = envelope(1)
        try await pair.izmir.send(parcel, to: pair.athens)
        try await pair.north.round()
        #expect(try await again(pair, parcel, by: neighbour.house).status == 403)
        #expect(try await again(pair, parcel, by: TestHouse(77, daemonKey: nil)).status == 401)
        #expect(try await again(pair, parcel, body: [1]).status == 422)
        #expect(try await again(pair, envelope(2)).status == 404)
        #expect(try await pair.izmir.sent(parcel).state == .delivered)
    }

    @Test("what is still on its way stays on its way")
    func waiting() async throws {
        let pair = try await Pair()
        let parcel = envelope(1)
        try await pair.izmir.send(parcel, to: pair.athens)
        #expect(try await again(pair, parcel).status == 204)
        #expect(try await pair.izmir.sent(parcel).state == .waiting)
    }
}
