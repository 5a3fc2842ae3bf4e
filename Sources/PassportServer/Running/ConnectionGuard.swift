internal import Foundation
internal import HummingbirdCore
internal import HummingbirdHTTP2
internal import Logging
internal import NIOCore
internal import NIOHTTPTypes
internal import NIOSSL
internal import NIOTLS
internal import Synchronization

/// Counts connections, and turns away whoever has too many or does not get through TLS in time.
///
/// It stands before TLS: a connection that never says anything reaches no handler behind it.
struct GuardedChannel<Inner: ServerChildChannel>: ServerChildChannel {
    typealias Value = Inner.Value

    let inner: Inner
    let ledger: ConnectionLedger

    private var readBytes: Int { 16_384 }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        let source = ConnectionLedger.source(of: channel.remoteAddress)
        guard ledger.enter(source) else {
            channel.close(promise: nil)
            return channel.eventLoop.makeFailedFuture(ChannelError.ioOnClosedChannel)
        }
        channel.closeFuture.whenComplete { _ in ledger.leave(source) }
        do {
            // What waits to be worked on is counted in reads, not bytes: with reads that grow to
            // what there is, 64 uploads of 16 MB each held 300 MB.
            try channel.syncOptions?.setOption(
                .recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: readBytes))
            try channel.pipeline.syncOperations.addHandler(
                HandshakeDeadline(), name: HandshakeDeadline.name)
            try channel.pipeline.syncOperations.addHandlers(
                IdleStateHandler(allTimeout: .seconds(45)), IdleCloser())
        } catch {
            return channel.eventLoop.makeFailedFuture(error)
        }
        let ready = inner.setup(channel: channel, logger: logger)
        do {
            // Right behind TLS: what chooses the protocol keeps the news to itself.
            let operations = channel.pipeline.syncOperations
            let tls = try operations.context(handlerType: NIOSSLServerHandler.self)
            try operations.addHandler(HandshakeWatch(), position: .after(tls.handler))
        } catch {
            return channel.eventLoop.makeFailedFuture(error)
        }
        return ready
    }

    func handle(value: Value, logger: Logger) async {
        await Pace.$loop.withValue(value.channel.eventLoop) {
            await inner.handle(value: value, logger: logger)
        }
    }
}

/// How many connections there are, all together and from each address.
final class ConnectionLedger: Sendable {
    private let most: Int
    private let mostPerSource: Int
    private let metrics: DaemonMetrics
    private let counts = Mutex<(all: Int, sources: [String: Int])>((0, [:]))

    init(most: Int, mostPerSource: Int, metrics: DaemonMetrics) {
        self.most = most
        self.mostPerSource = mostPerSource
        self.metrics = metrics
    }

    /// Who a connection is counted for. One machine has a whole /64 of IPv6 numbers to call from.
    static func source(of address: SocketAddress?) -> String {
        guard let number = address?.ipAddress else { return "local" }
        guard number.contains(":") else { return number }
        // The eight groups with the run of zeros that `::` leaves out; of them the first four.
        let halves = number.split(separator: "%")[0].components(separatedBy: "::")
        let groups = halves.map { $0.split(separator: ":").map(String.init) }
        let zeros = 8 - groups.reduce(0) { $0 + $1.count }
        let first = (groups.first ?? []) + Array(repeating: "0", count: max(zeros, 0))
        return (first + (groups.count > 1 ? groups[1] : [])).prefix(4).joined(separator: ":")
    }

    func enter(_ source: String) -> Bool {
        let isIn = counts.withLock { counts in
            guard counts.all < most, counts.sources[source, default: 0] < mostPerSource else {
                return false
            }
            counts.all += 1
            counts.sources[source, default: 0] += 1
            return true
        }
        if isIn { metrics.connected(1) } else { metrics.turnedAway() }
        return isIn
    }

    func leave(_ source: String) {
        counts.withLock { counts in
            counts.all -= 1
            let left = counts.sources[source, default: 1] - 1
            counts.sources[source] = left > 0 ? left : nil
        }
        metrics.connected(-1)
    }
}

/// Closes the connection unless the handshake is over in time.
private final class HandshakeDeadline: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    static let name = "handshake-deadline"
    private static let time = TimeAmount.seconds(15)

    private var deadline: Scheduled<Void>?

    func handlerAdded(context: ChannelHandlerContext) {
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: Self.time) {
            context.close(promise: nil)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) { deadline?.cancel() }

    func channelInactive(context: ChannelHandlerContext) {
        deadline?.cancel()
        context.fireChannelInactive()
    }
}

/// Takes the deadline away once TLS stands.
private final class HandshakeWatch: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted = event as? TLSUserEvent {
            let operations = context.pipeline.syncOperations
            operations.removeHandler(name: HandshakeDeadline.name, promise: nil)
        }
        context.fireUserInboundEventTriggered(event)
    }
}

/// Hangs up on a line on which nothing has moved for too long.
///
/// Attack: an HTTP/2 connection that never acknowledges a ping; the library's own end of an idle
/// connection waits for that.
private final class IdleCloser: ChannelInboundHandler {
    typealias InboundIn = NIOAny

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent { context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }
}
