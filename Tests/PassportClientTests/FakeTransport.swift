import PassportClient
import PassportCoding
import PassportExchange
import Synchronization

/// A world without sockets: answers come from a list, requests are kept.
final class FakeTransport: Transport {
    private let answers: Mutex<[IncomingAnswer]>
    let requests = Collected<OutgoingRequest>()

    init(_ answers: [IncomingAnswer]) { self.answers = Mutex(answers) }

    func send(
        _ request: OutgoingRequest, into sink: AnswerSink
    ) async throws(ExchangeError) -> IncomingAnswer {
        requests.add(request)
        let next = answers.withLock { $0.isEmpty ? nil : $0.removeFirst() }
        guard let next else { throw ExchangeError(.unreachable, .noInput, "nobody is there") }
        return next
    }
}

extension IncomingAnswer {
    /// A JSON answer.
    static func json(
        _ status: Int, _ text: String, type: String = "application/json"
    ) -> IncomingAnswer {
        IncomingAnswer(status: status, fields: ["content-type": type], body: Array(text.utf8))
    }

    /// A refusal of a daemon.
    static func problem(_ kind: Problem.Kind, offset: Int? = nil) throws -> IncomingAnswer {
        IncomingAnswer(
            status: kind.status, fields: ["content-type": Problem.mediaType],
            body: try WireJSON.encode(Problem(kind, "what to do", offset: offset)))
    }
}

extension OutgoingRequest {
    func field(_ name: String) -> String? { fields.first { $0.name == name }?.value }
}
