internal import Glibc
internal import NIOHTTP1
internal import NIOSSL
public import PassportCoding
public import PassportExchange

extension Failure<ExchangeDomain>.Code {
    /// A file of ours that was to be sent cannot be read.
    public static let cannotRead = Self("cannotRead")
    /// A file of ours that was to be filled cannot be written.
    public static let cannotWrite = Self("cannotWrite")
}

extension ServiceAddress {
    /// How messages name the place: never by a path, which can name a person.
    var shown: String {
        switch place {
        case .machine(let host, let port):
            host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .socket: "the daemon on this machine"
        }
    }
}

/// What went wrong with a daemon, in words that name host and port and nothing else.
struct PeerFailures: Sendable {
    let address: ServiceAddress

    func unreachable(_ what: String, cause: String? = nil) -> ExchangeError {
        ExchangeError(
            .unreachable, .noInput, "\(address.shown): \(what)",
            hint: "try again later; nothing is lost", cause: cause)
    }

    func wrongPeer(_ what: String) -> ExchangeError {
        ExchangeError(
            .wrongPeer, .refused, "\(address.shown): \(what)",
            hint: "ask the organisation for its newest identity file; if it has none, somebody "
                + "else answers at this address")
    }

    func badAnswer(_ what: String) -> ExchangeError {
        ExchangeError(.badAnswer, "\(address.shown): \(what)")
    }

    func overLimit(_ what: String) -> ExchangeError {
        ExchangeError(.overLimit, "\(address.shown): \(what)")
    }

    /// What a lower layer threw on a line, and whether it is no more than the line's end.
    func translated(_ error: any Error) -> (error: ExchangeError, isCut: Bool) {
        switch error {
        case let error as ExchangeError: (error, false)
        case NIOSSLError.handshakeFailed(let reason): handshake(reason)
        case HTTPParserError.invalidEOFState:
            (unreachable("the line was cut within the answer"), true)
        case HTTPParserError.headerOverflow:
            (overLimit("the answer's header fields are too long"), false)
        case is HTTPParserError, is NIOHTTPDecoderError:
            (badAnswer("what came is no answer"), false)
        default: (unreachable("the line was cut"), true)
        }
    }

    private func handshake(_ reason: BoringSSLError) -> (error: ExchangeError, isCut: Bool) {
        if case .sslError(let stack) = reason, stack != [.eofDuringHandshake],
            stack != [.eofDuringAdditionalCertficiateChainValidation]
        {
            return (wrongPeer("whoever answers does not prove a key by TLS 1.3"), false)
        }
        return (unreachable("the line was cut before a key was shown"), true)
    }
}

extension ExchangeError {
    /// What the operating system said about a file of ours; the file stays unnamed.
    static func file(_ code: Code, _ what: String, _ number: Int32) -> ExchangeError {
        let reason = unsafe String(cString: strerror(number)).lowercased()
        return ExchangeError(
            code, code == .cannotRead ? .noInput : .cannotWrite, "\(what): \(reason)")
    }
}
