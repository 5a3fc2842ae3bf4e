import Foundation
import NIOCore
import NIOPosix
import NIOSSL
import PassportCrypto
import PassportExchange
import Synchronization

/// A request as a server sees it.
struct SeenRequest: Sendable {
    var start = ""
    var fields: [String: String] = [:]
    var body: [UInt8] = []

    var method: String { String(start.prefix { $0 != " " }) }
    var path: String { start.split(separator: " ").dropFirst().first.map(String.init) ?? "" }
    var length: Int { fields["content-length"].flatMap { Int($0) } ?? 0 }
}

/// The server's end of one connection: what is said on it is up to the test.
struct Wire: ~Copyable {
    private struct Ended: Error {}

    private var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    private var buffer = ByteBuffer()

    init(
        _ inbound: NIOAsyncChannelInboundStream<ByteBuffer>,
        _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    ) {
        self.inbound = inbound.makeAsyncIterator()
        self.outbound = outbound
    }

    private mutating func more() async throws {
        guard var next = try await inbound.next() else { throw Ended() }
        buffer.writeBuffer(&next)
        buffer.discardReadBytes()
    }

    /// The start line and the fields of the next request.
    mutating func head() async throws -> SeenRequest {
        let end = Array("\r\n\r\n".utf8)
        while true {
            if let found = buffer.readableBytesView.firstRange(of: end) {
                let count = found.upperBound - buffer.readerIndex
                var lines = (buffer.readString(length: count) ?? "")
                    .components(separatedBy: "\r\n")
                var request = SeenRequest(start: lines.removeFirst())
                for line in lines {
                    guard let colon = line.firstIndex(of: ":") else { continue }
                    request.fields[String(line[..<colon])] = line[line.index(after: colon)...]
                        .trimmingCharacters(in: .whitespaces)
                }
                return request
            }
            try await more()
        }
    }

    /// So many bytes.
    mutating func bytes(_ count: Int) async throws -> [UInt8] {
        while buffer.readableBytes < count { try await more() }
        return buffer.readBytes(length: count) ?? []
    }

    /// The next request with its body.
    mutating func request() async throws -> SeenRequest {
        var request = try await head()
        request.body = try await bytes(request.length)
        return request
    }

    /// Waits until the other side hangs up, whatever it says before.
    mutating func untilEnd() async throws {
        while let _ = try await inbound.next() {}
    }

    func say(_ text: String) async throws { try await say(Array(text.utf8)) }

    func say(_ bytes: [UInt8]) async throws {
        try await outbound.write(ByteBuffer(bytes: bytes))
    }

    /// An answer with a length.
    func answer(
        _ status: String, _ body: [UInt8] = [], type: String = "application/json"
    ) async throws {
        try await say("HTTP/1.1 \(status)\r\ncontent-type: \(type)\r\n")
        try await say("content-length: \(body.count)\r\n\r\n")
        if !body.isEmpty { try await say(body) }
    }
}

/// A small server that misbehaves as told; loopback or a socket file.
struct TestDaemon: Sendable {
    enum Security: Sendable {
        case none
        case tls(NIOSSLContext)
    }
    typealias Script = @Sendable (_ number: Int, _ wire: inout Wire) async throws -> Void

    let endpoint: Endpoint
    private let opened: Count

    /// Connections so far.
    var connections: Int { opened.value }

    final class Count: Sendable {
        private let number = Mutex(0)
        var value: Int { number.withLock { $0 } }
        func next() -> Int {
            number.withLock { number in
                number += 1
                return number
            }
        }
    }

    /// Not those of the code under test, which a server that floods would keep from their work.
    private static let threads = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private typealias Connection = NIOAsyncChannel<ByteBuffer, ByteBuffer>

    /// Runs a server with the script for each connection, numbered from 1, while `body` runs.
    static func run<Result: Sendable>(
        _ certificate: TestCertificate, _ security: Security, onSocket: Bool = false,
        script: @escaping Script, _ body: (TestDaemon) async throws -> Result
    ) async throws -> Result {
        let path = "/tmp/cp-\(UUID().uuidString.prefix(18)).sock"
        let opened = Count()
        let talks = Collected<Task<Void, Never>>()
        let bootstrap = ServerBootstrap(group: threads).childChannelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                let connection = try connection(channel, security)
                // After this step, when the channel is active.
                channel.eventLoop.execute {
                    let number = opened.next()
                    talks.add(Task { await talk(connection, number, script) })
                }
            }
        }
        let server =
            try await
            (onSocket
            ? bootstrap.bind(unixDomainSocketPath: path)
            : bootstrap.bind(host: "127.0.0.1", port: 0)).get()
        defer {
            server.close(promise: nil)
            talks.all.forEach { $0.cancel() }
            if onSocket { try? FileManager.default.removeItem(atPath: path) }
        }
        let port = server.localAddress?.port ?? 0
        let address = try ServiceAddress(onSocket ? "unix:\(path)" : "https://127.0.0.1:\(port)")
        return try await body(
            TestDaemon(
                endpoint: Endpoint(address: address, pin: certificate.pin), opened: opened))
    }

    private static func connection(
        _ channel: any Channel, _ security: Security
    ) throws -> Connection {
        if case .tls(let context) = security {
            try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
        }
        return try Connection(wrappingChannelSynchronously: channel)
    }

    private static func talk(
        _ connection: Connection, _ number: Int, _ script: Script
    ) async {
        try? await connection.executeThenClose { inbound, outbound in
            var wire = Wire(inbound, outbound)
            try await script(number, &wire)
        }
    }
}
