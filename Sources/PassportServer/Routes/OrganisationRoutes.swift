internal import Hummingbird
internal import PassportCoding
internal import PassportCrypto
internal import PassportExchange
internal import PassportStore
internal import PassportTrust

/// What organisations say of themselves, and whom they follow.
enum OrganisationRoutes {
    private static let organisation = "/v1/organisations/{organisation}"

    static let all = [
        Route("PUT", organisation + "/identity", putIdentity),
        Route("PUT", organisation + "/status-lists/{number}", putStatusList),
        Route("GET", organisation + "/peers", peers),
        Route("GET", organisation + "/peers/{peer}", getPeer),
        Route("PUT", organisation + "/peers/{peer}", putPeer),
        Route("DELETE", organisation + "/peers/{peer}", removePeer),
        Route("POST", ExchangePath.pair, pair),
    ]

    /// A newer manifest of an organisation that is known here, by itself.
    ///
    /// The newest keys may stand in no manifest but this one: a request that the known keys did
    /// not sign counts when it is signed by a key of the chain that it brings, and that chain
    /// goes on from the known one.
    private static func putIdentity(_ call: Call) async throws -> Response {
        let id = try call.organisation()
        let unverified = try call.unverified()
        guard unverified.organisation == id else { throw UnverifiedRequest.unknownKey }
        let known = try await call.mailroom.known(id)
        if let known, let request = try? await call.verify(unverified, by: known.identity) {
            let brought = try await read(call, of: id, request.components.contentDigest)
            let identity = try await verify(brought, beyond: known.identity.chain)
            return try await update(call, identity, request)
        }
        // Nothing is signed by a key known here, so whoever it is fills little of our memory.
        // Of an organisation that is not known the body is read as well: an answer before it, or
        // another one behind it, would tell which of them are.
        return try await call.daemon.strangers.admit(from: call.source) {
            let brought = try await read(
                call, of: id, call.components().contentDigest, maximum: StrangerGate.bodyBytes,
                seconds: call.daemon.deadlines.strangerBody)
            return try await renew(call, known, brought, unverified)
        }
    }

    private static func read(
        _ call: Call, of id: OrganisationID, _ digest: Digest,
        maximum: Int = Limits.identityBytes, seconds: Int? = nil
    ) async throws -> UnverifiedIdentity {
        let bytes = try await call.body(maximum: maximum, digest: digest, seconds: seconds)
        let brought = try UnverifiedIdentity(decoding: bytes)
        guard brought.organisation == id else { throw Problem(.forbidden) }
        return brought
    }

    /// Takes in an identity whose own newest key signed the request.
    ///
    /// Attack: asking whom we follow, with junk, with published files, or with chains of which
    /// the caller holds no key in force. Until chain and signature both hold he hears what is
    /// said of an organisation that nobody here knows. Whoever is hosted here is no secret.
    private static func renew(
        _ call: Call, _ known: KnownOrganisation?, _ brought: UnverifiedIdentity,
        _ unverified: UnverifiedRequest
    ) async throws -> Response {
        let isSecret = known?.isHosted != true
        // Before the chain: one signature for each who asks, known or not.
        if isSecret {
            guard let key = brought.broughtKey(unverified.keyID.keyHash),
                unverified.isSigned(by: key)
            else { throw UnverifiedRequest.unknownKey }
        }
        guard let known else { throw UnverifiedRequest.unknownKey }
        let identity: Identity
        do {
            identity = try await verify(brought, beyond: known.identity.chain)
            if isSecret { _ = try known.identity.chain.updated(with: identity.chain) }
        } catch  where isSecret {
            throw UnverifiedRequest.unknownKey
        }
        return try await update(call, identity, await call.verify(unverified, by: identity))
    }

    /// Verifies an identity beside the event loop, whose other lines would wait meanwhile.
    ///
    /// Attack: a long chain of many signatures, to buy the daemon's time.
    private static func verify(
        _ unverified: UnverifiedIdentity, beyond known: ManifestChain?
    ) async throws -> Identity {
        try await withTaskExecutorPreference(globalConcurrentExecutor) {
            guard
                try unverified.signatureCount(beyond: known, within: Limits.evidenceSignatures)
                    <= Limits.evidenceSignatures
            else { throw Problem(.tooLarge) }
            return try unverified.verify(beyond: known)
        }
    }

