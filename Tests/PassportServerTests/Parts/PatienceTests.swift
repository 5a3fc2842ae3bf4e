import Foundation
import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1
import PassportCoding
import PassportExchange
import Synchronization
import Testing

@testable import PassportServer

/// Slow, silent and shouting clients, in time that no clock measures.
@Suite("Patience") struct PatienceTests {
    private let channel = EmbeddedChannel()

    init() throws {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = Limits.headerBytes
        limits.maxHeaderListSize = Limits.headerBytes
        limits.maxHeaderFieldCount = 100
        let operations = channel.pipeline.syncOperations
        try operations.configureHTTPServerPipeline(
            withPipeliningAssistance: false, withErrorHandling: false,
            withOutboundHeaderValidation: false, withEncoderConfiguration: .init(),
            withDecoderLimitConfiguration: limits)
        try operations.addHandler(HTTP1ToHTTPServerCodec(secure: false))
        try operations.addHandler(PatienceHandler(PatienceHandler.Times()))
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    }

    private func send(_ text: String) throws {
        try channel.writeInbound(ByteBuffer(string: text))
    }

    private func pass(_ seconds: Int64) {
        channel.embeddedEventLoop.advanceTime(by: .seconds(seconds))
    }

    private func answer(end: Bool = true) throws {
        var head = HTTPResponse(status: .ok)
        head.headerFields[.contentLength] = "2"
        try channel.writeOutbound(HTTPResponsePart.head(head))
        try channel.writeOutbound(HTTPResponsePart.body(ByteBuffer(string: "ok")))
        if end { try channel.writeOutbound(HTTPResponsePart.end(nil)) }
    }

    private func written() throws -> String {
        var text = ""
        while let part = try channel.readOutbound(as: ByteBuffer.self) {
            text += String(buffer: part)
        }
        return text
    }

    private static let head = "PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n"
    private static let get = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n"

    @Test("who says nothing is closed after 30 seconds")
    func silent() {
        pass(29)
        #expect(channel.isActive)
        pass(2)
        #expect(!channel.isActive)
    }

    @Test("a head that drips in, byte by byte, buys no time")
    func drippingHead() throws {
        for byte in "GET /x HTTP/1.1\r\nHost: aaaaaaa" {
            guard channel.isActive else { break }
            try send(String(byte))
            pass(2)
        }
        #expect(!channel.isActive)
    }

    @Test("a body that drips in is closed; one at a kilobyte in half a minute is not")
    func drippingBody() throws {
        try send(Self.head)
        for _ in 0..<50 {
            try send(String(repeating: "x", count: 1_024))
            pass(29)
        }
        #expect(channel.isActive)
        for _ in 0..<20 where channel.isActive {
            try send("x")
            pass(2)
        }
        #expect(!channel.isActive)
    }

    @Test("while the daemon works, however long, the client waits")
    func working() throws {
        try send(Self.get)
        pass(600)
        #expect(channel.isActive)
        try answer()
        #expect(channel.isActive)
        pass(31)
        #expect(!channel.isActive)
    }

    @Test("a client that does not take the answer is closed after a minute")
    func stalledAnswer() throws {
        try send(Self.get)
        try answer(end: false)
        pass(59)
        #expect(channel.isActive)
        pass(2)
        #expect(!channel.isActive)
    }

    @Test("one connection, many requests: each has its own time")
    func keptAlive() throws {
        for _ in 0..<20 {
            try send(Self.get)
            try answer()
            pass(25)
        }
        #expect(channel.isActive)
        pass(6)
        #expect(!channel.isActive)
    }

    @Test("answered before the body had ended: the connection is not kept for ever")
    func earlyAnswer() throws {
        try send("PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n12")
        try answer()
        pass(20)
        try send("345")
        #expect(channel.isActive)
        pass(31)
        #expect(!channel.isActive)
    }

    @Test("a body that goes on behind its refusal buys no time")
    func bodyBehindTheAnswer() throws {
        try send("PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n12")
        try answer()
        for _ in 0..<8 where channel.isActive {
            try send(String(repeating: "x", count: 1_024))
            pass(5)
        }
        #expect(!channel.isActive)
    }

    @Test("header fields that are too long: 431, a problem, and the end")
    func longHead() throws {
        _ = try? send(
            "GET /x HTTP/1.1\r\nHost: a\r\nX-Long: "
                + String(repeating: "x", count: Limits.headerBytes + 1) + "\r\n\r\n")
        let text = try written()
        #expect(text.hasPrefix("HTTP/1.1 431"), "\(text)")
        #expect(text.lowercased().contains("content-type: application/problem+json"))
        #expect(text.contains("urn:carepass:problem:headers-too-large"))
        #expect(!channel.isActive)
    }

    @Test("too many header fields are refused too")
    func manyFields() throws {
        let fields = (0..<200).map { "X-\($0): y\r\n" }.joined()
        _ = try? send("GET /x HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n")
        let text = try written()
        #expect(text.hasPrefix("HTTP/1.1 431") || text.hasPrefix("HTTP/1.1 400"), "\(text)")
        #expect(!channel.isActive)
    }

    @Test(
        "what is no HTTP: 400, a problem, and the end",
        arguments: ["\u{0}\u{1}\u{2}\r\n\r\n", "GET\r\n\r\n", "GET /x HTTP/9.9\r\n\r\n"])
    func garbage(_ text: String) throws {
        _ = try? send(text)
        let answer = try written()
        #expect(answer.hasPrefix("HTTP/1.1 400"), "\(answer)")
        #expect(answer.contains("urn:carepass:problem:malformed"))
        #expect(!channel.isActive)
    }
}

/// What stands before TLS.
@Suite("Connections") struct ConnectionTests {
    @Test("at most so many from one address, and so many all together")
    func ledger() {
        let metrics = DaemonMetrics()
        let ledger = ConnectionLedger(most: 4, mostPerSource: 2, metrics: metrics)
        var places: [UInt64] = []
        func enter(_ source: String) -> Bool {
            guard let place = ledger.enter(source, end: {}) else { return false }
            ledger.hold(place)
            places.append(place)
            return true
        }
        #expect(enter("a") && enter("a"))
        #expect(!enter("a"))
        #expect(enter("b") && enter("c"))
        #expect(!enter("d"))
        ledger.leave(places[0])
        #expect(enter("d"))
        #expect(!enter("e"))
        for place in places { ledger.leave(place) }
        let text = metrics.text(levels: [])
        #expect(text.contains("carepassd_connections 0\n"))
        #expect(text.contains("carepassd_turned_away_total 3\n"))
    }

    @Test("when all places are taken, the oldest goes on which nobody has signed")
    func eviction() throws {
        let metrics = DaemonMetrics()
        let ledger = ConnectionLedger(most: 3, mostPerSource: 2, metrics: metrics)
        let ended = Mutex<[String]>([])
        func enter(_ source: String) -> UInt64? {
            ledger.enter(source) { ended.withLock { $0.append(source) } }
        }
        let known = try #require(enter("a"))
        let stranger = try #require(enter("b"))
        ledger.hold(known)
        _ = enter("c")
        // One that is one too many for its address pushes nobody out.
        #expect(enter("a") != nil)
        #expect(ended.withLock { $0 } == ["b"])
        #expect(enter("a") == nil)
        #expect(ended.withLock { $0 } == ["b"])
        #expect(enter("d") != nil)
        #expect(ended.withLock { $0 } == ["b", "c"])
        // It left when it had to go, and not a second time.
        ledger.leave(stranger)
        #expect(metrics.text(levels: []).contains("carepassd_connections 3\n"))
    }
}
