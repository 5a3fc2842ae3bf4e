import Foundation
import PassportClient
import PassportCoding
import PassportCrypto
import PassportExchange
import Testing

@Suite("caller: signed calls and what comes back")
struct CallerTests {
    private let endpoint: Endpoint

    init() throws {
        endpoint = Endpoint(
            address: try ServiceAddress("https://daemon.example:8443"), pin: Digest.sha256(of: [9]))
    }

    private func reply(
        to answer: IncomingAnswer, into sink: AnswerSink = .memory(maximum: 1_000)
    ) async throws -> ExchangeReply<IncomingAnswer> {
        let twice = FakeTransport([answer, answer])
        return try await caller(twice).call(endpoint, "GET", "/a", into: sink)
    }

    private func problem(in answer: IncomingAnswer) async throws -> Problem? {
        guard case .problem(let problem) = try await reply(to: answer) else { return nil }
        return problem
    }

    @Test("a call is signed for its target, method, body and part")
    func signature() async throws {
        let transport = FakeTransport([.json(200, "{}"), .json(200, "{}")])
        let folder = try TestFolder()
        let body = OutgoingBody.file(path: try folder.write([1, 2, 3, 4]), offset: 1, count: 2)
        for _ in 1...2 {
            _ = try await caller(transport).call(
                endpoint, "PUT", "/v1/x?y=1", body: body, mediaType: "a/b",
                upload: .init(offset: 1, length: 4))
        }
        let request = try #require(transport.requests.all.first)
        let digest = Digest.sha256(of: [2, 3])
        #expect(request.field("content-digest") == ContentDigest.text(digest))
        #expect(request.field("content-type") == "a/b")
        #expect(request.field("upload-offset") == "1")
        #expect(request.field("upload-length") == "4")
        #expect(request.body == body)
        let unverified = try UnverifiedRequest(
            RequestComponents(
                method: "PUT", targetURI: "https://daemon.example:8443/v1/x?y=1",
                contentDigest: digest, upload: .init(offset: 1, length: 4)),
            SignatureFields(
                input: try #require(request.field("signature-input")),
                signature: try #require(request.field("signature"))))
        #expect(unverified.organisation == TestSigner().organisation)
        #expect(unverified.skew(at: Timestamp(clamping: 1_800_000_000)) == 0)
        let nonces = Set(transport.requests.all.map { $0.field("signature-input") })
        #expect(nonces.count == 2)
    }

    @Test("without a signer nothing is signed")
    func unsigned() async throws {
        let transport = FakeTransport([.json(200, "{}")])
        let caller = ExchangeCaller(transport: transport, signer: nil) { Timestamp.latest }
        _ = try await caller.call(endpoint, "GET", ExchangePath.service)
        #expect(transport.requests.all.first?.field("signature") == nil)
    }

    @Test("documents are read; what is none, or too long, is refused")
    func documents() async throws {
        let read = try await caller(FakeTransport([.json(200, #"{"offset":3,"isComplete":true}"#)]))
            .document(UploadState.self, at: endpoint, "/a").get()
        #expect(read == UploadState(offset: 3, isComplete: true))
        let deep = String(repeating: "[", count: 100_000)
        for text in ["", "{", "[]", "null", #"{"offset":"3"}"#, #"{"offset":1e400}"#, deep] {
            let error = await failure {
                _ = try await caller(FakeTransport([.json(200, text)]))
                    .document(UploadState.self, at: endpoint, "/a")
            }
            #expect(error?.code == .badAnswer)
        }
        let long = [UInt8](repeating: 0x20, count: Limits.wireJSONBytes + 1)
        let error = await failure { _ = try WireJSON.decode(UploadState.self, from: long) }
        #expect(error?.code == .overLimit)
        #expect(
            try WireJSON.encode(UploadState(offset: 3, isComplete: true))
                == Array(#"{"isComplete":true,"offset":3}"#.utf8))
    }

    @Test("a limit for a success holds, and a longer refusal is read all the same")
    func limits() async throws {
        let tight = AnswerSink.memory(maximum: 1)
        let error = await failure {
            _ = try await reply(to: .json(200, "ab"), into: tight)
        }
        #expect(error?.code == .overLimit)
        guard case .problem(let problem) = try await reply(to: .problem(.full), into: tight)
        else { return #expect(Bool(false)) }
        #expect(problem.code == "full")
    }

    @Test("every refusal of a daemon is told apart", arguments: Problem.Kind.all)
    func problems(kind: Problem.Kind) async throws {
        let problem = try await problem(in: .problem(kind, offset: 4))
        #expect(problem == Problem(kind, "what to do", offset: 4))
        let error = await failure { _ = try await reply(to: .problem(kind)).get() }
        #expect(error?.code == .refused)
        #expect(error?.cause == kind.code)
    }

    @Test("a refusal of a stranger's keeps its status and loses its words")
    func strangers() async throws {
        let lying = #"{"type":"urn:carepass:problem:full","title":"x","status":507}"#
        for answer in [
            IncomingAnswer.json(403, "<html>", type: "text/html"),
            .json(403, "{", type: Problem.mediaType),
            .json(403, lying, type: Problem.mediaType),
            .json(403, #"{"type":"urn:x","title":"pay me","status":1}"#, type: Problem.mediaType),
            .json(403, lying),
        ] {
            let problem = try #require(try await problem(in: answer))
            #expect(problem.type == "about:blank")
            #expect(problem.status == 403)
            #expect(problem.title == "status 403")
        }
        #expect(try await problem(in: .json(302, ""))?.status == 302)
        #expect(try await problem(in: .json(304, "")) == nil)
    }

    @Test("no words of a peer steer a terminal, turn a line round or fill a screen")
    func hostileWords() async throws {
        let words = "\\u001b[31mred\\u202e\\n\\u0007\\u200b" + String(repeating: "a", count: 5_000)
        let text =
            #"{"type":"urn:carepass:problem:forbidden","title":"\u001b[0m","status":403,"#
            + "\"detail\":\"\(words)\"}"
        let problem = try #require(
            try await problem(in: .json(403, text, type: Problem.mediaType)))
        #expect(problem.title == Problem.Kind.forbidden.title)
        let detail = try #require(problem.detail)
        #expect(detail.hasPrefix("[31mredaaa"))
        #expect(detail.count == 300)
    }

    @Test("a request that was seen already is signed anew, once")
    func replayed() async throws {
        let transport = FakeTransport([try .problem(.replayed), .json(200, "{}")])
        let reply = try await caller(transport).call(endpoint, "PUT", "/a")
        #expect(try reply.get().status == 200)
        #expect(Set(transport.requests.all.map { $0.field("signature") }).count == 2)
        let stubborn = FakeTransport([try .problem(.replayed), try .problem(.replayed)])
        guard case .problem(let problem) = try await caller(stubborn).call(endpoint, "PUT", "/a")
        else { return #expect(Bool(false)) }
        #expect(problem.code == "replayed")
        #expect(stubborn.requests.all.count == 2)
    }
}
