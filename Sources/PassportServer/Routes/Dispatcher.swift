internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import PassportCoding
internal import PassportExchange
internal import PassportStore

/// Finds the route of a request, and turns whatever goes wrong into a problem.
struct Dispatcher: HTTPResponder {
    typealias Context = BasicRequestContext

    let daemon: Daemon
    let logger: Logger

    func respond(to request: Request, context: Context) async throws -> Response {
        daemon.mailroom.enter()
        defer { daemon.mailroom.leave() }
        let start = ContinuousClock.now
        let wait = BodyWait()
        var (template, response) = await answer(request, wait)
        if request.method == .head { response = response.createHeadResponse() }
        let microseconds = start.duration(to: .now).wholeMicroseconds
        daemon.metrics.answered(
            template, status: response.status.code, microseconds: microseconds)
        // The template and never the path: a path names organisations and parcels, and a query
        // tells where somebody stands in a mailbox.
        logger.info(
            "request",
            metadata: [
                "method": .string(Self.known(request.method)), "route": .string(template),
                "status": .stringConvertible(response.status.code),
                "microseconds": .stringConvertible(microseconds),
                "waited": .stringConvertible(wait.microseconds),
            ])
        return response
    }

    /// A method may be any word; those that are none of ours are not written down.
    private static func known(_ method: HTTPRequest.Method) -> String {
        [.get, .head, .put, .post, .delete].contains(method) ? method.rawValue : "other"
    }

    private func answer(
        _ request: Request, _ wait: BodyWait
    ) async -> (template: String, response: Response) {
        let path = (request.head.path ?? "").utf8.prefix { $0 != UInt8(ascii: "?") }
            .split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            .map { Substring($0) }
        var methods: [String] = []
        for route in Route.all {
            guard let parameters = route.parameters(path) else { continue }
            guard route.method == request.method.rawValue else {
                methods.append(route.method)
                continue
            }
            let call = Call(
                daemon: daemon, request: request, parameters: parameters, now: daemon.now(),
                wait: wait)
            do {
                return (route.template, try await route.answer(call))
            } catch {
                let problem = Problem(error)
                // Who is slow, or whom we stop in the middle, is no fault of ours: strangers must
                // not fill the log of errors.
                if problem.status >= 500, !(error is CancellationError) {
                    report(error, route.template)
                }
                return (route.template, .problem(problem))
            }
        }
        guard !methods.isEmpty else { return ("none", .problem(Problem(.notFound))) }
        var response = Response.problem(Problem(.wrongMethod))
        response.headers[.allow] = Set(methods).sorted().joined(separator: ", ")
        return ("none", response)
    }

    private func report(_ error: any Error, _ template: String) {
        let failure = error as? any DescribedFailure
        logger.error(
            "failed",
            metadata: [
                "route": .string(template),
                "code": .string(failure?.identifier ?? "\(type(of: error))"),
                "cause": .string(failure?.cause ?? ""),
            ])
    }
}
