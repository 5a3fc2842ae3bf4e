internal import Hummingbird
internal import PassportCoding
internal import PassportCrypto
internal import PassportExchange
internal import PassportStore
internal import PassportTrust

/// An outbox: the owner hands over, and recipients that nobody can reach come and collect.
enum OutboxRoutes {
    private static let box = "/v1/organisations/{organisation}/outbox"
    private static let parcel = box + "/{recipient}/{parcel}"

    static let all = [
        Route("GET", box, page),
        Route("GET", box + "/{recipient}", waiting),
        Route("PUT", parcel, handOver),
        Route("GET", parcel, collect),
        Route("GET", parcel + "/upload", uploadState),
        Route("PUT", parcel + "/receipt", takeReceipt),
        Route("POST", parcel + "/again", declareLost),
    ]

    private static func page(_ call: Call) async throws -> Response {
        let owner = try call.organisation()
        let after = try call.after()
        _ = try await call.reading(by: owner)
        let page = try await call.mailroom.outbox(of: owner, after: after)
        return .json(ConsignmentPage(parcels: page.records.map(\.entry), next: page.next))
    }

    private static func handOver(_ call: Call) async throws -> Response {
        let owner = try call.organisation()
        let recipient = try call.organisation("recipient")
        let digest = try call.parcel()
        let request = try await call.verified()
        try call.require(request, owner)
        guard let host = try await call.mailroom.known(owner), host.isHosted else {
            throw Problem(.notFound)
        }
        let isFollowed = host.follows.contains(recipient)
        let standing =
            try isFollowed && call.isShort(request)
            ? .notLookedUp
            : try await call.mailroom.standing(of: request, sending: digest, to: recipient)
        let scope = UploadScope(owner: owner, peer: owner, recipient: recipient)
        if let known = standing.consignment, known.state != .dead {
            try await call.mailroom.admit(request, now: call.now)
            call.mailroom.forgetUpload(scope, digest: digest)
            return .json(known.entry)
        }
        guard isFollowed else {
            throw Problem(.forbidden, "the recipient is not among those that are followed")
        }
        let intake = Intake(
            call: call, scope: scope, parcel: digest, request: request, standing: standing)
        switch try await intake.take() {
        case .part(let state):
            try await call.mailroom.admit(request, now: call.now)
            return .part(state)
        case .whole(let parcel, let kind):
            let outcome = try await call.mailroom.handOver(
                parcel, to: recipient, request: request, kind: kind, now: call.now)
            call.daemon.bell.ring()
            return .json(outcome.consignment.entry, status: outcome.isNew ? 201 : 200)
        }
    }

    private static func declareLost(_ call: Call) async throws -> Response {
        let owner = try call.organisation()
        let recipient = try call.organisation("recipient")
        let digest = try call.parcel()
        let request = try await call.verified()
        try call.require(request, owner)
        guard request.components.contentDigest == ContentDigest.empty else {
            throw Problem(.wrongDigest)
        }
        try await call.mailroom.declareLost(
            digest, to: recipient, request: request, now: call.now)
        return .empty()
    }

    private static func uploadState(_ call: Call) async throws -> Response {
        let owner = try call.organisation()
        let recipient = try call.organisation("recipient")
        let digest = try call.parcel()
        _ = try await call.reading(by: owner)
        let known = try await call.mailroom.consignment(digest, of: owner, to: recipient)
        let isComplete = known.map { $0.state != .dead } ?? false
        let scope = UploadScope(owner: owner, peer: owner, recipient: recipient)
        if isComplete { call.mailroom.forgetUpload(scope, digest: digest) }
        let offset =
            isComplete ? 0 : try await call.mailroom.uploadOffset(scope, digest: digest)
        return .json(UploadState(offset: offset, isComplete: isComplete))
    }

    // MARK: - Collecting

    /// The recipient itself, whom the owner follows: for anybody else there is nothing here.
    private static func collector(_ call: Call) async throws -> (
        owner: OrganisationID, request: VerifiedRequest
    ) {
        let owner = try call.organisation()
        let recipient = try call.organisation("recipient")
        let request = try await call.verified()
        guard request.organisation == recipient else { throw Problem(.forbidden) }
        guard try await call.mailroom.isHosted(owner),
            try await call.mailroom.follows(owner, recipient)
        else { throw Problem(.notFound) }
        return (owner, request)
    }

    private static func waiting(_ call: Call) async throws -> Response {
        let after = try call.after()
        let (owner, request) = try await collector(call)
        try await call.admitReading(request)
        let page = try await call.mailroom.waiting(
            for: request.organisation, of: owner, after: after)
        return .json(ParcelPage(parcels: page.records.map(\.collectable), next: page.next))
    }

    private static func collect(_ call: Call) async throws -> Response {
        let digest = try call.parcel()
        let (owner, request) = try await collector(call)
        try await call.admitReading(request)
        guard
            let consignment = try await call.mailroom.consignment(
                digest, of: owner, to: request.organisation),
            let content = try await call.mailroom.content(of: consignment.id)
        else { throw Problem(.notFound) }
        return try ParcelAnswer.make(content, digest: digest, kind: consignment.kind, call: call)
    }

    private static func takeReceipt(_ call: Call) async throws -> Response {
        let digest = try call.parcel()
        let (owner, request) = try await collector(call)
        let bytes = try await call.body(
            maximum: Limits.receiptBytes, digest: request.components.contentDigest)
        guard
            let consignment = try await call.mailroom.consignment(
                digest, of: owner, to: request.organisation),
            let identity = try await call.mailroom.identity(of: request.organisation)
        else { throw Problem(.notFound) }
        let receipt = try UnverifiedReceipt(decoding: bytes)
            .verify(by: identity, sender: owner, parcel: digest)
        guard receipt.terms.event == .delivered else { throw Problem(.forbidden) }
        _ = try await call.mailroom.recordDelivered(
            consignment.id, receipt: receipt.bytes, request: request, now: call.now)
        return .empty()
    }
}
