import Foundation
import NIOSSL
import PassportClient
import PassportCoding
import PassportCrypto
import PassportExchange
import Testing

@Suite("transport: who answers, and what")
struct TransportTests {
    private func get(
        _ daemon: TestDaemon, _ times: TransportTimes = times(), path: String = "/a",
        pin: Digest? = nil, into sink: AnswerSink = .memory(maximum: 1_000)
    ) async throws -> IncomingAnswer {
        let transport = try PinnedTransport(times: times)
        let endpoint = Endpoint(
            address: daemon.endpoint.address, pin: pin ?? daemon.endpoint.pin)
        return try await transport.send(
            OutgoingRequest(endpoint: endpoint, method: "GET", path: path), into: sink)
    }

    private func failing(
        _ times: TransportTimes = times(), into sink: AnswerSink = .memory(maximum: 1_000),
        _ script: @escaping TestDaemon.Script
    ) async throws -> ExchangeError? {
        try await withDaemon(script: script) { daemon in
            await failure { _ = try await get(daemon, times, into: sink) }
        }
    }

    @Test(
        "the right key: request and answer pass over both kinds of address",
        arguments: [false, true])
    func rightKey(onSocket: Bool) async throws {
        let seen = Collected<SeenRequest>()
        try await withDaemon(onSocket: onSocket) { _, wire in
            seen.add(try await wire.request())
            try await wire.answer("200 OK", [1, 2, 3])
        } _: { daemon in
            let answer = try await get(daemon, path: "/v1/x?after=3")
            #expect(answer.status == 200)
            #expect(answer.body == [1, 2, 3])
            #expect(answer.fields["content-type"] == "application/json")
            let request = try #require(seen.all.first)
            #expect(request.start == "GET /v1/x?after=3 HTTP/1.1")
            let endpoint = daemon.endpoint
            #expect(request.fields["host"] == endpoint.address.authority(pin: endpoint.pin))
            #expect(request.fields["accept-encoding"] == nil)
        }
    }

    @Test("another key: refused, and no byte of the request is sent", arguments: [false, true])
    func wrongKey(onSocket: Bool) async throws {
        let seen = Collected<SeenRequest>()
        try await withDaemon(onSocket: onSocket) { _, wire in
            seen.add(try await wire.head())
        } _: { daemon in
            let error = await failure {
                _ = try await get(daemon, path: "/secret", pin: Digest.sha256(of: []))
            }
            #expect(error?.code == .wrongPeer)
            #expect(error?.kind == .refused)
            #expect(error?.message.contains("secret") == false)
            #expect(seen.all.isEmpty)
        }
    }

    @Test(
        "a server that has only TLS 1.2, or no TLS, is not the one that was expected",
        arguments: [false, true])
    func weakServers(isPlain: Bool) async throws {
        let certificate = try TestCertificate()
        let old = TestDaemon.Security.tls(try certificate.context(.tlsv12))
        let script: TestDaemon.Script = { _, wire in
            if isPlain { try await wire.answer("400 Bad Request") }
            try await wire.untilEnd()
        }
        try await TestDaemon.run(certificate, isPlain ? .none : old, script: script) { daemon in
            let error = await failure { _ = try await get(daemon) }
            #expect(error?.code == .wrongPeer)
        }
    }

    @Test("nobody, or one that hangs up at once, is unreachable; the message names no path")
    func closed() async throws {
        let certificate = try TestCertificate()
        try await TestDaemon.run(certificate, .none, script: { _, _ in }) { daemon in
            let error = await failure { _ = try await get(daemon) }
            #expect(error?.code == .unreachable)
            #expect(error?.kind == .noInput)
        }
        #expect(try await failing { _, _ in }?.code == .unreachable)
        #expect(try await failing { _, wire in _ = try await wire.request() }?.code == .unreachable)
        let nobody = Endpoint(
            address: try ServiceAddress("unix:/nowhere/jane-doe.sock"), pin: certificate.pin)
        let transport = try PinnedTransport()
        let error = await failure {
            _ = try await transport.send(
                OutgoingRequest(endpoint: nobody, method: "GET", path: "/a"),
                into: .memory(maximum: 10))
        }
        #expect(error?.code == .unreachable)
        #expect("\(String(describing: error))".contains("jane") == false)
    }

