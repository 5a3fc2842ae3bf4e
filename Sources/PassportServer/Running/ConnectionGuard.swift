internal import Foundation
internal import HummingbirdCore
internal import HummingbirdHTTP2
internal import Logging
internal import NIOCore
internal import NIOHTTPTypes
internal import NIOSSL
internal import NIOTLS
internal import PassportClient
internal import Synchronization

/// Counts connections, and turns away whoever has too many or does not get through TLS in time.
///
/// It stands before TLS: a connection that never says anything reaches no handler behind it.
struct GuardedChannel<Inner: ServerChildChannel>: ServerChildChannel {
    typealias Value = GuardedValue<Inner.Value>

    let inner: Inner
    let ledger: ConnectionLedger

    private var readBytes: Int { 16_384 }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        let source = ConnectionLedger.source(of: channel.remoteAddress)
        guard let place = ledger.enter(source, end: { channel.close(promise: nil) }) else {
            channel.close(promise: nil)
            return channel.eventLoop.makeFailedFuture(ChannelError.ioOnClosedChannel)
        }
        channel.closeFuture.whenComplete { _ in ledger.leave(place) }
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
        return ready.map { GuardedValue(inner: $0, place: place) }
    }

    func handle(value: Value, logger: Logger) async {
        let line = ServedLine(
            loop: value.channel.eventLoop,
            source: ConnectionLedger.source(of: value.channel.remoteAddress),
            holdPlace: { ledger.hold(value.place) })
        await ServedLine.$current.withValue(line) {
            await withTaskExecutorPreference(LoopExecutor(value.channel.eventLoop)) {
                await inner.handle(value: value.inner, logger: logger)
            }
        }
    }
}

/// A connection with its place among all.
struct GuardedValue<Inner: ServerChildChannelValue>: ServerChildChannelValue {
    let inner: Inner
    let place: UInt64
    var channel: any Channel { inner.channel }
}

/// How many connections there are, all together and from each address.
///
/// When all places are taken, the oldest one goes on which nobody has signed anything yet.
/// Attack: a few addresses that take all places and ask for something public now and then.
final class ConnectionLedger: Sendable {
    private struct Connection {
        let source: String
        let end: @Sendable () -> Void
        var isHeld = false
    }

    private struct State {
        var connections: [UInt64: Connection] = [:]
        var sources: [String: Int] = [:]
        var next: UInt64 = 0

        mutating func remove(_ place: UInt64) -> Connection? {
            guard let connection = connections.removeValue(forKey: place) else { return nil }
            let left = sources[connection.source, default: 1] - 1
            sources[connection.source] = left > 0 ? left : nil
            return connection
        }
    }

    private let most: Int
    private let mostPerSource: Int
    private let metrics: DaemonMetrics
    private let state = Mutex(State())

    init(most: Int, mostPerSource: Int, metrics: DaemonMetrics) {
        self.most = most
        self.mostPerSource = mostPerSource
        self.metrics = metrics
    }

    /// Who a connection is counted for. One machine has a whole /64 of IPv6 numbers to call from.
    static func source(of address: SocketAddress?) -> String {
        guard let number = address?.ipAddress else { return "local" }
        // What listens on [::] sees callers over IPv4 as ::ffff:192.0.2.1.
        if number.lowercased().hasPrefix("::ffff:"), number.contains(".") {
            return String(number.dropFirst(7))
        }
        guard number.contains(":") else { return number }
        // The eight groups with the run of zeros that `::` leaves out; of them the first four.
        let halves = number.split(separator: "%")[0].components(separatedBy: "::")
        let groups = halves.map { $0.split(separator: ":").map(String.init) }
        let zeros = 8 - groups.reduce(0) { $0 + $1.count }
        let first = (groups.first ?? []) + Array(repeating: "0", count: max(zeros, 0))
        return (first + (groups.count > 1 ? groups[1] : [])).prefix(4).joined(separator: ":")
    }

    /// Gives a place, or none.
    ///
    /// - Parameter end: closes the connection, when another needs its place more.
    func enter(_ source: String, end: @escaping @Sendable () -> Void) -> UInt64? {
        let (place, evicted): (UInt64?, Connection?) = state.withLock { state in
            guard state.sources[source, default: 0] < mostPerSource else { return (nil, nil) }
            var evicted: Connection?
            if state.connections.count >= most {
                let oldest = state.connections.lazy.filter { !$0.value.isHeld }.map(\.key).min()
                guard let oldest else { return (nil, nil) }
                evicted = state.remove(oldest)
            }
            let place = state.next
            state.next += 1
            state.connections[place] = Connection(source: source, end: end)
            state.sources[source, default: 0] += 1
            return (place, evicted)
        }
        if place != nil { metrics.connected(1) }
        if place == nil || evicted != nil { metrics.turnedAway() }
        if let evicted {
            metrics.connected(-1)
            evicted.end()
        }
        return place
    }

    /// Somebody who is known here has signed on this connection: it keeps its place.
    func hold(_ place: UInt64) {
        state.withLock { $0.connections[place]?.isHeld = true }
    }

    func leave(_ place: UInt64) {
        // One that had to go for another left then.
        guard state.withLock({ $0.remove(place) }) != nil else { return }
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
