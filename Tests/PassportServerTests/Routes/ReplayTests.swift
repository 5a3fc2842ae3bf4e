import PassportCoding
import PassportCrypto
import PassportExchange
import PassportStore
import PassportTrust
import Testing

@testable import PassportServer

/// Requests that somebody on the line kept, or changed, or made for another use.
@Suite("Replayed and misused requests") struct ReplayTests {
    /// Requests of every route that needs a signature, by name; each succeeds once.
    private static func requests(_ pair: Pair) async throws -> [(String, OutgoingRequest)] {
        let (athens, south) = (pair.athens, pair.south)
        let parcel = envelope(7)
        let digest = Digest.sha256(of: parcel)
        let kept = envelope(8)
        try await pair.izmir.send(kept, to: athens)
        try await pair.north.round()
        let keptPath = ExchangePath.inbox(athens.id, Digest.sha256(of: kept))
        func made(_ request: Handmade, by house: TestHouse) throws -> OutgoingRequest {
            try request.made(for: south, by: house)
        }
        let theirs = pair.izmir.house
        let own = athens.house
        return try [
            ("inbox", try made(.init("GET", ExchangePath.inbox(own.id)), by: own)),
            ("fetch", try made(.init("GET", keptPath), by: own)),
            ("upload state", try made(.init("GET", keptPath + "/upload"), by: theirs)),
            (
                "deposit",
                try made(
                    .init("PUT", ExchangePath.inbox(own.id, digest), body: parcel), by: theirs)
            ),
            ("remove", try made(.init("DELETE", keptPath), by: own)),
            ("outbox", try made(.init("GET", ExchangePath.outbox(own.id)), by: own)),
            (
                "hand over",
                try made(
                    .init(
                        "PUT", ExchangePath.outbox(own.id, theirs.id, digest), body: parcel),
                    by: own)
            ),
            (
                "hand-over state",
                try made(
                    .init(
                        "GET", ExchangePath.outbox(own.id, theirs.id, digest) + "/upload"),
                    by: own)
            ),
            (
                "waiting",
                try made(.init("GET", ExchangePath.outbox(own.id, theirs.id)), by: theirs)
            ),
            (
                "collect",
                try made(
                    .init("GET", ExchangePath.outbox(own.id, theirs.id, digest)), by: theirs)
            ),
        ] + papers(pair)
    }

    /// The same for what organisations say of themselves, and whom they follow.
    private static func papers(_ pair: Pair) throws -> [(String, OutgoingRequest)] {
        let own = pair.athens.house
        let theirs = pair.izmir.house
        let newer = try own.following(
            name: "Newer", daemonKey: pair.south.mailroom().keys.exchange.verifyingKey,
            services: [pair.south.service()])
        let camp = try TestHouse(40, daemonKey: nil)
        func made(_ request: Handmade, by house: TestHouse) throws -> OutgoingRequest {
            try request.made(for: pair.south, by: house)
        }
        return [
            (
                "list",
                try made(
                    .init(
                        "PUT", ExchangePath.statusList(own.id, 1), body: own.list(hours: 1)),
                    by: own)
            ),
            (
                "peer", try made(.init("GET", ExchangePath.peer(own.id, theirs.id)), by: own)
            ),
            (
                "follow",
                try made(
                    .init(
                        "PUT", ExchangePath.peer(own.id, camp.id), body: camp.identity.encoded()),
                    by: own)
            ),
            (
                "unfollow",
                try made(.init("DELETE", ExchangePath.peer(own.id, camp.id)), by: own)
            ),
            (
                "identity of a peer",
                try made(.init("GET", ExchangePath.identity(theirs.id)), by: own)
            ),
            (
                "identity",
                try made(
                    .init(
                        "PUT", ExchangePath.identity(own.id), body: newer.identity.encoded()),
                    by: own)
            ),
        ]
    }

    @Test("each is taken once; sent again whole, also after a restart, it was seen before")
    func replays() async throws {
        let pair = try await Pair()
        let requests = try await Self.requests(pair)
        for (name, request) in requests {
            let answer = try await pair.south.answer(request)
            #expect((200...204).contains(answer.status), "\(name): \(answer.status)")
            let again = try await pair.south.answer(request)
            #expect(again.status == 401 && again.problem?.code == "replayed", "\(name)")
            #expect(again.fields["www-authenticate"] == "Signature tag=\"care-passport/1\"")
        }
        try await pair.south.restart()
        for (name, request) in requests {
            let again = try await pair.south.answer(request)
            #expect(again.status == 401 && again.problem?.code == "replayed", "\(name)")
        }
        try await pair.south.confirmSound()
    }

    @Test("made for another address, path, method or body: the signature does not hold")
    func misuse() async throws {
        let pair = try await Pair()
        for (name, request) in try await Self.requests(pair) {
            var path = request
            path.path += "x"
            var method = request
            method.method = request.method == "GET" ? "DELETE" : "GET"
            var digest = request
            digest.fields.removeAll { $0.name == ContentDigest.field }
            digest.fields.append(
                (ContentDigest.field, ContentDigest.text(Digest.sha256(of: [9]))))
            digest.body = .bytes([9])
            let changed = [("path", path), ("method", method), ("body", digest)]
            for (what, request) in changed {
                let answer = try await pair.south.answer(request)
                // A path or method that is none of ours says so before it looks at signatures.
                let isOurs =
                    answer.status == 401
                    && ["bad-signature", "unknown-key"].contains(answer.problem?.code)
                // Manifests are everybody's to read, and prove themselves when they are brought.
                let isManifest = name == "identity" && answer.status != 204
                #expect(
                    isOurs || isManifest || (what != "body" && [404, 405].contains(answer.status)),
                    "\(name), other \(what): \(answer.status)")
            }
            guard name != "identity of a peer" else { continue }
            let answer = try await pair.north.answer(request)
            #expect(answer.status == 401, "\(name), elsewhere")
            #expect(["bad-signature", "unknown-key"].contains(answer.problem?.code), "\(name)")
            #expect((200...204).contains(try await pair.south.answer(request).status), "\(name)")
        }
    }

    @Test("a request for one daemon is none for another that knows the same key")
    func otherAddress() async throws {
        let pair = try await Pair()
        let path = ExchangePath.inbox(pair.athens.id, Digest.sha256(of: envelope(1)))
        let request = try Handmade("PUT", path, body: envelope(1)).made(
            for: pair.south, by: pair.izmir.house)
        let elsewhere = try await pair.north.answer(request)
        #expect(elsewhere.status == 401 && elsewhere.problem?.code == "bad-signature")
        // What the request itself says of its target counts for nothing.
        var host = request
        host.fields.append(("host", "north.example"))
        #expect(try await pair.south.answer(host).status == 201)
    }

    @Test("the part of an upload is signed too")
    func otherPart() async throws {
        let pair = try await Pair()
        let parcel = envelope(1, count: 300)
        let path = ExchangePath.inbox(pair.athens.id, Digest.sha256(of: parcel))
        var part = Handmade("PUT", path, body: Array(parcel.prefix(100)))
        part.upload = .init(offset: 0, length: 300)
        var request = try part.made(for: pair.south, by: pair.izmir.house)
        request.fields.removeAll { $0.name == UploadField.length }
        var longer = request
        longer.fields.append((UploadField.length, "301"))
        #expect(try await pair.south.answer(longer).problem?.code == "unknown-key")
        // Half of the pair, or neither: not what was signed.
        #expect(try await pair.south.answer(request).status == 400)
        request.fields.removeAll { $0.name == UploadField.offset }
        #expect(try await pair.south.answer(request).problem?.code == "unsigned")
    }
}