    private static func update(
        _ call: Call, _ identity: Identity, _ request: VerifiedRequest
    ) async throws -> Response {
        _ = try await call.mailroom.update(identity, request: request, now: call.now)
        return .empty()
    }

    private static func putStatusList(_ call: Call) async throws -> Response {
        let id = try call.organisation()
        let number = try call.number("number")
        let request = try await call.verified()
        try call.require(request, id)
        guard let identity = try await call.mailroom.identity(of: id) else {
            throw Problem(.notFound)
        }
        let bytes = try await call.body(
            maximum: Limits.statusListBytes, digest: request.components.contentDigest)
        let list = try SignedStatusList(verifying: bytes, by: identity)
        // Numbered from 1 without gaps; a peer must not fill the disk with list after list.
        guard list.uri == id.statusListURI(number),
            number <= Limits.statusListsPerEnvelope
        else { throw Problem(.forbidden) }
        // A thief of the status key could shut out every list that is issued before that day.
        guard !list.isFromTheFuture(at: call.now) else {
            throw Problem(.conflict, "the list is dated in the future")
        }
        _ = try await call.mailroom.put(list, request: request, now: call.now)
        return .empty()
    }

    // MARK: - Whom one follows

    private static func peers(_ call: Call) async throws -> Response {
        let id = try call.organisation()
        let after = try call.after()
        _ = try await call.reading(by: id)
        let page = try await call.mailroom.followed(by: id, after: after)
        return .json(PeerPage(peers: page.records.map(\.text), next: page.next))
    }

    private static func getPeer(_ call: Call) async throws -> Response {
        let id = try call.organisation()
        let peer = try call.organisation("peer")
        _ = try await call.reading(by: id)
        guard try await call.mailroom.follows(id, peer),
            let identity = try await call.mailroom.identity(of: peer)
        else { throw Problem(.notFound) }
        let bytes = identity.encoded()
        return .tagged(
            bytes, MediaType.identity, digest: Digest.sha256(of: bytes), request: call.request)
    }

    private static func putPeer(_ call: Call) async throws -> Response {
        let id = try call.organisation()
        let peer = try call.organisation("peer")
        let request = try await call.verified()
        try call.require(request, id)
        guard try await call.mailroom.isHosted(id) else { throw Problem(.notFound) }
        let bytes = try await call.body(
            maximum: Limits.identityBytes, digest: request.components.contentDigest)
        let known = try await call.mailroom.identity(of: peer)
        let unverified = try UnverifiedIdentity(decoding: bytes)
        guard unverified.organisation == peer else { throw Problem(.forbidden) }
        let identity = try await verify(unverified, beyond: known?.chain)
        try await call.mailroom.follow(identity, by: id, request: request, now: call.now)
        call.daemon.bell.ring()
        return .empty()
    }

    private static func removePeer(_ call: Call) async throws -> Response {
        let id = try call.organisation()
        let peer = try call.organisation("peer")
        let request = try await call.verified()
        try call.require(request, id)
        guard request.components.contentDigest == ContentDigest.empty else {
            throw Problem(.wrongDigest)
        }
        try await call.mailroom.unfollow(peer, by: id, request: request, now: call.now)
        return .empty()
    }

    // MARK: - Pairing

    private static func pair(_ call: Call) async throws -> Response {
        guard let secret = try call.field(.authorization).flatMap({ Invitation.secret(in: $0) })
        else { throw Problem(.unsigned, "the invitation is missing") }
        let hash = Invitation.hash(of: secret)
        // Before a body is read: strangers may not fill our memory.
        guard try await call.mailroom.isOpen(invitation: hash, now: call.now) else {
            throw Problem(.forbidden, "the invitation is unknown, used, or has expired")
        }
        let file = try await call.body(maximum: Limits.identityBytes)
        let unverified = try UnverifiedIdentity(decoding: file)
        let identity = try await verify(unverified, beyond: nil)
        // An identity that does not give us a key would be hosted and never delivered for.
        guard
            (try? identity.signingKey(
                call.mailroom.keys.exchange.verifyingKey.keyHash, for: .exchange)) != nil
        else { throw Problem(.conflict, "the manifest does not list this daemon's exchange key") }
        try await call.mailroom.redeem(
            secretHash: hash, identity: identity, now: call.now)
        call.daemon.bell.ring()
        return .empty()
    }
}
