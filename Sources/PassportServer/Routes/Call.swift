internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import PassportCoding
internal import PassportCrypto
internal import PassportExchange
internal import PassportStore
internal import PassportTrust

/// One request on its way through a route.
struct Call: Sendable {
    let daemon: Daemon
    let request: Request
    let parameters: [String: String]
    /// The moment of this request, the same for everything that is decided in it.
    let now: Timestamp
    /// How long it waited for its body.
    let wait: BodyWait

    var mailroom: Mailroom { daemon.mailroom }

    // MARK: - What stands in the path

    /// The organisation whose mailbox it is.
    func organisation(_ name: String = "organisation") throws -> OrganisationID {
        guard let id = try? OrganisationID(text: parameters[name] ?? "") else {
            throw Problem(.notFound)
        }
        return id
    }

    /// The parcel: 64 lower-case hexadecimal digits.
    func parcel() throws -> Digest {
        let text = parameters["parcel"] ?? ""
        guard let bytes = try? Hexadecimal.decode(text), let digest = Digest(bytes: bytes),
            "\(digest)" == text
        else { throw Problem(.notFound) }
        return digest
    }

    /// A number in the path, in its one spelling.
    func number(_ name: String) throws -> Int {
        let text = parameters[name] ?? ""
        guard let number = Int(text), number >= 0, "\(number)" == text else {
            throw Problem(.notFound)
        }
        return number
    }

    /// The one query parameter there is.
    func after() throws -> Int64 {
        let query = request.uri.queryParameters
        guard query.allSatisfy({ $0.key == "after" }), query.count <= 1 else {
            throw Problem(.malformed, "the only parameter is 'after'")
        }
        guard let text = query["after"] else { return 0 }
        guard let after = Int64(text), after >= 0 else {
            throw Problem(.malformed, "'after' is a number that a page gave as 'next'")
        }
        return after
    }

    // MARK: - Fields

    /// The value of a field that may stand once.
    func field(_ name: HTTPField.Name) throws -> String? {
        let values = request.headers[values: name]
        guard values.count <= 1 else {
            throw Problem(.malformed, "'\(name.canonicalName)' stands there twice")
        }
        return values.first
    }

    private func count(_ name: HTTPField.Name) throws -> Int? {
        guard let text = try field(name) else { return nil }
        guard let count = Int(text), count >= 0, "\(count)" == text else {
            throw Problem(.malformed, "'\(name.canonicalName)' is no number of bytes")
        }
        return count
    }

    /// True when a request brings a whole parcel that is short enough to be taken in before
    /// anything is looked up. The end of a long one is not: there has to be room for all of it.
    func isShort(_ request: VerifiedRequest) throws -> Bool {
        guard let length = try contentLength(), length <= Mailroom.inlineBytes else {
            return false
        }
        return request.components.upload.map { $0.offset == 0 && $0.length == length } ?? true
    }

    /// Bytes of the body.
    func contentLength() throws -> Int? { try count(.contentLength) }

    // MARK: - The signature

    /// What of the request must be signed.
    func components() throws -> RequestComponents {
        guard let digest = try field(.contentDigest) else {
            throw Problem(.unsigned, "Content-Digest is missing")
        }
        let offset = try count(.uploadOffset)
        let length = try count(.uploadLength)
        guard (offset == nil) == (length == nil) else {
            throw Problem(.malformed, "Upload-Offset and Upload-Length stand together")
        }
        let upload = offset.flatMap { offset in
            length.map { RequestComponents.Upload(offset: offset, length: $0) }
        }
        return RequestComponents(
            method: request.method.rawValue, targetURI: daemon.endpoint.uri(request.uri.string),
            contentDigest: try ContentDigest.parse(digest), upload: upload)
    }

    /// The request with its signature, not verified.
    func unverified() throws -> UnverifiedRequest {
        guard let input = try field(.signatureInput), let signature = try field(.signature) else {
            throw Problem(.unsigned, "Signature-Input or Signature is missing")
        }
        do {
            return try UnverifiedRequest(
                components(), SignatureFields(input: input, signature: signature))
        } catch let error as ExchangeError where error.code == .overLimit {
            throw Problem(.headersTooLarge, error.message)
        }
    }

