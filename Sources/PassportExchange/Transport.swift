public import PassportCrypto

/// Where a request goes, and whose key must answer there.
public struct Endpoint: Hashable, Sendable {
    /// The address.
    public let address: ServiceAddress
    /// SHA-256 over the subject public key info of the TLS key.
    public let pin: Digest

    /// Names a daemon.
    public init(address: ServiceAddress, pin: Digest) {
        self.address = address
        self.pin = pin
    }

    /// The full address of a path there, as it is signed.
    public func uri(_ path: String) -> String { address.base(pin: pin) + path }
}

/// The body of a request.
public enum OutgoingBody: Hashable, Sendable {
    /// Bytes in memory; empty for none.
    case bytes([UInt8])
    /// A part of a file, read while it is sent.
    case file(path: String, offset: Int, count: Int)

    /// Bytes in the body.
    public var count: Int {
        switch self {
        case .bytes(let bytes): bytes.count
        case .file(_, _, let count): count
        }
    }
}

/// A request on its way out, signature and all.
public struct OutgoingRequest: Sendable {
    /// Where it goes.
    public var endpoint: Endpoint
    /// The method in upper case.
    public var method: String
    /// Path and query.
    public var path: String
    /// Further fields, names in lower case. `host` and `content-length` are added underway.
    public var fields: [(name: String, value: String)]
    /// The body.
    public var body: OutgoingBody

    /// States a request.
    public init(
        endpoint: Endpoint, method: String, path: String,
        fields: [(name: String, value: String)] = [], body: OutgoingBody = .bytes([])
    ) {
        self.endpoint = endpoint
        self.method = method
        self.path = path
        self.fields = fields
        self.body = body
    }
}

/// What came back.
public struct IncomingAnswer: Sendable {
    /// The HTTP status.
    public let status: Int
    /// The fields, names in lower case; of several with one name the last.
    public let fields: [String: String]
    /// The body; empty when it went to a file.
    public let body: [UInt8]

    /// States an answer.
    public init(status: Int, fields: [String: String], body: [UInt8]) {
        self.status = status
        self.fields = fields
        self.body = body
    }
}

/// Where the body of a successful answer goes.
public enum AnswerSink: Hashable, Sendable {
    /// Into memory, at most so many bytes.
    case memory(maximum: Int)
    /// To the end of a file, which is made when it is not there; at most so many bytes. Only
    /// bodies of answers with status 200 or 206 go there; others go to memory.
    case file(path: String, maximum: Int)
}

/// Carries requests to daemons: real sockets, or a world without them in tests.
public protocol Transport: Sendable {
    /// Sends one request and waits for the answer; follows no redirect.
    ///
    /// - Throws: `unreachable`, `wrongPeer`, `badAnswer`, `overLimit`.
    func send(
        _ request: OutgoingRequest, into sink: AnswerSink
    ) async throws(ExchangeError) -> IncomingAnswer
}
