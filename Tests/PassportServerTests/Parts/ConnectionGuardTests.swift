import Foundation
import HummingbirdCore
import Logging
import NIOCore
import NIOEmbedded
import NIOSSL
import NIOTLS
import Testing

@testable import PassportServer

/// The guard before TLS, with a child channel that has TLS and nothing behind it.
@Suite("The guard before TLS") struct ConnectionGuardTests {
    private struct OnlyTLS: ServerChildChannel {
        struct Value: ServerChildChannelValue { let channel: any Channel }

        let context: NIOSSLContext

        func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(
                    NIOSSLServerHandler(context: context))
                return Value(channel: channel)
            }
        }

        func handle(value: Value, logger: Logger) async {}
    }

    private let metrics = DaemonMetrics()
    private let ledger: ConnectionLedger
    private let context: NIOSSLContext

    init() throws {
        ledger = ConnectionLedger(most: 8, mostPerSource: 2, metrics: metrics)
        let folder = NSTemporaryDirectory() + "/carepass-guard-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        context = try NIOSSLContext(
            configuration: TLSIdentity.load(from: folder).configuration())
    }

    /// A connection from an address; nil when it was turned away.
    private func connect(_ address: String = "192.0.2.1") throws -> EmbeddedChannel? {
        let channel = EmbeddedChannel()
        try channel.connect(to: SocketAddress(ipAddress: address, port: 9)).wait()
        let guarded = GuardedChannel(inner: OnlyTLS(context: context), ledger: ledger)
        let future = guarded.setup(channel: channel, logger: silent)
        channel.embeddedEventLoop.run()
        guard channel.isActive else {
            #expect(throws: (any Error).self) { try future.wait() }
            return nil
        }
        _ = try future.wait()
        return channel
    }

    private func close(_ channel: EmbeddedChannel) {
        channel.close(promise: nil)
        channel.embeddedEventLoop.run()
        channel.embeddedEventLoop.advanceTime(by: .seconds(60))
    }

    @Test("a connection without a handshake is closed after 15 seconds, and counts no more")
    func handshake() throws {
        let channel = try #require(try connect())
        channel.embeddedEventLoop.advanceTime(by: .seconds(14))
        #expect(channel.isActive)
        // The beginning of a record, and then nothing: bytes alone buy no time.
        try channel.writeInbound(ByteBuffer(bytes: [0x16, 0x03, 0x01]))
        channel.embeddedEventLoop.advanceTime(by: .seconds(2))
        #expect(!channel.isActive)
        #expect(metrics.text(levels: []).contains("carepassd_connections 0\n"))
    }

    @Test("once TLS stands, the deadline is gone")
    func stands() throws {
        let channel = try #require(try connect())
        channel.pipeline.fireUserInboundEventTriggered(
            TLSUserEvent.handshakeCompleted(negotiatedProtocol: "h2"))
        channel.embeddedEventLoop.run()
        channel.embeddedEventLoop.advanceTime(by: .seconds(20))
        #expect(channel.isActive)
        close(channel)
    }

    @Test("one address cannot take all places")
    func perAddress() throws {
        let first = try #require(try connect())
        let second = try #require(try connect())
        #expect(try connect() == nil)
        let other = try #require(try connect("192.0.2.2"))
        #expect(metrics.text(levels: []).contains("carepassd_connections 3\n"))
        #expect(metrics.text(levels: []).contains("carepassd_turned_away_total 1\n"))
        close(first)
        let third = try #require(try connect())
        for channel in [second, other, third] { close(channel) }
        #expect(metrics.text(levels: []).contains("carepassd_connections 0\n"))
    }
}
