import Foundation
import PassportCoding
import PassportCrypto
import PassportExchange
import PassportStore
import PassportTrust
import Synchronization
import Testing

@testable import PassportServer

/// Every refusal that a daemon knows is reached, has its status, and says nothing of the inside.
/// That the header fields are too long is found before there is a request: `PatienceTests`.
@Suite("Refusals") struct ProblemTests {
    /// One kind, and a request that brings it about.
    private struct Case {
        let kind: Problem.Kind
        let request: Handmade
        var house: TestHouse?
        var at: Timestamp?

        init(
            _ kind: Problem.Kind, _ request: Handmade, by house: TestHouse? = nil,
            at: Timestamp? = nil
        ) {
            self.kind = kind
            self.request = request
            self.house = house
            self.at = at
        }
    }

    private static func signatureCases(_ pair: Pair) throws -> [Case] {
        let (own, theirs) = (pair.athens.house, pair.izmir.house)
        let inbox = ExchangePath.inbox(own.id)
        var otherPath = Handmade("GET", inbox)
        otherPath.signedURI = pair.south.endpoint.uri(inbox + "?after=1")
        var twice = Handmade("GET", inbox)
        twice.fields = [("signature", "carepass=:AAAA:")]
        var noDigest = Handmade("GET", inbox)
        noDigest.without = [ContentDigest.field]
        var longSignature = Handmade("GET", inbox)
        longSignature.without = ["signature"]
        let long = String(repeating: "A", count: 9_000)
        longSignature.fields = [("Signature", "carepass=:\(long):")]
        var badDigest = Handmade("GET", inbox)
        badDigest.without = [ContentDigest.field]
        badDigest.fields = [("Content-Digest", "sha-512=:AAAA:")]
        return [
            Case(.unsigned, Handmade("GET", inbox)),
            Case(.unsigned, noDigest, by: own),
            Case(.malformed, badDigest, by: own),
            Case(.malformed, twice, by: own),
            Case(.headersTooLarge, longSignature, by: own),
            Case(.badSignature, otherPath, by: own),
            Case(.unknownKey, Handmade("GET", inbox), by: try TestHouse(77, daemonKey: nil)),
            Case(.skewed, Handmade("GET", inbox), by: own, at: start.adding(seconds: 3_600)),
            Case(.malformed, Handmade("GET", inbox + "?before=1"), by: own),
            Case(.malformed, Handmade("GET", inbox + "?after=x"), by: own),
            Case(.malformed, Handmade("GET", inbox + "?after=-1"), by: own),
            Case(.malformed, Handmade("GET", inbox + "?after=1&after=2"), by: own),
            Case(.wrongDigest, Handmade("GET", inbox, body: [1]), by: own),
            Case(.forbidden, Handmade("GET", inbox), by: theirs),
        ]
    }

    private static func bodyCases(_ pair: Pair) -> [Case] {
        let theirs = pair.izmir.house
        let parcel = envelope(1)
        let paper: [UInt8] = [0xA4, 0x01, 0x01, 0x02, 0x02] + [UInt8](repeating: 0, count: 50)
        let garbage = Array("%PDF-1.7 this is no envelope".utf8)
        func put(_ body: [UInt8], digest: Digest? = nil) -> Handmade {
            Handmade(
                "PUT",
                ExchangePath.inbox(pair.athens.id, digest ?? Digest.sha256(of: body)), body: body)
        }
        var chunked = put(parcel)
        chunked.fields = [("transfer-encoding", "chunked")]
        var longer = put(parcel)
        longer.fields = [("content-length", "\(parcel.count + 1)")]
        var shorter = put(parcel)
        shorter.fields = [("content-length", "\(parcel.count - 1)")]
        var odd = put(parcel)
        odd.fields = [("content-length", "+300")]
        var swapped = put(envelope(2), digest: Digest.sha256(of: parcel))
        swapped.signedBody = parcel
        var huge = put(parcel)
        huge.upload = .init(offset: 0, length: Limits.envelopeBytes + 1)
        var past = put(parcel)
        past.upload = .init(offset: 10, length: parcel.count)
        var elsewhere = put(parcel)
        elsewhere.upload = .init(offset: 10, length: parcel.count + 10)
        var maximal = put(parcel)
        maximal.upload = .init(offset: Int.max, length: parcel.count)
        return [
            Case(.lengthRequired, chunked, by: theirs),
            Case(.malformed, longer, by: theirs),
            Case(.tooLarge, shorter, by: theirs),
            Case(.malformed, odd, by: theirs),
            Case(.wrongDigest, swapped, by: theirs),
            Case(.wrongDigest, put(parcel, digest: Digest.sha256(of: [5])), by: theirs),
            Case(.tooLarge, huge, by: theirs),
            Case(.malformed, past, by: theirs),
            Case(.malformed, maximal, by: theirs),
            Case(.conflict, elsewhere, by: theirs),
            Case(.malformed, put([]), by: theirs),
            Case(.wrongType, put(paper), by: theirs),
            Case(.malformed, put(garbage), by: theirs),
        ]
    }

