import PassportExchange
import Synchronization

/// What happens to one request on its way.
enum Fault: Sendable {
    /// Nothing: the fault that is planned behind it is for the next one.
    case pass
    /// It never arrives.
    case dropRequest
    /// It is acted upon, and nobody hears of it.
    case dropAnswer
    /// It arrives twice, signature and all; the first answer counts.
    case duplicate
    /// It is kept underway until `deliverLate`; the sender hears nothing.
    case late
    /// The line breaks after so many bytes of the body.
    case cutRequest(Int)
    /// The line breaks after so many bytes of the answer's body.
    case cutAnswer(Int)
    /// Nothing comes, for as long as somebody waits.
    case hang
    /// Something else answers.
    case answer(IncomingAnswer)
}

/// The lines between those who talk, by name, and what goes wrong on them.
final class PaperLines: Sendable {
    private struct Way: Hashable {
        let from: String
        let to: String
    }

    private struct State {
        var cut: Set<Way> = []
        var faults: [Way: [Fault]] = [:]
        var late: [(to: String, request: OutgoingRequest)] = []
        var sent: [(from: String, to: String, request: OutgoingRequest)] = []
        var keepsSent = false
    }

    private let state = Mutex(State())

    /// Cuts both ways between two.
    func partition(_ one: String, _ other: String) {
        state.withLock {
            $0.cut.insert(Way(from: one, to: other))
            $0.cut.insert(Way(from: other, to: one))
        }
    }

    func heal(_ one: String, _ other: String) {
        state.withLock {
            $0.cut.remove(Way(from: one, to: other))
            $0.cut.remove(Way(from: other, to: one))
        }
    }

    func healAll() {
        state.withLock {
            $0.cut = []
            $0.faults = [:]
        }
    }

    /// The next requests from one to the other suffer these faults, in order.
    func plan(_ faults: Fault..., from: String, to: String) {
        state.withLock { $0.faults[Way(from: from, to: to), default: []] += faults }
    }

    /// From now on, what is sent is kept, as somebody on the line could keep it.
    func listen() { state.withLock { $0.keepsSent = true } }

    /// What was sent from one to another since `listen`.
    func sent(from: String, to: String) -> [OutgoingRequest] {
        state.withLock { state in
            state.sent.filter { $0.from == from && $0.to == to }.map(\.request)
        }
    }

    /// Takes what is kept underway, latest first: the order in which it was sent is lost.
    func takeLate() -> [(to: String, request: OutgoingRequest)] {
        state.withLock { state in
            defer { state.late = [] }
            return state.late.reversed()
        }
    }

    /// What happens to this request; nil for nothing out of the way.
    func fate(of request: OutgoingRequest, from: String, to: String) -> Fault? {
        state.withLock { state in
            let way = Way(from: from, to: to)
            guard !state.cut.contains(way) else { return .dropRequest }
            if state.keepsSent { state.sent.append((from, to, request)) }
            guard var planned = state.faults[way], !planned.isEmpty else { return nil }
            let fault = planned.removeFirst()
            state.faults[way] = planned
            if case .late = fault { state.late.append((to, request)) }
            return fault
        }
    }
}
