internal import HummingbirdCore
internal import HummingbirdHTTP2
internal import Logging
internal import NIOCore
internal import NIOHTTPTypes
internal import NIOTLS
internal import Synchronization

/// Counts connections, and turns away whoever has too many or does not get through TLS in time.
///
/// It stands before TLS: a connection that never says anything reaches no handler behind it.
struct GuardedChannel<Inner: ServerChildChannel>: ServerChildChannel {
    typealias Value = Inner.Value

    let inner: Inner
    let ledger: ConnectionLedger

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        let source = channel.remoteAddress?.ipAddress ?? "local"
        guard ledger.enter(source) else {
            channel.close(promise: nil)
            return channel.eventLoop.makeFailedFuture(ChannelError.ioOnClosedChannel)
        }
        channel.closeFuture.whenComplete { _ in ledger.leave(source) }
        do {
            try channel.pipeline.syncOperations.addHandler(
                HandshakeDeadline(), name: HandshakeDeadline.name)
        } catch {
            return channel.eventLoop.makeFailedFuture(error)
        }
        let ready = inner.setup(channel: channel, logger: logger)
        do {
            try channel.pipeline.syncOperations.addHandler(HandshakeWatch())
        } catch {
            return channel.eventLoop.makeFailedFuture(error)
        }
        return ready
    }

    func handle(value: Value, logger: Logger) async {
        await inner.handle(value: value, logger: logger)
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
