internal import Foundation
internal import HTTPTypes
internal import NIOCore
internal import NIOHTTP1
internal import NIOHTTPTypes
internal import PassportExchange

/// Ends connections that take longer than a request may, and answers what cannot be read as HTTP.
///
/// Attack: thousands of connections that send one byte now and then, each of which would be kept
/// for ever.
final class PatienceHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// How long is waited, and how slow a body may be.
    struct Times: Sendable {
        /// For the first or next request, head and all.
        var head: TimeAmount = .seconds(30)
        /// For each further `bodyBytes` of a body.
        var body: TimeAmount = .seconds(30)
        /// Bytes of a body that must come in that time.
        var bodyBytes = 1_024
        /// For a client to take the next part of an answer.
        var answer: TimeAmount = .seconds(60)
    }

    private let times: Times
    private var deadline: Scheduled<Void>?
    private var arrived = 0
    private var hasAnswered = false
    private var isAnswerOver = false

    init(_ times: Times) { self.times = times }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { start(times.head, context) }
    }

    func handlerRemoved(context: ChannelHandlerContext) { deadline?.cancel() }

    func channelActive(context: ChannelHandlerContext) {
        start(times.head, context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        deadline?.cancel()
        context.fireChannelInactive()
    }

    private func start(_ time: TimeAmount, _ context: ChannelHandlerContext) {
        deadline?.cancel()
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: time) {
            context.close(promise: nil)
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head:
            arrived = 0
            hasAnswered = false
            isAnswerOver = false
            start(times.body, context)
        case .body(let part):
            arrived += part.readableBytes
            // Attack: a body that goes on for ever behind its refusal, to keep its place.
            if arrived >= times.bodyBytes, !isAnswerOver {
                arrived = 0
                start(times.body, context)
            }
        case .end:
            // From here on the daemon works; how long that takes is no fault of the client's.
            // Attack: a body that ends after its refusal, to be left alone for ever.
            if isAnswerOver { start(times.head, context) } else { deadline?.cancel() }
        }
        context.fireChannelRead(data)
    }

    func write(
        context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?
    ) {
        hasAnswered = true
        if case .end = unwrapOutboundIn(data) {
            isAnswerOver = true
            start(times.head, context)
        } else {
            start(times.answer, context)
        }
        context.write(data, promise: promise)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? HTTPParserError, !hasAnswered else {
            context.close(promise: nil)
            return
        }
        hasAnswered = true
        let isTooLong = error == .headerOverflow
        let problem = Problem(isTooLong ? .headersTooLarge : .malformed)
        let body = (try? JSONEncoder().encode(problem)) ?? Data()
        var head = HTTPResponse(status: .init(code: problem.status))
        head.headerFields[.contentType] = Problem.mediaType
        head.headerFields[.contentLength] = "\(body.count)"
        head.headerFields[.connection] = "close"
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(ByteBuffer(bytes: body))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)))
            .assumeIsolated().whenComplete { _ in context.close(promise: nil) }
    }
}
