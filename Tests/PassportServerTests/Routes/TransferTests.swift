import PassportClient
import PassportCoding
import PassportCrypto
import PassportExchange
import PassportStore
import PassportTrust
import Testing

@testable import PassportServer

/// Uploads and downloads that go on after a cut.
@Suite("Transfers") struct TransferTests {
    @Test("of a parcel that is here, a repeat that was cut leaves nothing")
    func cutRepeat() async throws {
        let pair = try await Pair()
        let parcel = envelope(1, count: 9_000)
        let path = ExchangePath.inbox(pair.athens.id, Digest.sha256(of: parcel))
        var request = Handmade("PUT", path, body: parcel)
        request.upload = .init(offset: 0, length: parcel.count)
        #expect(try await pair.south.ask(request, by: pair.izmir.house).status == 201)
        func cut() async throws -> Int {
            _ = try await pair.south.answer(
                request.made(for: pair.south, by: pair.izmir.house), bodyEndsAfter: 4_000)
            return try await pair.south.mailroom().counts().partials
        }
        #expect(try await cut() == 1)
        let state = try await pair.south.ask(
            .init("GET", path + "/upload"), by: pair.izmir.house)
        #expect(state.status == 200)
        #expect(try await pair.south.mailroom().counts().partials == 0)
        #expect(try await cut() == 1)
        var rest = Handmade("PUT", path, body: Array(parcel.dropFirst(4_000)))
        rest.upload = .init(offset: 4_000, length: parcel.count)
        #expect(try await pair.south.ask(rest, by: pair.izmir.house).status == 200)
        #expect(try await pair.south.mailroom().counts().partials == 0)
        #expect(try await pair.athens.inbox().count == 1)
    }

    @Test(
        "a download goes on anywhere, from memory and from a file",
        arguments: [300, 300_000])
    func ranges(_ count: Int) async throws {
        let pair = try await Pair()
        let parcel = envelope(1, count: count)
        let digest = Digest.sha256(of: parcel)
        try await pair.izmir.send(parcel, to: pair.athens)
        try await pair.north.round()
        let path = ExchangePath.inbox(pair.athens.id, digest)
        func get(_ range: String?) async throws -> IncomingAnswer {
            var request = Handmade("GET", path)
            if let range { request.fields = [("range", range)] }
            return try await pair.south.ask(request, by: pair.athens.house)
        }
        for first in [0, 1, count / 2, count - 1] {
            let answer = try await get("bytes=\(first)-")
            #expect(answer.status == 206 && answer.body == Array(parcel[first...]))
            #expect(answer.fields["content-range"] == "bytes \(first)-\(count - 1)/\(count)")
            #expect(answer.fields["etag"] == "\"\(digest)\"")
        }
        for first in [count, count + 1, Int.max] {
            let answer = try await get("bytes=\(first)-")
            #expect(answer.status == 416 && answer.problem?.code == "wrong-range")
            #expect(answer.problem?.offset == count)
        }
        // What is no range of ours is passed over, as HTTP has it.
        for range in [nil, "bytes=0-5", "bytes=-5", "lines=1-", "bytes=x-", "bytes=-1-", ""] {
            let answer = try await get(range)
            #expect(answer.status == 200 && answer.body == parcel, "\(range ?? "none")")
            #expect(answer.fields["accept-ranges"] == "bytes")
        }
    }

