internal import NIOCore
internal import NIOSSL
public import PassportCoding
public import PassportExchange
internal import Synchronization

/// Requests over TLS 1.3 to daemons whose key is known beforehand; HTTP/1.1.
///
/// A few connections to each daemon stay open for the next request: on a slow line the beginning
/// of one costs more than most answers.
public final class PinnedTransport: Transport {
    private struct Lines {
        var idle: [Endpoint: [Line]] = [:]
        var isShut = false
    }

    private let times: TransportTimes
    private let context: NIOSSLContext
    private let lines = Mutex(Lines())

    /// Unused connections to one daemon that are kept.
    private static let idleLines = 4
    private static let repeatedBytes = 65_536

    /// Makes a transport.
    ///
    /// - Throws: `unreachable` of the kind `fault` when TLS cannot be set up here.
    public init(times: TransportTimes = TransportTimes()) throws(ExchangeError) {
        self.times = times
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv13
        configuration.maximumTLSVersion = .tlsv13
        configuration.applicationProtocols = ["http/1.1"]
        configuration.certificateVerification = .noHostnameVerification
        // The pin alone decides; the machine's authorities are not even read.
        configuration.trustRoots = .certificates([])
        configuration.shutdownTimeout = .seconds(1)
        do {
            context = try NIOSSLContext(configuration: configuration)
        } catch {
            throw ExchangeError(.unreachable, .fault, "connections with TLS cannot be set up here")
        }
    }

    /// Sends one request and waits for the answer; follows no redirect.
    ///
    /// When a kept connection turns out to be closed before any byte of an answer, a request with
    /// a body of at most 64 KiB is sent once more over a new one; with a longer one, asking how
    /// much has arrived is better. What of a body came into a file stays there after a cut.
    ///
    /// - Throws: `malformed` for a request that cannot be sent, `unreachable`, `wrongPeer`,
    ///   `badAnswer`, `overLimit`, `cannotRead`, `cannotWrite`.
    public func send(
        _ request: OutgoingRequest, into sink: AnswerSink
    ) async throws(ExchangeError) -> IncomingAnswer {
        let head = try RequestHead.head(of: request)
        let body = try BodySource(request.body)
        if let line = take(request.endpoint) {
            switch await line.exchange(head, body, into: sink) {
            case .success(let outcome): return keep(line, outcome, request.endpoint)
            case .failure(let problem):
                guard problem.isUntouched, body.count <= Self.repeatedBytes else {
                    throw problem.error
                }
            }
        }
        guard !lines.withLock({ $0.isShut }) else {
            throw ExchangeError(.unreachable, .noInput, "no more requests are sent")
        }
        let line = try await Line.open(request.endpoint, context, times)
        switch await line.exchange(head, body, into: sink) {
        case .success(let outcome): return keep(line, outcome, request.endpoint)
        case .failure(let problem): throw problem.error
        }
    }

    /// Closes the connections that are not in use, and lets no more begin. Requests under way
    /// come to their end.
    public func shutdown() async {
        let idle = lines.withLock { lines in
            lines.isShut = true
            defer { lines.idle = [:] }
            return lines.idle.values.flatMap { $0 }
        }
        for line in idle { await line.close() }
    }

    private func take(_ endpoint: Endpoint) -> Line? {
        lines.withLock { lines in
            while let line = lines.idle[endpoint]?.popLast() {
                if line.isOpen { return line }
            }
            lines.idle[endpoint] = nil
            return nil
        }
    }

    private func keep(
        _ line: Line, _ outcome: LineOutcome, _ endpoint: Endpoint
    ) -> IncomingAnswer {
        guard outcome.isReusable else { return outcome.answer }
        let isKept = lines.withLock { lines in
            // Closed ones of daemons that are never asked again would add up.
            lines.idle = lines.idle.compactMapValues { idle in
                let open = idle.filter(\.isOpen)
                return open.isEmpty ? nil : open
            }
            guard !lines.isShut, lines.idle[endpoint, default: []].count < Self.idleLines
            else { return false }
            lines.idle[endpoint, default: []].append(line)
            return true
        }
        if !isKept { line.drop() }
        return outcome.answer
    }
}
