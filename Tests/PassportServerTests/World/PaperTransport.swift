import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOEmbedded
import PassportCoding
import PassportCrypto
import PassportExchange

@testable import PassportServer

/// Carries requests without sockets: straight into the dispatcher of the daemon at the address.
struct PaperTransport: Transport {
    /// Who sends, as the lines call it.
    let from: String
    let net: WeakNet

    func send(
        _ request: OutgoingRequest, into sink: AnswerSink
    ) async throws(ExchangeError) -> IncomingAnswer {
        guard let net = net.net, let target = net.daemon(at: request.endpoint) else {
            throw Self.unreachable
        }
        let request = try request.inMemory()
        switch net.lines.fate(of: request, from: from, to: target.name) {
        case nil, .pass: return try await target.answer(request).poured(into: sink)
        case .dropRequest, .late: throw Self.unreachable
        case .hang:
            // Ends when whoever waits has had enough.
            let (silence, _) = AsyncStream<Void>.makeStream()
            for await _ in silence {}
            throw Self.unreachable
        case .dropAnswer:
            _ = try await target.answer(request)
            throw Self.unreachable
        case .duplicate:
            let answer = try await target.answer(request)
            _ = try await target.answer(request)
            return try answer.poured(into: sink)
        case .cutRequest(let count):
            _ = try await target.answer(request, bodyEndsAfter: count)
            throw Self.unreachable
        case .cutAnswer(let count):
            let answer = try await target.answer(request)
            _ = try IncomingAnswer(
                status: answer.status, fields: answer.fields,
                body: Array(answer.body.prefix(count))
            ).poured(into: sink)
            throw Self.unreachable
        case .answer(let answer): return try answer.poured(into: sink)
        }
    }

    static let unreachable = ExchangeError(.unreachable, .fault, "the line is dead")
}

/// What becomes of a line on which a body was cut short.
enum BodyEnd: Sendable {
    case cut
    /// Nothing more comes, and nobody hangs up.
    case silence
}

extension OutgoingRequest {
    /// The request with its body in memory, so that it can be kept and sent again.
    func inMemory() throws(ExchangeError) -> OutgoingRequest {
        guard case .file(let path, let offset, let count) = body else { return self }
        guard let handle = FileHandle(forReadingAtPath: path),
            (try? handle.seek(toOffset: UInt64(offset))) != nil,
            let data = try? handle.read(upToCount: count)
        else { throw ExchangeError(.unreachable, .fault, "no such file") }
        var copy = self
        copy.body = .bytes([UInt8](data))
        return copy
    }

    /// The request as the server library gives it to the daemon.
    ///
    /// - Parameter bodyEndsAfter: bytes after which the line breaks.
    func received(bodyEndsAfter: Int? = nil, then bodyEnd: BodyEnd = .cut) -> Request {
        var head = HTTPRequest(
            method: HTTPRequest.Method(method) ?? .get, scheme: "https",
            authority: endpoint.address.authority(pin: endpoint.pin), path: path)
        for (name, value) in fields {
            guard let name = HTTPField.Name(name) else { continue }
            head.headerFields.append(HTTPField(name: name, value: value))
        }
        var bytes: [UInt8] = []
        if case .bytes(let whole) = body { bytes = whole }
        if head.headerFields[.contentLength] == nil, head.headerFields[.transferEncoding] == nil {
            head.headerFields[.contentLength] = "\(bytes.count)"
        }
        head.headerFields[.transferEncoding] = nil
        let end = min(bodyEndsAfter ?? bytes.count, bytes.count)
        let (stream, line) = AsyncThrowingStream.makeStream(of: ByteBuffer.self)
        for first in stride(from: 0, to: end, by: 65_536) {
            line.yield(ByteBuffer(bytes: bytes[first..<min(first + 65_536, end)]))
        }
        switch bodyEnd {
        case .cut: line.finish(throwing: bodyEndsAfter == nil ? nil : ChannelError.inputClosed)
        case .silence: break
        }
        return Request(head: head, body: RequestBody(asyncSequence: stream))
    }
}

extension IncomingAnswer {
    /// The answer after its body went where the caller wants it.
    func poured(into sink: AnswerSink) throws(ExchangeError) -> IncomingAnswer {
        let tooLong = ExchangeError(.overLimit, .refused, "the answer is too long")
        switch sink {
        case .memory(let maximum):
            guard body.count <= maximum else { throw tooLong }
            return self
        case .file(let path, let maximum):
            guard status == 200 || status == 206 else { return self }
            if !FileManager.default.fileExists(atPath: path) {
                _ = FileManager.default.createFile(
                    atPath: path, contents: nil, attributes: [.posixPermissions: 0o600])
            }
            guard let handle = FileHandle(forWritingAtPath: path),
                (try? handle.seekToEnd()) != nil,
                (try? handle.write(contentsOf: Data(body.prefix(maximum)))) != nil
            else { throw PaperTransport.unreachable }
            guard body.count <= maximum else { throw tooLong }
            return IncomingAnswer(status: status, fields: fields, body: [])
        }
    }

    /// The refusal in the answer.
    var problem: Problem? { try? JSONDecoder().decode(Problem.self, from: Data(body)) }
}

/// Gathers the body of an answer.
struct BodyGatherer: ResponseBodyWriter {
    let sink: @Sendable (ByteBuffer) -> Void

    mutating func write(_ buffer: ByteBuffer) async throws { sink(buffer) }
    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
}

extension Dispatcher {
    /// Answers one request, body and all.
    func paperAnswer(_ request: Request) async throws -> IncomingAnswer {
        let context = BasicRequestContext(
            source: ApplicationRequestContextSource(
                channel: NIOAsyncTestingChannel(), logger: silent))
        let response = try await respond(to: request, context: context)
        let gathered = Gathered()
        try await response.body.write(BodyGatherer { gathered.add($0) })
        var fields: [String: String] = [:]
        for field in response.headers { fields[field.name.canonicalName] = field.value }
        return IncomingAnswer(
            status: response.status.code, fields: fields, body: gathered.bytes)
    }
}

/// Logs to nowhere.
let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