    private static func pathCases(_ pair: Pair) throws -> [Case] {
        let own = pair.athens.house
        let inbox = ExchangePath.inbox(own.id)
        let missing = "\(Digest.sha256(of: [3]))"
        return [
            Case(.notFound, Handmade("GET", inbox + "/\(missing)"), by: own),
            Case(.notFound, Handmade("DELETE", inbox + "/\(missing)"), by: own),
            Case(.notFound, Handmade("GET", inbox + "/\(missing.uppercased())"), by: own),
            Case(.notFound, Handmade("GET", inbox + "/\(missing.dropLast())"), by: own),
            Case(.notFound, Handmade("GET", inbox + "/"), by: own),
            Case(.notFound, Handmade("GET", inbox + "/.."), by: own),
            Case(.notFound, Handmade("GET", "/"), by: own),
            Case(.notFound, Handmade("GET", "/v1/organisations//inbox"), by: own),
            Case(.notFound, Handmade("GET", "/v1/organisations/%41/inbox"), by: own),
            Case(.notFound, Handmade("GET", "https://south.example\(inbox)"), by: own),
            Case(.notFound, Handmade("GET", ExchangePath.statusList(own.id, 1) + "1")),
            Case(.notFound, Handmade("GET", ExchangePath.statusList(own.id, 0) + "1")),
            Case(.wrongMethod, Handmade("POST", inbox), by: own),
            Case(.wrongMethod, Handmade("PATCH", ExchangePath.service)),
        ]
    }

    @Test("each has its status, and what is thrown says nothing but its kind")
    func kinds() async throws {
        let pair = try await Pair()
        let cases = try Self.signatureCases(pair) + Self.bodyCases(pair) + Self.pathCases(pair)
        for (number, item) in cases.enumerated() {
            let answer = try await pair.south.ask(item.request, by: item.house, at: item.at)
            let what = "\(number): \(item.request.method) \(item.kind.code)"
            #expect(answer.status == item.kind.status, "\(what)")
            #expect(answer.problem?.code == item.kind.code, "\(what)")
            #expect(
                answer.problem?.title == item.kind.title && answer.problem?.status == answer.status)
            #expect(answer.fields["content-type"] == Problem.mediaType)
            #expect(answer.fields["cache-control"] == "no-store")
        }
        let conflict = try #require(cases.first { $0.kind == .conflict })
        let answer = try await pair.south.ask(conflict.request, by: conflict.house)
        #expect(answer.problem?.offset == 0)
        let method = try await pair.south.ask(.init("POST", ExchangePath.inbox(pair.athens.id)))
        #expect(method.fields["allow"] == "GET")
        // After all that, an honest request is served.
        try await pair.izmir.send(envelope(9), to: pair.athens)
        try await pair.north.round()
        #expect(try await pair.athens.inbox().count == 1)
        try await pair.south.confirmSound()
    }

    @Test("too many uploads under way, and one that is under way already")
    func tooMany() async throws {
        let pair = try await Pair()
        func part(_ number: Int) -> Handmade {
            let parcel = envelope(number, count: 200_000)
            var request = Handmade(
                "PUT", ExchangePath.inbox(pair.athens.id, Digest.sha256(of: parcel)),
                body: Array(parcel.prefix(1_000)))
            request.upload = .init(offset: 0, length: parcel.count)
            return request
        }
        for number in 0..<UploadRules.filesPerPeer {
            let answer = try await pair.south.ask(part(number), by: pair.izmir.house)
            #expect(answer.status == 202)
        }
        let answer = try await pair.south.ask(part(99), by: pair.izmir.house)
        #expect(answer.status == 429 && answer.problem?.code == "too-many")
        #expect(answer.fields["retry-after"] == "30")
        // Others are not held up by it.
        let neighbour = try await pair.world.agent(3, on: pair.south)
        try await pair.athens.follow(neighbour)
        #expect(try await pair.south.ask(part(99), by: neighbour.house).status == 202)
    }

    @Test("a disk that breaks, one that is full, and a database that is gone")
    func inside() async throws {
        // What is thrown inside, by what the store calls it.
        let known: [(StoreError.Code, Problem.Kind)] = [
            (.full, .full), (.brokenDisk, .unavailable), (.cannotWrite, .unavailable),
            (.busy, .conflict), (.damaged, .fault), (.logAltered, .fault), (.tooMany, .tooMany),
            (.replayed, .replayed), (.notTaken, .forbidden), (.noInvitation, .forbidden),
        ]
        for (code, kind) in known {
            let problem = Problem(StoreError(code, .fault, "words", cause: "sqlite 11"))
            #expect(problem.status == kind.status && problem.code == kind.code, "\(code)")
            #expect(problem.detail?.contains("sqlite") != true)
        }
        #expect(Problem(CancellationError()).status == 503)
        #expect(Problem(CocoaError(.fileNoSuchFile)).status == 500)
        let pair = try await Pair()
        try pair.south.mailroom().close()
        let answer = try await pair.south.ask(
            .init("GET", ExchangePath.inbox(pair.athens.id)), by: pair.athens.house)
        #expect(answer.status == 500 && answer.problem?.code == "fault")
        #expect(answer.problem?.detail == nil)
    }

    @Test("every kind is one that the tests reach")
    func completeness() throws {
        let reached: Set<Problem.Kind> = [
            .malformed, .unsigned, .badSignature, .unknownKey, .skewed, .replayed, .forbidden,
            .notFound, .wrongMethod, .conflict, .lengthRequired, .tooLarge, .wrongType,
            .wrongRange, .wrongDigest, .tooMany, .headersTooLarge, .fault, .unavailable, .full,
        ]
        #expect(reached == Set(Problem.Kind.all))
    }
}
