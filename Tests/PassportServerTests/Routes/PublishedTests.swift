import PassportCoding
import PassportCrypto
import PassportExchange
import PassportStore
import PassportTrust
import Testing

@testable import PassportServer

/// Manifests and status lists: who brings them, who reads them.
@Suite("Manifests and lists") struct PublishedTests {
    private static func put(
        _ house: TestHouse, to daemon: PaperDaemon, by signer: TestHouse? = nil
    ) async throws -> IncomingAnswer {
        try await daemon.ask(
            .init("PUT", ExchangePath.identity(house.id), body: house.identity.encoded()),
            by: signer ?? house)
    }

    @Test("a hosted organisation's identity is everybody's, with an entity tag")
    func tags() async throws {
        let pair = try await Pair()
        let own = pair.athens.house
        #expect(
            try await pair.south.ask(
                .init("PUT", ExchangePath.statusList(own.id, 1), body: own.list(hours: 0)),
                by: own
            ).status == 204)
        let published = [
            (ExchangePath.identity(own.id), own.identity.encoded()),
            (ExchangePath.statusList(own.id, 1), try own.list(hours: 0)),
        ]
        for (path, bytes) in published {
            let answer = try await pair.south.ask(.init("GET", path))
            #expect(answer.status == 200 && answer.body == bytes)
            let tag = try #require(answer.fields["etag"])
            #expect(tag == "\"\(Digest.sha256(of: bytes))\"")
            for known in [tag, "W/\(tag)", "\"other\", \(tag)", "*"] {
                var request = Handmade("GET", path)
                request.fields = [("if-none-match", known)]
                let unchanged = try await pair.south.ask(request)
                #expect(unchanged.status == 304 && unchanged.body.isEmpty, "\(known)")
                #expect(unchanged.fields["etag"] == tag)
            }
            var request = Handmade("GET", path)
            request.fields = [("if-none-match", "\"other\"")]
            #expect(try await pair.south.ask(request).status == 200)
        }
    }

    @Test("others' papers are for those who follow them: whom one follows is nobody's business")
    func followed() async throws {
        let pair = try await Pair()
        let neighbour = try await pair.world.agent(3, on: pair.south)
        let izmir = pair.izmir.house
        #expect(
            try await pair.south.ask(
                .init("PUT", ExchangePath.statusList(izmir.id, 1), body: izmir.list(hours: 0)),
                by: izmir
            ).status == 204)
        let unknown = try TestHouse(77, daemonKey: nil)
        for path in [ExchangePath.identity(izmir.id), ExchangePath.statusList(izmir.id, 1)] {
            #expect(
                try await pair.south.ask(.init("GET", path), by: pair.athens.house).status == 200)
            let foreign = try await pair.south.ask(.init("GET", path), by: neighbour.house)
            #expect(foreign.status == 404)
            // Not even the organisation itself learns who here follows it.
            #expect(try await pair.south.ask(.init("GET", path), by: izmir).status == 404)
            let anybody = try await pair.south.ask(.init("GET", path))
            #expect(anybody.status == 404)
            let nothing = try await pair.south.ask(.init("GET", ExchangePath.identity(unknown.id)))
            #expect(nothing.status == 404 && nothing.body == anybody.body)
            #expect(nothing.body == foreign.body)
        }
    }

    @Test("a new key brings its own chain; a forked, older or foreign chain is refused")
    func updates() async throws {
        let pair = try await Pair()
        let daemonKey = try pair.south.mailroom().keys.exchange.verifyingKey
        let services = [try pair.south.service()]
        let first = pair.athens.house
        let renewed = try first.following(
            name: "Athens", daemonKey: daemonKey, services: services, newKey: true)
        // The new key stands in no manifest but the one it brings.
        #expect(try await Self.put(renewed, to: pair.south).status == 204)
        #expect(try await Self.put(renewed, to: pair.north).status == 204)
        for daemon in [pair.south, pair.north] {
            #expect(try await daemon.mailroom().identity(of: first.id) == renewed.identity)
        }
        // Once more changes nothing and is no failure.
        #expect(try await Self.put(renewed, to: pair.south).status == 204)
        // The old key is out of force, and its older chain opens nothing.
        #expect(
            try await pair.south.ask(
                .init("GET", ExchangePath.inbox(first.id)), by: first
            ).status == 401)
        #expect(try await Self.put(first, to: pair.south).status == 409)
        let older = try await Self.put(first, to: pair.south, by: renewed)
        #expect(older.status == 409 && older.problem?.code == "conflict")
        let forked = try first.following(name: "Other", daemonKey: daemonKey, services: services)
        let fork = try await Self.put(forked, to: pair.south, by: renewed)
        #expect(fork.status == 409 && fork.problem?.code == "conflict")
        #expect(try await Self.put(forked, to: pair.south).status != 204)
        let foreign = try await pair.south.ask(
            .init(
                "PUT", ExchangePath.identity(first.id),
                body: pair.izmir.house.identity.encoded()), by: renewed)
        #expect(foreign.status == 403)
        #expect(try await pair.south.mailroom().identity(of: first.id) == renewed.identity)
    }

    @Test("nobody brings another's identity, and nobody that is unknown brings one at all")
    func foreignUpdates() async throws {
        let pair = try await Pair()
        let newer = try pair.athens.house.following(
            name: "Newer", daemonKey: pair.south.mailroom().keys.exchange.verifyingKey)
        let other = try await Self.put(newer, to: pair.south, by: pair.izmir.house)
        #expect(other.status == 401 && other.problem?.code == "unknown-key")
        let stranger = try TestHouse(77, daemonKey: nil)
        #expect(try await Self.put(stranger, to: pair.south).status == 401)
        let damaged = try await pair.south.ask(
            .init(
                "PUT", ExchangePath.identity(pair.athens.id),
                body: Array(newer.identity.encoded().dropLast())), by: pair.athens.house)
        #expect(damaged.status == 400)
        let long = try await pair.south.ask(
            .init(
                "PUT", ExchangePath.identity(pair.athens.id),
                body: [UInt8](repeating: 0, count: Limits.identityBytes + 1)),
            by: pair.athens.house)
        #expect(long.status == 413)
    }

    @Test("an older list does not come back, and a list goes nowhere but under its own address")
    func lists() async throws {
        let pair = try await Pair()
        let own = pair.athens.house
        func put(_ body: [UInt8], number: Int = 1, by house: TestHouse? = nil) async throws -> Int {
            try await pair.south.ask(
                .init("PUT", ExchangePath.statusList(own.id, number), body: body),
                by: house ?? own
            ).status
        }
        #expect(try await put(own.list(hours: 2)) == 204)
        #expect(try await put(own.list(hours: 2)) == 204)
        #expect(try await put(own.list(hours: 1)) == 409)
        #expect(try await put(own.list(hours: 3)) == 204)
        #expect(try await put(own.list(2, hours: 4)) == 403)
        #expect(try await put(own.list(hours: 4), number: 2) == 403)
        let izmir = pair.izmir.house
        #expect(try await put(izmir.list(hours: 4)) == 400)
        #expect(try await put(own.list(hours: 4), by: izmir) == 403)
        let kept = try await pair.south.mailroom().statusList(1, of: own.id)
        #expect(try kept?.bytes == own.list(hours: 3))
    }

    @Test("following: taken in and left, and only one's own affair")
    func following() async throws {
        let pair = try await Pair()
        let (own, camp) = (pair.athens.house, try TestHouse(40, daemonKey: nil))
        let path = ExchangePath.peer(own.id, camp.id)
        let body = camp.identity.encoded()
        #expect(try await pair.south.ask(.init("GET", path), by: own).status == 404)
        #expect(
            try await pair.south.ask(.init("PUT", path, body: body), by: pair.izmir.house).status
                == 403)
        #expect(
            try await pair.south.ask(
                .init("PUT", path, body: pair.izmir.house.identity.encoded()), by: own
            ).status == 403)
        #expect(try await pair.south.ask(.init("PUT", path, body: body), by: own).status == 204)
        let known = try await pair.south.ask(.init("GET", path), by: own)
        #expect(known.status == 200 && known.body == body)
        #expect(
            try await pair.south.ask(.init("DELETE", path), by: pair.izmir.house).status == 403)
        #expect(try await pair.south.ask(.init("DELETE", path), by: own).status == 204)
        #expect(try await pair.south.ask(.init("GET", path), by: own).status == 404)
    }

    @Test("made-up organisations: as many as one may follow, and not one more")
    func madeUp() async throws {
        let pair = try await Pair()
        var bounds = MailroomBounds()
        bounds.followed = 3
        pair.south.setBounds(bounds)
        try await pair.south.restart()
        let own = pair.athens.house
        func ask(_ method: String, _ number: UInt8) async throws -> IncomingAnswer {
            let peer = try TestHouse(number, daemonKey: nil)
            return try await pair.south.ask(
                .init(
                    method, ExchangePath.peer(own.id, peer.id),
                    body: method == "PUT" ? peer.identity.encoded() : []), by: own)
        }
        // Izmir is the first.
        #expect(try await ask("PUT", 40).status == 204)
        #expect(try await ask("PUT", 41).status == 204)
        let refused = try await ask("PUT", 42)
        #expect(refused.status == 507 && refused.problem?.code == "full")
        #expect(refused.problem?.detail?.contains("unfollow") == true)
        #expect(try await ask("GET", 42).status == 404)
        #expect(try await ask("PUT", 41).status == 204)
        #expect(try await ask("DELETE", 41).status == 204)
        #expect(try await ask("PUT", 42).status == 204)
    }
}
