import Foundation
import PassportClient
import PassportCoding
import PassportCrypto
import PassportExchange
import Testing

@Suite("transport: bodies and kept connections")
struct TransportBodyTests {
    private func request(
        _ daemon: TestDaemon, _ method: String = "GET", _ path: String = "/a",
        fields: [(name: String, value: String)] = [], body: OutgoingBody = .bytes([])
    ) -> OutgoingRequest {
        OutgoingRequest(
            endpoint: daemon.endpoint, method: method, path: path, fields: fields, body: body)
    }

    private let small = AnswerSink.memory(maximum: 1_000)

    @Test("a part of a file of 10 MiB arrives as it is; empty bodies have a length")
    func upload() async throws {
        let folder = try TestFolder()
        let bytes = sampleBytes(10 << 20)
        let path = try folder.write(bytes)
        let seen = Collected<SeenRequest>()
        try await withDaemon { _, wire in
            while true {
                seen.add(try await wire.request())
                try await wire.answer("204 No Content")
            }
        } _: { daemon in
            let transport = try PinnedTransport(times: times())
            let body = OutgoingBody.file(path: path, offset: 5, count: bytes.count - 6)
            _ = try await transport.send(request(daemon, "PUT", body: body), into: small)
            _ = try await transport.send(
                request(daemon, "PUT", body: .bytes(Array(bytes.prefix(100_000)))), into: small)
            _ = try await transport.send(request(daemon, "DELETE"), into: small)
        }
        #expect(
            seen.all.map(\.body) == [
                Array(bytes[5..<bytes.count - 1]), Array(bytes.prefix(100_000)), [],
            ])
        #expect(seen.all.last?.fields["content-length"] == "0")
    }

    @Test("a refusal in the middle of an upload is handed back, and the line not used again")
    func earlyRefusal() async throws {
        try await withDaemon { _, wire in
            _ = try await wire.head()
            try await wire.answer("413 Content Too Large", [1])
            try await wire.untilEnd()
        } _: { daemon in
            let transport = try PinnedTransport(times: times())
            let body = OutgoingBody.bytes([UInt8](repeating: 1, count: 64 << 20))
            for _ in 1...2 {
                let answer = try await transport.send(
                    request(daemon, "PUT", body: body), into: small)
                #expect(answer.status == 413)
            }
            #expect(daemon.connections == 2)
        }
    }

    @Test("a server that stops reading in the middle of an upload is given up")
    func stalledUpload() async throws {
        try await withDaemon { _, wire in
            _ = try await wire.head()
            let (never, _) = AsyncStream<Void>.makeStream()
            for await _ in never {}
        } _: { daemon in
            let transport = try PinnedTransport(times: times(idle: .milliseconds(300)))
            let body = OutgoingBody.bytes([UInt8](repeating: 1, count: 64 << 20))
            let error = await failure {
                _ = try await transport.send(request(daemon, "PUT", body: body), into: small)
            }
            #expect(error?.code == .unreachable)
        }
    }

    @Test("files that cannot be sent are said to be so, without their names")
    func unreadable() async throws {
        let folder = try TestFolder()
        let path = try folder.write([1, 2, 3], "jane-doe")
        try await withDaemon(script: { _, wire in try await wire.untilEnd() }) { daemon in
            let transport = try PinnedTransport(times: times())
            for body in [
                OutgoingBody.file(path: folder.file("nothing"), offset: 0, count: 1),
                .file(path: folder.file(""), offset: 0, count: 1),
                .file(path: path, offset: 0, count: 4), .file(path: path, offset: 4, count: 0),
                .file(path: path, offset: -1, count: 1), .file(path: path, offset: 0, count: -1),
                .file(path: path, offset: 1, count: .max),
            ] {
                let error = await failure {
                    _ = try await transport.send(request(daemon, "PUT", body: body), into: small)
                }
                #expect(error?.code == .cannotRead)
                #expect(error?.message.contains("jane") == false)
            }
            #expect(daemon.connections == 0)
        }
    }

    @Test("a file takes the bodies of 200 and 206 at its end and no other; mode 0600")
    func fileSink() async throws {
        let folder = try TestFolder()
        try await withDaemon { _, wire in
            for status in ["200 OK", "404 Not Found", "206 Partial Content"] {
                _ = try await wire.request()
                try await wire.answer(status, Array(status.utf8))
            }
        } _: { daemon in
            let transport = try PinnedTransport(times: times())
            let sink = AnswerSink.file(path: folder.file(), maximum: 30)
            #expect(try await transport.send(request(daemon), into: sink).body.isEmpty)
            let missing = try await transport.send(request(daemon), into: sink)
            #expect(missing.body == Array("404 Not Found".utf8))
            _ = try await transport.send(request(daemon), into: sink)
        }
        #expect(folder.read() == Array("200 OK206 Partial Content".utf8))
        let mode = try FileManager.default.attributesOfItem(atPath: folder.file())
        #expect(mode[.posixPermissions] as? Int == 0o600)
    }

    @Test("what came before a cut stays in the file; a link is not followed; too much is refused")
    func fileSinkFailures() async throws {
        let folder = try TestFolder()
        let target = try folder.write([9], "target")
        try FileManager.default.createSymbolicLink(
            atPath: folder.file("link"), withDestinationPath: target)
        try await withDaemon { _, wire in
            _ = try await wire.request()
            try await wire.say("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nab")
        } _: { daemon in
            let transport = try PinnedTransport(times: times())
            func code(_ name: String, _ maximum: Int) async -> ExchangeError.Code? {
                await failure {
                    _ = try await transport.send(
                        request(daemon), into: .file(path: folder.file(name), maximum: maximum))
                }?.code
            }
            #expect(await code("cut", 5) == .unreachable)
            #expect(folder.read("cut") == [0x61, 0x62])
            #expect(await code("long", 4) == .overLimit)
            #expect(await code("link", 5) == .cannotWrite)
            #expect(folder.read("target") == [9])
            #expect(await code("no/folder", 5) == .cannotWrite)
        }
    }

    @Test("one connection carries many requests; several at once are closed down to four")
    func reuse() async throws {
        try await withDaemon { _, wire in
            while true {
                _ = try await wire.request()
                try await wire.answer("200 OK")
            }
        } _: { daemon in
            let transport = try PinnedTransport(times: times())
            for _ in 1...20 { _ = try await transport.send(request(daemon), into: small) }
            #expect(daemon.connections == 1)
            try await withThrowingTaskGroup { group in
                for _ in 1...12 {
                    group.addTask { try await transport.send(request(daemon), into: small).status }
                }
                for try await status in group { #expect(status == 200) }
            }
            #expect(daemon.connections <= 12)
            await transport.shutdown()
            let error = await failure {
                _ = try await transport.send(request(daemon), into: small)
            }
            #expect(error?.code == .unreachable)
        }
    }

    @Test("a kept connection that was closed costs one more try, body and all; a new one none")
    func staleLine() async throws {
        let seen = Collected<SeenRequest>()
        try await withDaemon { number, wire in
            seen.add(try await wire.request())
            if number == 3 { return }
            try await wire.answer("200 OK")
            // The second request of the first connection is taken in and not answered.
            if number == 1 { seen.add(try await wire.request()) }
        } _: { daemon in
            let transport = try PinnedTransport(times: times())
            func send() async throws -> Int {
                try await transport.send(
                    request(daemon, "PUT", body: .bytes([1, 2])), into: small
                ).status
            }
            #expect(try await send() == 200)
            #expect(try await send() == 200)
            #expect(daemon.connections == 2)
            let error = await failure {
                while daemon.connections == 2 { _ = try await send() }
            }
            #expect(error?.code == .unreachable)
            #expect(daemon.connections == 3)
            #expect(seen.all.map(\.body) == [[1, 2], [1, 2], [1, 2], [1, 2]])
        }
    }

    @Test("an answer that began is not asked for again")
    func begunAnswer() async throws {
        try await withDaemon { number, wire in
            _ = try await wire.request()
            try await wire.answer("200 OK")
            _ = try await wire.request()
            try await wire.say("HTTP/1.1 200 OK\r\n")
        } _: { daemon in
            let transport = try PinnedTransport(times: times())
            _ = try await transport.send(request(daemon), into: small)
            let error = await failure {
                _ = try await transport.send(request(daemon), into: small)
            }
            #expect(error?.code == .unreachable)
            #expect(daemon.connections == 1)
        }
    }

    @Test("nothing that comes from outside adds a field or a request")
    func injection() async throws {
        try await withDaemon(script: { _, wire in try await wire.untilEnd() }) { daemon in
            let transport = try PinnedTransport(times: times())
            for bad in [
                request(daemon, "GET", "/a b"), request(daemon, "GET", "/a\r\nx: y"),
                request(daemon, "GET", "a"), request(daemon, "GET", "/a#b"),
                request(daemon, "GET", "/ä"), request(daemon, "get"), request(daemon, ""),
                request(daemon, "GET\r\n"), request(daemon, fields: [("x", "a\r\nhost: b")]),
                request(daemon, fields: [("x", "a\nb")]), request(daemon, fields: [("x", "\u{0}")]),
                request(daemon, fields: [("x", " a")]), request(daemon, fields: [("x y", "a")]),
                request(daemon, fields: [("", "a")]), request(daemon, fields: [("x:", "a")]),
                request(daemon, fields: [("host", "a")]),
                request(daemon, fields: [("content-length", "1")]),
                request(daemon, fields: [("transfer-encoding", "chunked")]),
                request(daemon, fields: [("connection", "close")]),
            ] {
                let error = await failure { _ = try await transport.send(bad, into: small) }
                #expect(error?.code == .malformed)
            }
            let long = String(repeating: "a", count: 17_000)
            let error = await failure {
                _ = try await transport.send(request(daemon, fields: [("x", long)]), into: small)
            }
            #expect(error?.code == .overLimit)
            #expect(daemon.connections == 0)
        }
    }

    @Test("a task that is cancelled hangs up")
    func cancellation() async throws {
        let ended = Collected<Bool>()
        let (began, begins) = AsyncStream<Void>.makeStream()
        let (over, overs) = AsyncStream<Void>.makeStream()
        try await withDaemon { _, wire in
            _ = try await wire.request()
            begins.yield()
            try? await wire.untilEnd()
            ended.add(true)
            overs.yield()
        } _: { daemon in
            let transport = try PinnedTransport(times: times())
            let sending = Task {
                try await transport.send(request(daemon), into: small).status
            }
            for await _ in began { break }
            sending.cancel()
            #expect(await failure { _ = try await sending.value }?.code == .unreachable)
            for await _ in over { break }
        }
        #expect(ended.all == [true])
    }

    @Test("asynchronous work is waited for, and its failures thrown")
    func blocking() async throws {
        let result: [Int] = try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(
                    with: Result { try (1...3).map { number in try Blocking.run { number } } })
            }
        }
        #expect(result == [1, 2, 3])
        let error: ExchangeError? = await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                do {
                    try Blocking.run { throw ExchangeError(.refused, "no") }
                    continuation.resume(returning: nil)
                } catch {
                    continuation.resume(returning: error as? ExchangeError)
                }
            }
        }
        #expect(error?.code == .refused)
    }
}
