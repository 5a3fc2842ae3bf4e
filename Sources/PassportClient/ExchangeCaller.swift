public import PassportCoding
public import PassportCrypto
public import PassportExchange

/// Calls to daemons for one organisation: signs, sends, and reads what comes back.
public struct ExchangeCaller: Sendable {
    let transport: any Transport
    private let signer: (any RequestSigner)?
    private let clock: @Sendable () -> Timestamp
    let pause: @Sendable (_ attempt: Int) async -> Void

    /// Makes a caller.
    ///
    /// - Parameters:
    ///   - signer: nil for calls to what a daemon tells everybody, which are then not signed.
    ///   - clock: what signatures are dated by.
    ///   - pause: waits before attempt number 2 and each later one of an upload or download.
    public init(
        transport: any Transport, signer: (any RequestSigner)?,
        clock: @escaping @Sendable () -> Timestamp,
        pause: @escaping @Sendable (_ attempt: Int) async -> Void = { _ in }
    ) {
        self.transport = transport
        self.signer = signer
        self.clock = clock
        self.pause = pause
    }

    /// Makes one call.
    ///
    /// - Parameters:
    ///   - path: path and query.
    ///   - mediaType: of the body.
    ///   - fields: further ones, names in lower case; they are not signed.
    ///   - digest: SHA-256 over the body, when it is known; otherwise the body is read once more
    ///     for it.
    ///   - sink: where the body of a success goes; its limit holds for that alone.
    ///   - upload: which part of a parcel the body is.
    /// - Returns: success for status 200 to 299 and 304, the refusal for any other.
    /// - Throws: as `Transport.send`, and what the signer throws.
    public func call(
        _ endpoint: Endpoint, _ method: String, _ path: String,
        body: OutgoingBody = .bytes([]), mediaType: String? = nil,
        fields: [(name: String, value: String)] = [], digest: Digest? = nil,
        into sink: AnswerSink = .memory(maximum: Limits.wireJSONBytes),
        upload: RequestComponents.Upload? = nil
    ) async throws(ExchangeError) -> ExchangeReply<IncomingAnswer> {
        let digest = if let digest { digest } else { try BodySource(body).digest() }
        let components = RequestComponents(
            method: method, targetURI: endpoint.uri(path), contentDigest: digest, upload: upload)
        var request = OutgoingRequest(
            endpoint: endpoint, method: method, path: path, fields: fields, body: body)
        if let mediaType { request.fields.append(("content-type", mediaType)) }
        let reply = try await send(request, components, into: sink)
        // On a kept connection that was closed, the transport sends once more what the daemon may
        // have seen already; whether it did, a request with a nonce of its own finds out.
        guard case .problem(let problem) = reply, problem.code == Problem.Kind.replayed.code,
            signer != nil
        else { return reply }
        return try await send(request, components, into: sink)
    }

    /// Gets a JSON document.
    public func document<Document: Decodable & Sendable>(
        _ type: Document.Type, at endpoint: Endpoint, _ path: String
    ) async throws(ExchangeError) -> ExchangeReply<Document> {
        try await call(endpoint, "GET", path).map { answer throws(ExchangeError) in
            try WireJSON.decode(type, from: answer.body)
        }
    }

    private func send(
        _ unsigned: OutgoingRequest, _ components: RequestComponents, into sink: AnswerSink
    ) async throws(ExchangeError) -> ExchangeReply<IncomingAnswer> {
        var request = unsigned
        request.fields.append((ContentDigest.field, ContentDigest.text(components.contentDigest)))
        if let upload = components.upload {
            request.fields.append((UploadField.offset, "\(upload.offset)"))
            request.fields.append((UploadField.length, "\(upload.length)"))
        }
        if let signer {
            let signature = try signer.sign(components, at: clock())
            request.fields.append((SignatureFields.inputName, signature.input))
            request.fields.append((SignatureFields.signatureName, signature.signature))
        }
        let answer = try await transport.send(request, into: Self.withRoom(sink))
        guard (200...299).contains(answer.status) || answer.status == 304 else {
            return .problem(Problem(answer))
        }
        if case .memory(let maximum) = sink, answer.body.count > maximum {
            throw PeerFailures(address: request.endpoint.address).overLimit(
                "the answer is too long")
        }
        return .success(answer)
    }

    /// A refusal may be longer than what was asked for.
    private static func withRoom(_ sink: AnswerSink) -> AnswerSink {
        guard case .memory(let maximum) = sink else { return sink }
        return .memory(maximum: max(maximum, 65_536))
    }
}
