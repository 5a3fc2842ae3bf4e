internal import NIOCore
internal import NIOHTTP1
internal import NIOSSL
internal import PassportCoding
internal import PassportCrypto
internal import PassportExchange

/// What came over a line, and whether the line can carry another request.
struct LineOutcome: Sendable {
    let answer: IncomingAnswer
    let isReusable: Bool
}

/// Why a line gave no answer.
struct LineBreak: Error {
    let error: ExchangeError
    /// The other side went away before any byte of an answer.
    let isUntouched: Bool
}

/// The one exchange after another that a connection carries. Lives on its event loop.
final class LineHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private struct Exchange {
        let promise: EventLoopPromise<LineOutcome>
        let sink: AnswerSink
        let hasAnswerBody: Bool
        var isSent = false
        var headerBytes = 0
        var head: HTTPResponseHead?
        var body: AnswerBody?
    }

    private enum State {
        case connecting
        case idle
        case busy(Exchange)
        case closed(ExchangeError)
    }

    private let pin: Digest
    private let times: TransportTimes
    private let failures: PeerFailures
    private let loop: any EventLoop
    private let ready: EventLoopPromise<Void>
    private var state = State.connecting
    private var hasWrongKey = false
    private var context: ChannelHandlerContext?
    private var whole = NIODeadline.distantFuture
    private var quiet: NIODeadline
    private var timer: Scheduled<Void>?
    private var rings = NIODeadline.distantFuture

    /// Comes once the other side has shown the key that was expected.
    var isReady: EventLoopFuture<Void> { ready.futureResult }

    init(_ endpoint: Endpoint, _ times: TransportTimes, loop: any EventLoop) {
        pin = endpoint.pin
        failures = PeerFailures(address: endpoint.address)
        self.times = times
        self.loop = loop
        ready = loop.makePromise()
        quiet = loop.now + TimeAmount(times.connect)
    }

    /// Ends a line that never came into being.
    func discard(_ error: any Error) { fail(failures.translated(error).error, isCut: false) }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        arm()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        fail(failures.unreachable("the line was cut"), isCut: true)
        self.context = nil
    }

    // MARK: The key

    /// Stands in for the verification of certificates: whose key it is says the manifest, and no
    /// authority that a state or a thief of its keys can make say otherwise.
    func verify(
        _ chain: [NIOSSLCertificate], _ promise: EventLoopPromise<NIOSSLVerificationResult>
    ) {
        guard let leaf = chain.first, let key = try? leaf.extractPublicKey().toSPKIBytes(),
            Digest.sha256(of: key) == pin
        else {
            // Not closed here: TLS is in the middle of its step, and ends the line after it.
            hasWrongKey = true
            promise.succeed(.failed)
            return
        }
        promise.succeed(.certificateVerified)
        guard case .connecting = state else { return }
        state = .idle
        wait(times.idle)
        ready.succeed()
    }

    // MARK: Sending

    /// Begins an exchange with the head of its request.
    func start(
        _ head: HTTPRequestHead, into sink: AnswerSink, _ promise: EventLoopPromise<LineOutcome>
    ) {
        switch state {
        case .idle:
            state = .busy(
                Exchange(promise: promise, sink: sink, hasAnswerBody: head.method != .HEAD))
            whole = loop.now + TimeAmount(times.whole)
            wait(times.idle)
            context?.write(wrapOutboundOut(.head(head)), promise: nil)
        case .closed(let error): promise.fail(LineBreak(error: error, isUntouched: true))
        case .connecting, .busy:
            promise.fail(
                LineBreak(error: failures.unreachable("the line is taken"), isUntouched: true))
        }
    }

    /// Sends a piece of the body; the future comes once the system has taken it, which is what
    /// keeps a large body out of memory.
    func send(_ piece: ByteBuffer) -> EventLoopFuture<Void> {
        write(.body(.byteBuffer(piece)))
    }

    /// Ends the request.
    func finish() -> EventLoopFuture<Void> {
        let written = write(.end(nil))
        written.assumeIsolated().whenSuccess {
            guard case .busy(var exchange) = self.state else { return }
            exchange.isSent = true
            self.state = .busy(exchange)
            // An answer may have begun before the request ended.
            if exchange.headerBytes == 0 { self.wait(self.times.firstByte) }
        }
        return written
    }

    private func write(_ part: HTTPClientRequestPart) -> EventLoopFuture<Void> {
        guard case .busy = state, let context else {
            return ready.futureResult.eventLoop.makeFailedFuture(ChannelError.ioOnClosedChannel)
        }
        let promise = context.eventLoop.makePromise(of: Void.self)
        context.writeAndFlush(wrapOutboundOut(part), promise: promise)
        promise.futureResult.assumeIsolated().whenSuccess { self.moved() }
        return promise.futureResult
    }

    /// Gives up an exchange, when it is still the one that the line carries.
    func abandon(_ exchange: EventLoopFuture<LineOutcome>, _ error: ExchangeError) {
        guard case .busy(let current) = state, current.promise.futureResult === exchange
        else { return }
        fail(error, isCut: false)
    }

    // MARK: Receiving

    /// Counts bytes before they are parsed: whatever it is, something came.
    func arrived(_ count: Int) {
        switch state {
        case .busy(var exchange):
            if exchange.head == nil { exchange.headerBytes += count }
            state = .busy(exchange)
            wait(times.idle)
        case .idle: fail(failures.badAnswer("an answer to no question"), isCut: false)
        case .connecting, .closed: break
        }
    }

    /// Looks whether what was parsed ends the head in time. Interim answers count too, or they
    /// could go on for ever.
    func parsed() {
        guard case .busy(let exchange) = state, exchange.head == nil,
            exchange.headerBytes > Limits.headerBytes
        else { return }
        fail(failures.overLimit("the answer's header fields are too long"), isCut: false)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .busy(var exchange) = state else { return }
        do throws(ExchangeError) {
            switch unwrapInboundIn(data) {
            case .head(let head):
                exchange.body = try body(of: head, in: exchange)
                exchange.head = head
            case .body(let bytes):
                guard try exchange.body?.take(bytes) == true else {
                    throw failures.overLimit("the answer is too long")
                }
            case .end:
                complete(exchange)
                return
            }
            state = .busy(exchange)
        } catch {
            fail(error, isCut: false)
        }
    }

    private func body(
        of head: HTTPResponseHead, in exchange: Exchange
    ) throws(ExchangeError) -> AnswerBody {
        guard RequestHead.size(of: head.headers) <= Limits.headerBytes else {
            throw failures.overLimit("the answer's header fields are too long")
        }
        guard head.version.major == 1, (200...599).contains(head.status.code),
            !head.headers.contains(name: "content-encoding")
        else { throw failures.badAnswer("an answer of a kind that was not asked for") }
        let length = head.headers.first(name: "content-length").flatMap { Int($0) }
        let hasBody = exchange.hasAnswerBody && ![204, 304].contains(head.status.code)
        // Attack: without a length a cut looks like the end.
        guard !hasBody || length != nil || head.headers.contains(name: "transfer-encoding") else {
            throw failures.badAnswer("the answer does not say where it ends")
        }
        let body = try AnswerBody(status: Int(head.status.code), sink: exchange.sink)
        guard !hasBody || length ?? 0 <= body.maximum else {
            throw failures.overLimit("the answer is too long")
        }
        return body
    }

    private func complete(_ exchange: Exchange) {
        guard let head = exchange.head else { return }
        // A request that was answered before it ended leaves the rest of it on the line.
        let isReusable = head.isKeepAlive && exchange.isSent
        let fields = Dictionary(
            head.headers.map { ($0.name.lowercased(), $0.value) }, uniquingKeysWith: { $1 })
        whole = .distantFuture
        if isReusable {
            state = .idle
            wait(times.idle)
        } else {
            state = .closed(failures.unreachable("the line was closed"))
            hangUp()
        }
        exchange.promise.succeed(
            LineOutcome(
                answer: IncomingAnswer(
                    status: Int(head.status.code), fields: fields,
                    body: exchange.body?.memory ?? []),
                isReusable: isReusable))
    }

    // MARK: Ends

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        let (error, isCut) = failures.translated(error)
        fail(error, isCut: isCut)
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail(failures.unreachable("the line was cut"), isCut: true)
        context.fireChannelInactive()
    }

    private func fail(_ error: ExchangeError, isCut: Bool) {
        let before = state
        if case .closed = before { return }
        let error =
            hasWrongKey
            ? failures.wrongPeer("whoever answers has another key than expected") : error
        state = .closed(error)
        switch before {
        case .connecting: ready.fail(error)
        case .busy(let exchange):
            exchange.promise.fail(
                LineBreak(error: error, isUntouched: isCut && exchange.headerBytes == 0))
        case .idle, .closed: break
        }
        timer?.cancel()
        timer = nil
        // Without the farewell of TLS, for which a peer that does not stop sending could have us
        // wait; and not now, while TLS may be in the middle of a step.
        guard let pipeline = context?.pipeline.syncOperations else { return }
        loop.assumeIsolated().execute {
            let below = try? pipeline.context(handlerType: NIOSSLClientHandler.self)
            below?.close(promise: nil)
        }
    }

    private func hangUp() {
        timer?.cancel()
        timer = nil
        context?.close(promise: nil)
    }

    // MARK: Time

    /// Something moved: silence begins anew.
    private func moved() {
        guard case .busy(let exchange) = state, !exchange.isSent else { return }
        quiet = loop.now + TimeAmount(times.idle)
    }

    /// Begins a wait anew, or another.
    private func wait(_ time: Duration) {
        quiet = loop.now + TimeAmount(time)
        arm()
    }

    /// A timer that rings too early looks again, so only an earlier end needs another.
    private func arm() {
        let end = min(quiet, whole)
        guard timer == nil || end < rings else { return }
        timer?.cancel()
        rings = end
        timer = loop.assumeIsolated().scheduleTask(deadline: end) { self.rang() }
    }

    private func rang() {
        timer = nil
        guard loop.now >= min(quiet, whole) else { return arm() }
        switch state {
        case .connecting: fail(failures.unreachable("no connection in time"), isCut: false)
        case .idle: fail(failures.unreachable("the line was closed"), isCut: true)
        case .busy(let exchange):
            let what =
                loop.now >= whole
                ? "not done in time"
                : exchange.isSent && exchange.headerBytes == 0
                    ? "no answer in time" : "the line stands still"
            fail(failures.unreachable(what), isCut: false)
        case .closed: break
        }
    }
}

/// Stands between TLS and HTTP, where bytes are seen that are no answer yet.
final class ByteWatch: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let handler: LineHandler

    init(_ handler: LineHandler) { self.handler = handler }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        handler.arrived(unwrapInboundIn(data).readableBytes)
        context.fireChannelRead(data)
        handler.parsed()
    }
}