    /// The request, verified as one by an organisation that is known here. Its nonce is for
    /// whatever is done with it to use up.
    func verified() async throws -> VerifiedRequest {
        let unverified = try unverified()
        guard let identity = try await mailroom.identity(of: unverified.organisation) else {
            throw UnverifiedRequest.unknownKey
        }
        return try await verify(unverified, by: identity)
    }

    func verify(
        _ unverified: UnverifiedRequest, by identity: Identity
    ) async throws -> VerifiedRequest {
        do {
            let request = try unverified.verify(by: identity, at: now)
            ServedLine.current?.holdPlace()
            return request
        } catch  where error.code == .skewed {
            throw Problem(.skewed, error.message, skew: unverified.skew(at: now))
        } catch  where error.code == .badSignature {
            // Attack: asking whom we know, by bad signatures in the names of published keys.
            // Whoever is hosted here is no secret.
            guard try await mailroom.isHosted(identity.organisation) else {
                throw UnverifiedRequest.unknownKey
            }
            throw error
        }
    }

    /// A verified request without a body, of which the nonce is used up.
    func reading() async throws -> VerifiedRequest {
        let request = try await verified()
        guard request.components.contentDigest == ContentDigest.empty else {
            throw Problem(.wrongDigest, "the body is empty, its digest is not")
        }
        try await admitReading(request)
        return request
    }

    /// Uses up the nonce of a request that changes nothing; on a full disk in memory, so that
    /// owners still read their mailboxes.
    func admitReading(_ request: VerifiedRequest) async throws {
        guard !daemon.unwritten.contains(request) else { throw Problem(.replayed) }
        do {
            try await mailroom.admit(request, now: now)
        } catch let error as StoreError where error.code == .full {
            guard try await !mailroom.isKnownNonce(request),
                daemon.unwritten.insert(request, now: now)
            else { throw Problem(.replayed) }
        }
    }

    /// A reading request by the owner of a mailbox. Whoever is only followed here has none: an
    /// empty page would tell a home that it had paired.
    func reading(by owner: OrganisationID) async throws -> VerifiedRequest {
        let request = try await reading()
        try require(request, owner)
        guard try await mailroom.isHosted(owner) else { throw Problem(.notFound) }
        return request
    }

    /// Stops one organisation from acting for another, hosted beside it or not.
    func require(_ request: VerifiedRequest, _ owner: OrganisationID) throws {
        guard request.organisation == owner else { throw Problem(.forbidden) }
    }

    // MARK: - The body

    /// The body as it comes.
    var parts: TimedBody { TimedBody(body: request.body, wait: wait) }

    /// A whole body that fits into memory and is the one that was signed.
    func body(
        maximum: Int, digest: Digest, seconds: Int? = nil
    ) async throws -> [UInt8] {
        let bytes = try await body(maximum: maximum, seconds: seconds)
        guard Digest.sha256(of: bytes) == digest else { throw Problem(.wrongDigest) }
        return bytes
    }

    /// A whole body that fits into memory.
    ///
    /// - Parameter seconds: in which it has to be here, when not as long as any other.
    func body(maximum: Int, seconds: Int? = nil) async throws -> [UInt8] {
        let length = try contentLength() ?? maximum
        guard length <= maximum else { throw Problem(.tooLarge) }
        let bytes = try await within(seconds: seconds ?? daemon.deadlines.body) {
            let share = daemon.bodies.share(of: source)
            var bytes: [UInt8] = []
            for try await part in parts {
                guard bytes.count + part.readableBytes <= maximum else { throw Problem(.tooLarge) }
                try share.grow(to: bytes.count + part.readableBytes)
                bytes += part.readableBytesView
            }
            // A body that is given up ends like one that is whole.
            try Task.checkCancellation()
            return bytes
        }
        daemon.metrics.received(bytes: bytes.count)
        return bytes
    }

    /// Who asks, as bounds count it.
    var source: String { ServedLine.current?.source ?? "local" }
}
