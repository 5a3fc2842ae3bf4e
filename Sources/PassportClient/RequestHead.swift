internal import NIOHTTP1
internal import PassportCoding
internal import PassportExchange

/// Makes the head of a request out of what others may have put together.
enum RequestHead {
    /// Fields that say where a request ends or goes; only this client states them.
    private static let own: Set<String> = [
        "host", "content-length", "transfer-encoding", "connection", "keep-alive", "upgrade",
        "te", "trailer", "expect", "accept-encoding",
    ]

    /// - Throws: `malformed` when something could end a line (stops a value that came from
    ///   outside from adding a field or a second request), `overLimit`.
    static func head(of request: OutgoingRequest) throws(ExchangeError) -> HTTPRequestHead {
        guard !request.method.isEmpty, request.method.utf8.count <= 16,
            request.method.utf8.allSatisfy({ (0x41...0x5A).contains($0) })
        else { throw malformed("a method has 1 to 16 capital letters") }
        guard request.path.hasPrefix("/"),
            request.path.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != 0x23 })
        else { throw malformed("a path begins with '/' and has no spaces") }
        var headers = HTTPHeaders()
        headers.add(
            name: "host", value: request.endpoint.address.authority(pin: request.endpoint.pin))
        for (name, value) in request.fields {
            guard isName(name), !own.contains(name), isValue(value) else {
                throw malformed("a field's name or value cannot be sent")
            }
            headers.add(name: name, value: value)
        }
        if request.body.count > 0 || !["GET", "HEAD"].contains(request.method) {
            headers.add(name: "content-length", value: "\(request.body.count)")
        }
        guard size(of: headers) + request.path.utf8.count <= Limits.headerBytes else {
            throw ExchangeError(
                .overLimit, "request: its fields are longer than \(Limits.headerBytes) bytes")
        }
        return HTTPRequestHead(
            version: .http1_1, method: HTTPMethod(rawValue: request.method), uri: request.path,
            headers: headers)
    }

    /// Bytes of fields as they stand on the line.
    static func size(of headers: HTTPHeaders) -> Int {
        headers.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count + 4 }
    }

    private static func malformed(_ what: String) -> ExchangeError {
        ExchangeError(.malformed, "request: \(what)")
    }

    private static func isName(_ name: String) -> Bool {
        !name.isEmpty
            && name.utf8.allSatisfy {
                (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D
            }
    }

    private static func isValue(_ value: String) -> Bool {
        value.utf8.allSatisfy { (0x20...0x7E).contains($0) } && value.utf8.first != 0x20
            && value.utf8.last != 0x20
    }
}
