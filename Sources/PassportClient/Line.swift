internal import Glibc
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL
internal import PassportCoding
internal import PassportCrypto
internal import PassportExchange

/// A connection to a daemon that has shown its key.
struct Line: Sendable {
    private let channel: any Channel
    private let handler: NIOLoopBound<LineHandler>

    /// What may wait in the system unsent. More would hide for minutes on a slow line whether
    /// anything moves, and 16 KiB at once is what TLS seals.
    private static let unsentBytes: SocketOptionValue = 32_768
    private static let pieceBytes = 16_384

    var isOpen: Bool { channel.isActive }

    /// Connects, and waits until the key was shown.
    static func open(
        _ endpoint: Endpoint, _ context: NIOSSLContext, _ times: TransportTimes
    ) async throws(ExchangeError) -> Line {
        let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(TimeAmount(times.connect))
        do {
            let line: Line
            switch endpoint.address.place {
            case .machine(let host, let port):
                let name = (try? SocketAddress(ipAddress: host, port: port)) == nil ? host : nil
                let unsent = ChannelOptions.tcpOption(.init(rawValue: TCP_NOTSENT_LOWAT))
                line =
                    try await bootstrap.channelOption(unsent, value: unsentBytes)
                    .connect(host: host, port: port) { channel in
                        make(channel, endpoint, context, times, name: name)
                    }
            case .socket(let path):
                line = try await bootstrap.connect(unixDomainSocketPath: path) { channel in
                    make(channel, endpoint, context, times, name: nil)
                }
            }
            try await line.becomesReady()
            return line
        } catch let error as ExchangeError {
            throw error
        } catch {
            throw PeerFailures(address: endpoint.address).unreachable(
                "no connection", cause: (error as? IOError)?.description)
        }
    }

    private static func make(
        _ channel: any Channel, _ endpoint: Endpoint, _ context: NIOSSLContext,
        _ times: TransportTimes, name: String?
    ) -> EventLoopFuture<Line> {
        channel.eventLoop.makeCompletedFuture {
            let handler = LineHandler(endpoint, times, loop: channel.eventLoop)
            do {
                // The name is asked for, not trusted: hosts of several daemons choose by it.
                let tls = try NIOSSLClientHandler(
                    context: context, serverHostname: name,
                    customVerificationCallback: { handler.verify($0, $1) })
                let pipeline = channel.pipeline.syncOperations
                try pipeline.addHandler(tls)
                try pipeline.addHandler(ByteWatch(handler))
                try pipeline.addHTTPClientHandlers()
                try pipeline.addHandler(handler)
            } catch {
                handler.discard(error)
                throw error
            }
            return Line(
                channel: channel,
                handler: NIOLoopBound(handler, eventLoop: channel.eventLoop))
        }
    }

    private func becomesReady() async throws {
        let handler = handler
        try await channel.eventLoop.flatSubmit { handler.value.isReady }.get()
    }

    /// Sends a request and waits for its answer.
    func exchange(
        _ head: HTTPRequestHead, _ body: BodySource, into sink: AnswerSink
    ) async -> Result<LineOutcome, LineBreak> {
        await withTaskExecutorPreference(LoopExecutor(channel.eventLoop)) {
            await exchangeOnLoop(head, body, into: sink)
        }
    }

    private func exchangeOnLoop(
        _ head: HTTPRequestHead, _ body: BodySource, into sink: AnswerSink
    ) async -> Result<LineOutcome, LineBreak> {
        let promise = channel.eventLoop.makePromise(of: LineOutcome.self)
        let outcome = promise.futureResult
        let handler = handler
        channel.eventLoop.execute { handler.value.start(head, into: sink, promise) }
        return await withTaskCancellationHandler {
            do {
                try await send(body)
            } catch let error as ExchangeError {
                channel.eventLoop.execute { handler.value.abandon(outcome, error) }
            } catch {
                // Either the answer is here already, or the outcome says why the line broke.
            }
            do {
                return .success(try await outcome.get())
            } catch let error as LineBreak {
                return .failure(error)
            } catch {
                let error = ExchangeError(.unreachable, .noInput, "the line was cut")
                return .failure(LineBreak(error: error, isUntouched: false))
            }
        } onCancel: {
            channel.eventLoop.execute {
                handler.value.abandon(
                    outcome, ExchangeError(.unreachable, .noInput, "the request was given up"))
            }
        }
    }

    private func send(_ body: BodySource) async throws {
        let handler = handler
        var position = 0
        while position < body.count {
            let chunk = try body.piece(at: position)
            position += chunk.readableBytes
            let isLast = position >= body.count
            // A chunk at a time waits for the line; each wait for a piece of it would cost a
            // change of threads.
            try await channel.eventLoop.flatSubmit {
                let sent = Self.send(chunk, handler.value, on: channel.eventLoop)
                return isLast ? handler.value.finish() : sent
            }.get()
        }
        guard body.count == 0 else { return }
        try await channel.eventLoop.flatSubmit { handler.value.finish() }.get()
    }

    /// Sends the pieces of a chunk; the future comes with the last.
    private static func send(
        _ chunk: ByteBuffer, _ handler: LineHandler, on loop: any EventLoop
    ) -> EventLoopFuture<Void> {
        var rest = chunk
        var sent = loop.makeSucceededVoidFuture()
        while let piece = rest.readSlice(length: min(rest.readableBytes, Self.pieceBytes)),
            piece.readableBytes > 0
        {
            sent = handler.send(piece)
        }
        return sent
    }

    /// Hangs up.
    func close() async { try? await channel.close().get() }

    /// Hangs up without waiting.
    func drop() { channel.close(promise: nil) }
}
