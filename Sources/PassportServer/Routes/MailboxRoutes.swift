internal import Hummingbird
internal import PassportCoding
internal import PassportCrypto
internal import PassportExchange
internal import PassportStore
internal import PassportTrust

/// A mailbox: others deposit, the owner reads, fetches and removes.
enum MailboxRoutes {
    private static let box = "/v1/organisations/{organisation}/inbox"

    static let all = [
        Route("GET", box, page),
        Route("GET", box + "/{parcel}", fetch),
        Route("PUT", box + "/{parcel}", deposit),
        Route("DELETE", box + "/{parcel}", remove),
        Route("GET", box + "/{parcel}/upload", uploadState),
    ]

    private static func page(_ call: Call) async throws -> Response {
        let owner = try call.organisation()
        let after = try call.after()
        _ = try await call.reading(by: owner)
        let page = try await call.mailroom.inbox(of: owner, after: after)
        return .json(ParcelPage(parcels: page.records.map(\.entry), next: page.next))
    }

    private static func fetch(_ call: Call) async throws -> Response {
        let owner = try call.organisation()
        let digest = try call.parcel()
        _ = try await call.reading(by: owner)
        guard let (record, content) = try await call.mailroom.parcel(digest, of: owner) else {
            throw Problem(.notFound)
        }
        return try ParcelAnswer.make(content, digest: digest, kind: record.kind, call: call)
    }

    private static func remove(_ call: Call) async throws -> Response {
        let owner = try call.organisation()
        let digest = try call.parcel()
        let request = try await call.verified()
        try call.require(request, owner)
        guard request.components.contentDigest == ContentDigest.empty else {
            throw Problem(.wrongDigest)
        }
        guard
            try await call.mailroom.remove(digest, of: owner, request: request, now: call.now)
        else { throw Problem(.notFound) }
        return .empty()
    }

    /// Whoever may deposit with an organisation: those it follows, itself included.
    private static func sender(_ call: Call, _ owner: OrganisationID) async throws
        -> VerifiedRequest
    {
        let request = try await call.verified()
        guard try await call.mailroom.isHosted(owner) else { throw Problem(.notFound) }
        guard try await call.mailroom.follows(owner, request.organisation) else {
            throw Problem(.forbidden)
        }
        return request
    }

    private static func deposit(_ call: Call) async throws -> Response {
        let owner = try call.organisation()
        let digest = try call.parcel()
        let request = try await call.verified()
        guard let host = try await call.mailroom.known(owner), host.isHosted,
            call.daemon.isNamed(by: host.identity)
        else { throw Problem(.notFound) }
        guard host.follows.contains(request.organisation) else { throw Problem(.forbidden) }
        let standing =
            try call.isShort(request)
            ? .notLookedUp
            : try await call.mailroom.standing(of: request, bringing: digest, to: owner)
        let scope = UploadScope(owner: owner, peer: request.organisation, recipient: owner)
        if let receipt = standing.receipt {
            try await call.mailroom.admit(request, now: call.now)
            call.mailroom.forgetUpload(scope, digest: digest)
            return .bytes(receipt, MediaType.receipt)
        }
        let intake = Intake(
            call: call, scope: scope, parcel: digest, request: request, standing: standing)
        switch try await intake.take() {
        case .part(let state):
            try await call.mailroom.admit(request, now: call.now)
            return .part(state)
        case .whole(let parcel, let kind):
            // A long body may have taken days: what is said happens now.
            let now = call.daemon.now()
            let receipt = try ReceiptTerms(
                event: .delivered, recipient: owner, sender: request.organisation, parcel: digest,
                time: now
            ).signed(by: call.mailroom.keys.exchange)
            let outcome = try await call.mailroom.deposit(
                parcel, for: owner, request: request, kind: kind, receipt: receipt, now: now)
            return .bytes(outcome.receipt, MediaType.receipt, status: outcome.isNew ? 201 : 200)
        }
    }

    private static func uploadState(_ call: Call) async throws -> Response {
        let owner = try call.organisation()
        let digest = try call.parcel()
        let request = try await sender(call, owner)
        try await call.admitReading(request)
        let scope = UploadScope(owner: owner, peer: request.organisation, recipient: owner)
        let isComplete =
            try await call.mailroom.storedReceipt(
                of: digest, for: owner, from: request.organisation) != nil
        if isComplete { call.mailroom.forgetUpload(scope, digest: digest) }
        let offset =
            isComplete ? 0 : try await call.mailroom.uploadOffset(scope, digest: digest)
        return .json(UploadState(offset: offset, isComplete: isComplete))
    }
}
