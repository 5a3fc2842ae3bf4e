internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import PassportCrypto
internal import PassportExchange

extension HTTPField.Name {
    /// A name that is known to be one.
    static func named(_ name: String) -> HTTPField.Name {
        HTTPField.Name(name) ?? .cacheControl
    }

    static let contentDigest = named(ContentDigest.field)
    static let signatureInput = named(SignatureFields.inputName)
    static let signature = named(SignatureFields.signatureName)
    static let uploadOffset = named(UploadField.offset)
    static let uploadLength = named(UploadField.length)
}

/// Answers in the forms that the description names.
extension Response {
    /// A problem.
    static func problem(_ problem: Problem) -> Response {
        var answer = json(problem, status: problem.status)
        answer.headers[.contentType] = Problem.mediaType
        if problem.status == 401 {
            answer.headers[.wwwAuthenticate] = "Signature tag=\"\(RequestRules.tag)\""
        }
        if problem.status == 503 || problem.status == 507 || problem.status == 429 {
            answer.headers[.retryAfter] = "30"
        }
        return answer
    }

    /// A JSON document.
    static func json(_ document: some Encodable, status: Int = 200) -> Response {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let data = (try? encoder.encode(document)) ?? Data("{}".utf8)
        return bytes([UInt8](data), "application/json", status: status)
    }

    /// Bytes of a kind.
    static func bytes(_ bytes: [UInt8], _ mediaType: String, status: Int = 200) -> Response {
        var fields = HTTPFields()
        fields[.contentType] = mediaType
        fields[.cacheControl] = "no-store"
        fields[.xContentTypeOptions] = "nosniff"
        return Response(
            status: .init(code: status), headers: fields,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    /// Nothing.
    static func empty(_ status: Int = 204) -> Response {
        var fields = HTTPFields()
        fields[.cacheControl] = "no-store"
        return Response(status: .init(code: status), headers: fields)
    }

    /// Bytes that are asked for again and again: with an entity tag, or 304 for whoever has them.
    static func tagged(
        _ bytes: [UInt8], _ mediaType: String, digest: Digest, request: Request
    ) -> Response {
        let tag = "\"\(digest)\""
        let known = request.headers[.ifNoneMatch] ?? ""
        let isKnown =
            known == "*"
            || known.split(separator: ",").contains {
                let candidate = $0.trimmingCharacters(in: .whitespaces)
                return candidate == tag || candidate == "W/\(tag)"
            }
        var answer = isKnown ? empty(304) : self.bytes(bytes, mediaType)
        answer.headers[.eTag] = tag
        answer.headers[.cacheControl] = "no-cache"
        return answer
    }
}