    @Test("a server that never answers is given up", arguments: 0...3)
    func silence(kind: Int) async throws {
        let short = Duration.milliseconds(150)
        if kind == 0 {
            let certificate = try TestCertificate()
            let script: TestDaemon.Script = { _, wire in try await wire.untilEnd() }
            try await TestDaemon.run(certificate, .none, script: script) { daemon in
                let error = await failure { _ = try await get(daemon, times(connect: short)) }
                #expect(error?.code == .unreachable)
            }
            return
        }
        let chosen =
            [times(firstByte: short), times(idle: short), times(whole: short)][kind - 1]
        let error = try await failing(chosen) { _, wire in
            _ = try await wire.request()
            if kind == 2 { try await wire.say("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nab") }
            try await wire.untilEnd()
        }
        #expect(error?.code == .unreachable)
    }

    @Test(
        "what is no answer is refused",
        arguments: [
            "hello\r\n\r\n", "\u{0}\u{1}\u{2}\u{3}\r\n\r\n",
            "HTTP/2.0 200 OK\r\ncontent-length: 0\r\n\r\n",
            "HTTP/1.1 999 Odd\r\ncontent-length: 0\r\n\r\n",
            "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
            "HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n",
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
            "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 1\r\n\r\na",
            "HTTP/1.1 200 OK\r\n\r\nno length: a cut would look like the end",
        ])
    func garbage(text: String) async throws {
        let error = try await failing { _, wire in
            _ = try await wire.request()
            try await wire.say(text)
            try await wire.untilEnd()
        }
        #expect(error?.code == .badAnswer)
    }

    @Test("header fields are bounded, in one answer and over interim ones", arguments: 0...2)
    func headers(kind: Int) async throws {
        let error = try await failing { _, wire in
            _ = try await wire.request()
            try await wire.say(kind == 2 ? "" : "HTTP/1.1 200 OK\r\n")
            let line =
                [
                    "x: " + String(repeating: "a", count: 1_000) + "\r\n",
                    String(repeating: "a", count: 1_000),
                    "HTTP/1.1 103 Early\r\nx: " + String(repeating: "a", count: 900) + "\r\n\r\n",
                ][kind]
            for _ in 0..<64 { try await wire.say(line) }
            try await wire.untilEnd()
        }
        #expect(error?.code == .overLimit)
    }

    @Test("a body over the limit is refused, announced or not")
    func oversized() async throws {
        let announced = try await failing { _, wire in
            _ = try await wire.request()
            try await wire.say("HTTP/1.1 200 OK\r\ncontent-length: 1001\r\n\r\n")
            try await wire.untilEnd()
        }
        #expect(announced?.code == .overLimit)
        let chunked = try await failing { _, wire in
            _ = try await wire.request()
            try await wire.say("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
            for _ in 0..<300 { try await wire.say("4\r\nabcd\r\n") }
            try await wire.untilEnd()
        }
        #expect(chunked?.code == .overLimit)
    }

    @Test("a body that is cut is not taken for a whole one")
    func truncated() async throws {
        for framing in [
            "content-length: 5\r\n\r\nab", "transfer-encoding: chunked\r\n\r\n2\r\nab\r\n",
        ] {
            let error = try await failing { _, wire in
                _ = try await wire.request()
                try await wire.say("HTTP/1.1 200 OK\r\n" + framing)
            }
            #expect(error?.code == .unreachable)
        }
    }

    @Test("interim answers are skipped, chunks put together, redirects handed back")
    func goodAnswers() async throws {
        try await withDaemon { number, wire in
            _ = try await wire.request()
            try await wire.say("HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n")
            try await wire.say("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
            try await wire.say("3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
            _ = try await wire.request()
            try await wire.say("HTTP/1.1 302 Found\r\nlocation: https://127.0.0.1:1/\r\n")
            try await wire.say("content-length: 0\r\n\r\n")
            _ = try await wire.request()
            try await wire.say("HTTP/1.1 304 Not Modified\r\netag: \"x\"\r\n\r\n")
            _ = try await wire.request()
            try await wire.say("HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\n")
        } _: { daemon in
            let transport = try PinnedTransport(times: times())
            func send(_ method: String) async throws -> IncomingAnswer {
                try await transport.send(
                    OutgoingRequest(endpoint: daemon.endpoint, method: method, path: "/"),
                    into: .memory(maximum: 10))
            }
            #expect(try await send("GET").body == Array("abcde".utf8))
            let redirect = try await send("GET")
            #expect(redirect.status == 302)
            #expect(redirect.fields["location"] == "https://127.0.0.1:1/")
            #expect(try await send("GET").status == 304)
            #expect(try await send("HEAD").body.isEmpty)
            #expect(daemon.connections == 1)
        }
    }
}
