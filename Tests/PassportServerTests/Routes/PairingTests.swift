import PassportClient
import PassportCoding
import PassportCrypto
import PassportExchange
import PassportStore
import PassportTrust
import Testing

@testable import PassportServer

/// Pairing: an invitation works once, for an organisation that gives this daemon a key.
@Suite("Pairing") struct PairingTests {
    private let world: PaperWorld
    private let home: PaperDaemon
    private let house: TestHouse

    init() async throws {
        world = try PaperWorld()
        home = try await world.daemon("home")
        house = try TestHouse(
            1, daemonKey: home.mailroom().keys.exchange.verifyingKey,
            services: [home.service()])
    }

    private func invitation(_ number: UInt8, expires: Int64 = 3_600) async throws -> Invitation {
        let invitation = Invitation(
            endpoint: home.endpoint, secret: [UInt8](repeating: number, count: 16),
            expires: start.adding(seconds: expires))
        try await home.mailroom().invite(
            secretHash: Invitation.hash(of: invitation.secret), expires: invitation.expires)
        return invitation
    }

    private func pair(_ authorization: String?, _ house: TestHouse) async throws -> IncomingAnswer {
        var request = Handmade("POST", ExchangePath.pair, body: house.identity.encoded())
        request.without = [ContentDigest.field]
        if let authorization { request.fields = [("authorization", authorization)] }
        return try await home.ask(request)
    }

    @Test("once; used, expired and unknown ones are refused in the same words")
    func invitations() async throws {
        let good = try await invitation(1)
        let expiring = try await invitation(2, expires: 10)
        #expect(try await pair(good.authorization, house).status == 204)
        #expect(try await home.mailroom().isHosted(house.id))
        world.advance(11)
        let unknown = Invitation(
            endpoint: home.endpoint, secret: [UInt8](repeating: 9, count: 16),
            expires: world.now)
        let other = try TestHouse(
            2, daemonKey: home.mailroom().keys.exchange.verifyingKey)
        let refusals = [
            try await pair(good.authorization, other),
            try await pair(expiring.authorization, other),
            try await pair(unknown.authorization, other),
        ]
        #expect(refusals.map(\.status) == [403, 403, 403])
        #expect(Set(refusals.map(\.body)).count == 1)
        #expect(Set(refusals.map(\.fields)).count == 1)
        #expect(try await !home.mailroom().isHosted(other.id))
    }

    @Test("without an invitation, or with something else, nothing is read")
    func noInvitation() async throws {
        for text in [nil, "", "Carepass-Invitation ", "Carepass-Invitation AAAA", "Bearer x"] {
            let answer = try await pair(text, house)
            #expect(answer.status == 401 && answer.problem?.code == "unsigned", "\(text ?? "-")")
        }
    }

    @Test("an identity that gives the daemon no key is refused, and the invitation stays good")
    func noKey() async throws {
        let good = try await invitation(1)
        let keyless = try TestHouse(3, daemonKey: nil)
        #expect(try await pair(good.authorization, keyless).status == 409)
        var request = Handmade("POST", ExchangePath.pair, body: [1, 2, 3])
        request.fields = [("authorization", good.authorization)]
        #expect(try await home.ask(request).status == 400)
        #expect(try await pair(good.authorization, house).status == 204)
    }

    @Test("two at once with one invitation: one gets in")
    func race() async throws {
        let good = try await invitation(1)
        let other = try TestHouse(
            2, daemonKey: home.mailroom().keys.exchange.verifyingKey)
        async let first = pair(good.authorization, house)
        async let second = pair(good.authorization, other)
        #expect(try await [first.status, second.status].sorted() == [204, 403])
        #expect(try await home.mailroom().hosted().count == 1)
    }

    @Test("the service document says which key to list, and where")
    func document() async throws {
        let answer = try await home.ask(.init("GET", ExchangePath.service))
        let document = try WireJSON.decode(ServiceDocument.self, from: answer.body)
        let keys = try home.mailroom().keys
        #expect(answer.status == 200)
        #expect(
            document.exchangeKey
                == Base64URL.encode(keys.exchange.verifyingKey.rawRepresentation))
        #expect(document.logOrigin == keys.logOrigin && document.address == "https://home.example")
        #expect(document.parcelBytes == Limits.envelopeBytes)
        let description = try await home.ask(.init("GET", ExchangePath.openAPI))
        #expect(description.status == 200 && description.body.starts(with: Array("{".utf8)))
    }
}
