internal import Foundation
internal import Hummingbird
internal import PassportAudit
internal import PassportCoding
internal import PassportCrypto
internal import PassportExchange
internal import PassportStore
internal import PassportTrust

/// What everybody may read: the daemon, its log, and what the organisations here publish.
enum PublicRoutes {
    static let all = [
        Route("GET", ExchangePath.service) { call in .json(call.daemon.document) },
        Route("GET", ExchangePath.openAPI) { call in
            let bytes = PackageResources.openapi_json
            return .tagged(
                bytes, "application/json", digest: Digest.sha256(of: bytes),
                request: call.request)
        },
        Route("GET", "/v1/organisations/{organisation}/identity", identity),
        Route("GET", "/v1/organisations/{organisation}/status-lists/{number}", statusList),
        Route("GET", ExchangePath.checkpoint, checkpoint),
        Route("GET", "/v1/log/tile/{level}/{index}", tile),
        Route("GET", "/v1/log/tile/{level}/x{a}/{index}", tile),
        Route("GET", "/v1/log/tile/{level}/x{a}/x{b}/{index}", tile),
        Route("GET", "/v1/log/tile/{level}/{index}.p/{width}", tile),
        Route("GET", "/v1/log/tile/{level}/x{a}/{index}.p/{width}", tile),
        Route("GET", "/v1/log/tile/{level}/x{a}/x{b}/{index}.p/{width}", tile),
    ]

    /// Whom a hosted organisation follows is nobody's business, so others' papers are given to
    /// those who follow them and to nobody else.
    private static func refuseFollowed(_ call: Call, _ id: OrganisationID) async throws {
        if try await call.mailroom.isHosted(id) { return }
        guard (try? call.field(.signature)) != nil else { throw Problem(.notFound) }
        let reader = try await call.reading()
        guard try await call.mailroom.isHosted(reader.organisation),
            try await call.mailroom.follows(reader.organisation, id)
        else { throw Problem(.notFound) }
    }

    private static func identity(_ call: Call) async throws -> Response {
        let id = try call.organisation()
        try await refuseFollowed(call, id)
        guard let identity = try await call.mailroom.identity(of: id) else {
            throw Problem(.notFound)
        }
        let bytes = identity.encoded()
        return .tagged(
            bytes, MediaType.identity, digest: Digest.sha256(of: bytes), request: call.request)
    }

    private static func statusList(_ call: Call) async throws -> Response {
        let id = try call.organisation()
        let number = try call.number("number")
        try await refuseFollowed(call, id)
        guard let list = try await call.mailroom.statusList(number, of: id) else {
            throw Problem(.notFound)
        }
        return .tagged(
            list.bytes, MediaType.statusList, digest: list.digest, request: call.request)
    }

    private static func checkpoint(_ call: Call) async throws -> Response {
        guard let note = try await call.mailroom.checkpointNote() else { throw Problem(.notFound) }
        return .bytes(Array(note.utf8), "text/plain; charset=utf-8")
    }

    /// C2SP tlog-tiles: `tile/<L>/<N>[.p/<W>]`, N in groups of three digits.
    private static func tile(_ call: Call) async throws -> Response {
        let level = try call.number("level")
        guard level <= 5 else { throw Problem(.notFound) }
        var width = 256
        if call.parameters["width"] != nil {
            width = try call.number("width")
            guard (1...255).contains(width) else { throw Problem(.notFound) }
        }
        let last = call.parameters["index"] ?? ""
        let groups = ["a", "b"].compactMap { call.parameters[$0] }
        var index: UInt64 = 0
        for group in groups { index = index * 1_000 + (try digits(group[...])) }
        index = index * 1_000 + (try digits(last[...]))
        guard groups.isEmpty || groups.first != "000",
            let hashes = try await call.mailroom.tile(level: level, index: index, width: width)
        else { throw Problem(.notFound) }
        return .bytes(hashes, "application/octet-stream")
    }

    private static func digits(_ text: Substring) throws -> UInt64 {
        guard text.utf8.count == 3, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let number = UInt64(text)
        else { throw Problem(.notFound) }
        return number
    }
}

/// Media types of what daemons give and take.
enum MediaType {
    static let identity = "application/vnd.carepass.identity+cbor"
    static let statusList = "application/statuslist+cwt"
    static let receipt = "application/vnd.carepass.receipt+cose"
}
