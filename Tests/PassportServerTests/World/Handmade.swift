import PassportCoding
import PassportCrypto
import PassportExchange
import PassportTrust

/// One request by hand, so that anything in it can be wrong.
struct Handmade {
    var method = "GET"
    var path: String
    var body: [UInt8] = []
    /// What is signed when it is not what is sent.
    var signedMethod: String?
    var signedURI: String?
    var signedBody: [UInt8]?
    var upload: RequestComponents.Upload?
    /// Added after all others.
    var fields: [(name: String, value: String)] = []
    /// Names of fields that are left out in the end.
    var without: Set<String> = []

    init(_ method: String = "GET", _ path: String, body: [UInt8] = []) {
        self.method = method
        self.path = path
        self.body = body
    }

    /// The request, signed as a house or not at all.
    func made(
        for daemon: PaperDaemon, by house: TestHouse?, at now: Timestamp? = nil
    ) throws -> OutgoingRequest {
        let digest = Digest.sha256(of: signedBody ?? body)
        let components = RequestComponents(
            method: signedMethod ?? method, targetURI: signedURI ?? daemon.endpoint.uri(path),
            contentDigest: digest, upload: upload)
        var all: [(name: String, value: String)] = [
            (ContentDigest.field, ContentDigest.text(digest))
        ]
        if let upload {
            all.append((UploadField.offset, "\(upload.offset)"))
            all.append((UploadField.length, "\(upload.length)"))
        }
        if let house {
            let signature = try HouseSigner(house: house, randomness: .system)
                .sign(components, at: now ?? daemon.now)
            all.append((SignatureFields.inputName, signature.input))
            all.append((SignatureFields.signatureName, signature.signature))
        }
        all += fields
        all.removeAll { without.contains($0.name) }
        return OutgoingRequest(
            endpoint: daemon.endpoint, method: method, path: path, fields: all,
            body: .bytes(body))
    }
}

extension PaperDaemon {
    /// Asks by hand.
    func ask(
        _ request: Handmade, by house: TestHouse? = nil, at now: Timestamp? = nil
    ) async throws -> IncomingAnswer {
        try await answer(request.made(for: self, by: house, at: now))
    }
}
