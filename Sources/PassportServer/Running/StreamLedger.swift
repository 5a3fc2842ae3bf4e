internal import NIOCore
internal import NIOHTTPTypes
internal import Synchronization

/// How many requests are open at once: all together, from one address, and on one HTTP/2
/// connection.
///
/// Attack: a hundred streams on each connection that ask for something and never take the answer,
/// each of which lies in our memory meanwhile; or as many from one address as there are places.
final class StreamLedger: Sendable {
    /// Whom a stream is counted for.
    struct Place: Hashable, Sendable {
        let connection: ObjectIdentifier
        let source: String
    }

    private struct Counts {
        var all = 0
        var connections: [ObjectIdentifier: Int] = [:]
        var sources: [String: Int] = [:]
    }

    private let most: Int
    private let mostPerSource: Int
    private let mostPerConnection: Int
    private let counts = Mutex(Counts())

    init(most: Int, mostPerSource: Int, mostPerConnection: Int) {
        self.most = most
        self.mostPerSource = mostPerSource
        self.mostPerConnection = mostPerConnection
    }

    func enter(_ place: Place) -> Bool {
        counts.withLock { counts in
            guard counts.all < most,
                counts.sources[place.source, default: 0] < mostPerSource,
                counts.connections[place.connection, default: 0] < mostPerConnection
            else { return false }
            counts.all += 1
            counts.sources[place.source, default: 0] += 1
            counts.connections[place.connection, default: 0] += 1
            return true
        }
    }

    func leave(_ place: Place) {
        func less(_ count: Int?) -> Int? { (count ?? 1) > 1 ? count.map { $0 - 1 } : nil }
        counts.withLock { counts in
            counts.all -= 1
            counts.sources[place.source] = less(counts.sources[place.source])
            counts.connections[place.connection] = less(counts.connections[place.connection])
        }
    }
}

/// Closes a stream that is one too many. On HTTP/1.1 a connection is its own only stream.
final class StreamGuard: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart

    private let ledger: StreamLedger
    private var entered: StreamLedger.Place?

    init(_ ledger: StreamLedger) { self.ledger = ledger }

    func handlerAdded(context: ChannelHandlerContext) {
        // A stream's parent is its connection. The parent of a connection is the socket that
        // listens, which all of them share: 16 clients over HTTP/1.1 would be all.
        let channel = context.channel
        let parent = channel.parent.flatMap { $0.parent == nil ? nil : $0 }
        let connection = parent ?? channel
        let place = StreamLedger.Place(
            connection: ObjectIdentifier(connection),
            source: ConnectionLedger.source(of: connection.remoteAddress))
        if ledger.enter(place) {
            entered = place
        } else {
            context.close(promise: nil)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) { leave() }

    func channelInactive(context: ChannelHandlerContext) {
        leave()
        context.fireChannelInactive()
    }

    private func leave() {
        if let entered { ledger.leave(entered) }
        entered = nil
    }
}