    @Test(
        "an upload goes on from any byte, across restarts, and says where it stands",
        arguments: [300, 131_072, 131_073, 200_000])
    func uploads(_ count: Int) async throws {
        let pair = try await Pair()
        let parcel = envelope(1, count: count)
        let path = ExchangePath.inbox(pair.athens.id, Digest.sha256(of: parcel))
        let house = pair.izmir.house
        func put(_ first: Int, _ end: Int) async throws -> IncomingAnswer {
            var request = Handmade("PUT", path, body: Array(parcel[first..<end]))
            request.upload = .init(offset: first, length: count)
            return try await pair.south.ask(request, by: house)
        }
        func state() async throws -> UploadState {
            let answer = try await pair.south.ask(.init("GET", path + "/upload"), by: house)
            return try WireJSON.decode(UploadState.self, from: answer.body)
        }
        let places = [0, 1, 4, 5, 6, count / 2, count - 1, count]
        for (first, end) in zip(places, places.dropFirst()) {
            #expect(try await state() == UploadState(offset: first, isComplete: false))
            // From elsewhere it is refused, and nothing is lost by it.
            let elsewhere = try await put(first == 0 ? 1 : first - 1, end)
            #expect(elsewhere.status == 409 && elsewhere.problem?.offset == first)
            if first == count / 2 { try await pair.south.restart() }
            let answer = try await put(first, end)
            #expect(answer.status == (end == count ? 201 : 202), "\(first)..<\(end)")
        }
        #expect(try await state() == UploadState(offset: 0, isComplete: true))
        #expect(try await pair.athens.fetch("\(Digest.sha256(of: parcel))") == parcel)
        #expect(try await put(0, count).status == 200)
        #expect(try await pair.south.mailroom().counts().partials == 0)
        try await pair.south.confirmSound()
    }

    @Test("a damaged part is found early, one by one whose digest lies in the end")
    func damaged() async throws {
        let pair = try await Pair()
        let parcel = envelope(1, count: 300)
        let path = ExchangePath.inbox(pair.athens.id, Digest.sha256(of: parcel))
        var bad = Handmade("PUT", path, body: Array(envelope(2).prefix(100)))
        bad.signedBody = Array(parcel.prefix(100))
        bad.upload = .init(offset: 0, length: 300)
        let early = try await pair.south.ask(bad, by: pair.izmir.house)
        #expect(early.status == 422)
        var lying = Handmade("PUT", path, body: Array(envelope(2).prefix(300)))
        lying.upload = .init(offset: 0, length: 300)
        let stands = try await pair.south.mailroom().uploadOffset(
            UploadScope(owner: pair.athens.id, peer: pair.izmir.id, recipient: pair.athens.id),
            digest: Digest.sha256(of: parcel))
        if stands > 0 {
            lying.body = Array(lying.body.dropFirst(stands))
            lying.upload = .init(offset: stands, length: 300)
        }
        #expect(try await pair.south.ask(lying, by: pair.izmir.house).status == 422)
        // From the beginning, with the right bytes, it is taken.
        try await pair.izmir.send(parcel, to: pair.athens)
        try await pair.world.run(for: 60)
        #expect(try await pair.izmir.sent(parcel).state == .delivered)
        #expect(try await pair.athens.inbox().count == 1)
    }

    @Test("pages: a hundred at a time, each once, in order, also while more arrive")
    func pages() async throws {
        let pair = try await Pair()
        for number in 0..<(Limits.pageItems + 5) {
            try await pair.izmir.send(envelope(number, count: 40), to: pair.athens)
        }
        try await pair.world.run(for: 0)
        try await pair.world.run(for: 0)
        let path = ExchangePath.inbox(pair.athens.id)
        let first = try await pair.athens.caller.document(
            ParcelPage.self, at: pair.south.endpoint, path
        ).get()
        #expect(first.parcels.count == Limits.pageItems)
        let next = try #require(first.next)
        let second = try await pair.athens.caller.document(
            ParcelPage.self, at: pair.south.endpoint, path + "?after=\(next)"
        ).get()
        #expect(second.parcels.count == 5 && second.next == nil)
        let sent = (0..<(Limits.pageItems + 5)).map {
            "\(Digest.sha256(of: envelope($0, count: 40)))"
        }
        #expect((first.parcels + second.parcels).map(\.parcel) == sent)
        #expect(try await pair.izmir.outbox().count == sent.count)
    }
}
