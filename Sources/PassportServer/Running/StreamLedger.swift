internal import NIOCore
internal import NIOHTTPTypes
internal import Synchronization

/// How many requests are open at once, all together and on each HTTP/2 connection.
///
/// Attack: a hundred streams on each connection that ask for something and never take the answer,
/// each of which lies in our memory meanwhile.
final class StreamLedger: Sendable {
    private let most: Int
    private let mostPerConnection: Int
    private let counts = Mutex<(all: Int, connections: [ObjectIdentifier: Int])>((0, [:]))

    init(most: Int, mostPerConnection: Int) {
        self.most = most
        self.mostPerConnection = mostPerConnection
    }

    func enter(_ connection: ObjectIdentifier) -> Bool {
        counts.withLock { counts in
            guard counts.all < most,
                counts.connections[connection, default: 0] < mostPerConnection
            else { return false }
            counts.all += 1
            counts.connections[connection, default: 0] += 1
            return true
        }
    }

    func leave(_ connection: ObjectIdentifier) {
        counts.withLock { counts in
            counts.all -= 1
            let left = counts.connections[connection, default: 1] - 1
            counts.connections[connection] = left > 0 ? left : nil
        }
    }
}

/// Closes a stream that is one too many. On HTTP/1.1 a connection is its own only stream.
final class StreamGuard: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart

    private let ledger: StreamLedger
    private var entered: ObjectIdentifier?

    init(_ ledger: StreamLedger) { self.ledger = ledger }

    func handlerAdded(context: ChannelHandlerContext) {
        // A stream's parent is its connection. The parent of a connection is the socket that
        // listens, which all of them share: 16 clients over HTTP/1.1 would be all.
        let channel = context.channel
        let parent = channel.parent.flatMap { $0.parent == nil ? nil : $0 }
        let connection = ObjectIdentifier(parent ?? channel)
        if ledger.enter(connection) {
            entered = connection
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
