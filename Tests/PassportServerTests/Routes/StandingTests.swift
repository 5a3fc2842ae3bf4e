import PassportClient
import PassportCoding
import PassportCrypto
import PassportExchange
import PassportStore
import PassportTrust
import Testing

@testable import PassportServer

/// Who may do what: owner, neighbour, followed peer, peer that nobody follows, stranger.
@Suite("Who may do what") struct StandingTests {
    @Test("a mailbox is its owner's: others hear the same whatever lies there")
    func mailbox() async throws {
        let pair = try await Pair()
        let neighbour = try await pair.world.agent(3, on: pair.south)
        let stranger = try TestHouse(77, daemonKey: nil)
        try await pair.izmir.send(envelope(1), to: pair.athens)
        try await pair.north.round()
        let there = ExchangePath.inbox(pair.athens.id, Digest.sha256(of: envelope(1)))
        let missing = ExchangePath.inbox(pair.athens.id, Digest.sha256(of: envelope(2)))
        for method in ["GET", "DELETE"] {
            for path in [there, missing] {
                let foreign = try await pair.south.ask(.init(method, path), by: neighbour.house)
                #expect(foreign.status == 403, "\(method)")
                let sender = try await pair.south.ask(.init(method, path), by: pair.izmir.house)
                #expect(sender.status == 403, "\(method)")
                #expect(sender.body == foreign.body)
                let unknown = try await pair.south.ask(.init(method, path), by: stranger)
                #expect(unknown.status == 401 && unknown.problem?.code == "unknown-key")
                #expect(try await pair.south.ask(.init(method, path)).status == 401)
            }
        }
        for path in [ExchangePath.inbox(pair.athens.id), ExchangePath.outbox(pair.athens.id)] {
            #expect(try await pair.south.ask(.init("GET", path), by: neighbour.house).status == 403)
            #expect(try await pair.south.ask(.init("GET", path), by: stranger).status == 401)
        }
    }

    @Test("guessing digests: what others have is answered byte for byte as what nobody has")
    func guessing() async throws {
        let pair = try await Pair()
        let neighbour = try await pair.world.agent(3, on: pair.south)
        try await neighbour.follow(pair.izmir)
        try await pair.izmir.follow(neighbour)
        try await pair.izmir.send(envelope(1), to: pair.athens)
        try await pair.north.round()
        let others = Digest.sha256(of: envelope(1))
        let nobodys = Digest.sha256(of: envelope(2))
        let box = ExchangePath.inbox(neighbour.id)
        func same(_ paths: [String], by house: TestHouse, _ status: Int) async throws {
            var answers: [IncomingAnswer] = []
            for path in paths {
                answers.append(try await pair.south.ask(.init("GET", path), by: house))
            }
            #expect(answers.map(\.status) == [status, status], "\(paths)")
            #expect(answers.first?.body == answers.last?.body)
            #expect(answers.first?.fields == answers.last?.fields)
        }
        // The neighbour asks its own mailbox for Athens' parcel.
        try await same(["\(box)/\(others)", "\(box)/\(nobodys)"], by: neighbour.house, 404)
        // A sender asks how an upload stands that another sender finished.
        try await neighbour.follow(pair.athens)
        try await pair.athens.follow(neighbour)
        let theirs = ExchangePath.inbox(pair.athens.id)
        try await same(
            ["\(theirs)/\(others)/upload", "\(theirs)/\(nobodys)/upload"], by: neighbour.house, 200)
        // Somebody collects what is for another.
        try await neighbour.send(envelope(3), to: pair.izmir)
        let out = ExchangePath.outbox(neighbour.id, pair.athens.id)
        try await same(
            ["\(out)/\(Digest.sha256(of: envelope(3)))", "\(out)/\(nobodys)"],
            by: pair.athens.house, 404)
    }

    @Test("whom somebody follows is told to them alone, page by page")
    func following() async throws {
        let pair = try await Pair()
        let athens = pair.athens
        func page(_ after: Int64 = 0) async throws -> PeerPage {
            try await athens.caller.document(
                PeerPage.self, at: pair.south.endpoint,
                ExchangePath.peers(athens.id) + (after == 0 ? "" : "?after=\(after)")
            ).get()
        }
        #expect(try await page() == PeerPage(peers: [pair.izmir.id.text], next: nil))
        var followed = [pair.izmir.id]
        for number in 3..<104 {
            let house = try TestHouse(UInt8(number), daemonKey: nil)
            try await pair.south.mailroom().follow(house.identity, by: athens.id, now: start)
            followed.append(house.id)
        }
        let first = try await page()
        #expect(first.peers.count == Limits.pageItems && first.next == 100)
        let second = try await page(100)
        #expect(second.peers.count == 2 && second.next == nil)
        #expect(Set(first.peers + second.peers) == Set(followed.map(\.text)))
        #expect(try await page(5_000_000_000) == PeerPage(peers: [], next: nil))
        let path = ExchangePath.peers(athens.id)
        let foreign = try await pair.south.ask(.init("GET", path), by: pair.izmir.house)
        #expect(foreign.status == 403)
        let neighbour = try await pair.world.agent(111, on: pair.south)
        #expect(try await pair.south.ask(.init("GET", path), by: neighbour.house).status == 403)
        #expect(try await pair.south.ask(.init("GET", path)).status == 401)
        // Whom one unfollows is gone at once, and a request of theirs is one by nobody.
        try await pair.south.mailroom().unfollow(
            pair.izmir.id, by: athens.id, now: start)
        #expect(try await page().peers.contains(pair.izmir.id.text) == false)
        let parcel = ExchangePath.inbox(athens.id, Digest.sha256(of: envelope(1)))
        let deposit = try await pair.south.ask(
            .init("PUT", parcel, body: envelope(1)), by: pair.izmir.house)
        #expect(deposit.status == 401)
    }

    @Test("whom a daemon knows cannot be asked with signatures that do not hold")
    func asking() async throws {
        let pair = try await Pair()
        let stranger = try TestHouse(77, daemonKey: nil)
        let digest = Digest.sha256(of: envelope(1))
        for (method, path) in [
            ("GET", ExchangePath.inbox(pair.athens.id)),
            ("PUT", ExchangePath.inbox(pair.athens.id, digest)),
            ("GET", ExchangePath.outbox(pair.athens.id, pair.izmir.id)),
            ("GET", ExchangePath.identity(pair.izmir.id)),
        ] {
            // In time, and by a clock that is hours away.
            for hours: Int64 in [0, 5] {
                var request = Handmade(method, path, body: method == "PUT" ? envelope(1) : [])
                request.signedURI = pair.south.endpoint.uri(path + "/other")
                let now = pair.south.now.adding(seconds: hours * 3_600)
                let known = try await pair.south.ask(request, by: pair.izmir.house, at: now)
                let unknown = try await pair.south.ask(request, by: stranger, at: now)
                #expect(known.status == 401 && known.problem?.code == "unknown-key", "\(path)")
                #expect(known.body == unknown.body && known.fields == unknown.fields)
            }
        }
    }

    /// What hears whoever brings an identity, signed with the exchange key of any house.
    private func bring(
        _ body: [UInt8], of id: OrganisationID, by signer: TestHouse,
        signed signedBody: [UInt8]? = nil, to daemon: PaperDaemon, hours: Int64 = 0,
        endsAfter: Int? = nil
    ) async throws -> IncomingAnswer {
        let path = ExchangePath.identity(id)
        let digest = Digest.sha256(of: signedBody ?? body)
        let components = RequestComponents(
            method: "PUT", targetURI: daemon.endpoint.uri(path), contentDigest: digest)
        let fields = try components.signed(
            for: id, by: signer.key(.exchange), at: daemon.now.adding(seconds: hours * 3_600),
            randomness: .system)
        let request = OutgoingRequest(
            endpoint: daemon.endpoint, method: "PUT", path: path,
            fields: [
                (ContentDigest.field, ContentDigest.text(digest)),
                (SignatureFields.inputName, fields.input),
                (SignatureFields.signatureName, fields.signature),
            ], body: .bytes(body))
        return try await daemon.answer(
            request, bodyEndsAfter: endsAfter, then: endsAfter == nil ? .cut : .silence)
    }

    /// A published chain to which somebody hung a manifest of his own, with his key in it.
    private func prolonged(_ house: TestHouse, by thief: TestHouse) throws -> [UInt8] {
        var manifest = house.identity.chain.current
        manifest.organisation = house.id
        manifest.version += 1
        manifest.previous = house.identity.chain.currentHash
        manifest.rootKeys = [try thief.key(.root).verifyingKey]
        manifest.roleKeys = thief.identity.chain.current.roleKeys
        var signer = ManifestSigner(manifest)
        try signer.sign(with: thief.key(.root))
        let manifests = house.identity.chain.manifests + [try signer.finish()]
        let keys = manifest.roleKeys.compactMap {
            try? thief.identity.signingKey($0.keyHash, for: $0.purpose).key.rawRepresentation
        }
        return CBORItem(fields: [
            (1, CBORItem(1)), (2, .array(manifests.map { .bytes($0) })),
            (3, .array(keys.map { .bytes($0) })), (4, .array([])), (5, .array([])),
        ]).encoded()
    }

    @Test("whoever brings an identity and holds no key of it is not told whether it is known")
    func bringing() async throws {
        let pair = try await Pair()
        let (south, thief) = (pair.south, try TestHouse(66, daemonKey: nil))
        // Both have a newer chain and an older exchange key, in files of one length; the daemon
        // knows one of them.
        let stranger = try TestHouse(
            7, daemonKey: pair.north.mailroom().keys.exchange.verifyingKey,
            services: [pair.north.service()])
        let olds = [pair.izmir.house, stranger]
        let news = try olds.map { try $0.following(name: "New", daemonKey: nil, newKey: true) }
        try await south.mailroom().update(news[0].identity, now: start)
        var cases: [(name: String, status: Int, ask: (Int) async throws -> IncomingAnswer)] = []
        func add(
            _ name: String, _ status: Int, signed: [UInt8]? = nil, hours: Int64 = 0,
            _ body: @escaping (Int) throws -> [UInt8]
        ) {
            cases.append(
                (
                    name, status,
                    { index in
                        try await bring(
                            body(index), of: news[index].id, by: thief, signed: signed, to: south,
                            hours: hours)
                    }
                ))
        }
        let published = { (index: Int) in news[index].identity.encoded() }
        add("junk", 400) { _ in Array("x".utf8) }
        add("nothing", 400) { _ in [] }
        add("published", 401, published)
        add("published, by a clock that is hours away", 401, hours: 5, published)
        add("an older one", 401) { olds[$0].identity.encoded() }
        add("cut", 400) { Array(published($0).dropLast()) }
        add("a wrong digest", 422, signed: [1], published)
        add("another's", 403) { _ in pair.athens.house.identity.encoded() }
        add("too long", 413) { _ in [UInt8](repeating: 0, count: StrangerGate.bodyBytes + 1) }
        add("a chain that he went on with", 401) { try prolonged(news[$0], by: thief) }
        cases.append(
            (
                "a bad signature under the published key", 401,
                { index in
                    var request = Handmade(
                        "PUT", ExchangePath.identity(news[index].id), body: published(index))
                    request.signedURI = "https://elsewhere.example"
                    return try await south.ask(request, by: news[index])
                }
            ))
        cases.append(
            (
                "a key that has ended, with the chain of its time", 401,
                { index in
                    try await bring(
                        olds[index].identity.encoded(), of: olds[index].id, by: olds[index],
                        to: south)
                }
            ))
        for one in cases {
            let (known, unknown) = (try await one.ask(0), try await one.ask(1))
            #expect(known.status == one.status, "\(one.name)")
            #expect(known.status == unknown.status, "\(one.name)")
            #expect(known.body == unknown.body && known.fields == unknown.fields, "\(one.name)")
        }
        #expect(try await south.mailroom().identity(of: news[0].id) == news[0].identity)
        #expect(try await south.mailroom().identity(of: news[1].id) == nil)
    }

    @Test("a full gate and a body that never ends say of nobody whether he is known")
    func bringingSlowly() async throws {
        let pair = try await Pair()
        pair.south.setDeadlines { $0.strangerBody = 0 }
        try await pair.south.restart()
        let thief = try TestHouse(66, daemonKey: nil)
        let strangers = try pair.south.daemon().strangers
        var answers: [IncomingAnswer] = []
        for house in [pair.izmir.house, try TestHouse(77, daemonKey: nil)] {
            func ask() async throws -> IncomingAnswer {
                try await bring(
                    house.identity.encoded(), of: house.id, by: thief, to: pair.south,
                    endsAfter: 10)
            }
            answers.append(try await ask())
            answers.append(
                try await strangers.admit(from: "local") {
                    try await strangers.admit(from: "local") {
                        try await strangers.admit(from: "local") {
                            try await strangers.admit(from: "local") { try await ask() }
                        }
                    }
                })
        }
        #expect(StrangerGate.mostPerSource == 4)
        #expect(answers.map(\.status) == [503, 503, 503, 503])
        #expect(Set(answers.map(\.body)).count == 1)
        #expect(Set(answers.map(\.fields)).count == 1)
    }

    @Test("depositing: only whom the owner follows, only where there is a mailbox")
    func depositing() async throws {
        let pair = try await Pair()
        let neighbour = try await pair.world.agent(3, on: pair.south)
        let digest = Digest.sha256(of: envelope(1))
        func deposit(_ owner: OrganisationID, by house: TestHouse) async throws -> Int {
            try await pair.south.ask(
                .init("PUT", ExchangePath.inbox(owner, digest), body: envelope(1)), by: house
            ).status
        }
        #expect(try await deposit(neighbour.id, by: pair.izmir.house) == 403)
        #expect(try await deposit(pair.athens.id, by: neighbour.house) == 403)
        #expect(try await deposit(pair.izmir.id, by: pair.athens.house) == 404)
        let stranger = try TestHouse(77, daemonKey: nil)
        #expect(try await deposit(pair.athens.id, by: stranger) == 401)
        #expect(try await deposit(stranger.id, by: pair.izmir.house) == 404)
        #expect(try await deposit(pair.athens.id, by: pair.izmir.house) == 201)
        #expect(try await neighbour.inbox().isEmpty)
    }

    @Test("sending: only from one's own outbox, only to whom one follows")
    func sending() async throws {
        let pair = try await Pair()
        let neighbour = try await pair.world.agent(3, on: pair.north)
        let digest = Digest.sha256(of: envelope(1))
        func handOver(
            _ owner: OrganisationID, _ recipient: OrganisationID, by house: TestHouse
        ) async throws -> Int {
            try await pair.north.ask(
                .init(
                    "PUT", ExchangePath.outbox(owner, recipient, digest), body: envelope(1)),
                by: house
            ).status
        }
        let (izmir, athens) = (pair.izmir, pair.athens)
        #expect(try await handOver(izmir.id, athens.id, by: neighbour.house) == 403)
        #expect(try await handOver(izmir.id, neighbour.id, by: izmir.house) == 403)
        #expect(try await handOver(athens.id, izmir.id, by: athens.house) == 404)
        #expect(try await handOver(izmir.id, athens.id, by: izmir.house) == 201)
        #expect(try await handOver(izmir.id, athens.id, by: izmir.house) == 200)
        #expect(try await izmir.outbox().count == 1)
    }

    @Test("a receipt for a parcel that waits: only the recipient's own, only 'delivered'")
    func receipts() async throws {
        let pair = try await Pair(southIsReachable: false)
        let neighbour = try await pair.world.agent(3, on: pair.north)
        try await pair.izmir.send(envelope(1), to: pair.athens)
        let digest = Digest.sha256(of: envelope(1))
        let path = ExchangePath.outboxReceipt(pair.izmir.id, pair.athens.id, digest)
        let keys = try pair.south.mailroom().keys
        func terms(
            _ event: ReceiptEvent = .delivered, parcel: Digest? = nil,
            recipient: OrganisationID? = nil
        ) -> ReceiptTerms {
            ReceiptTerms(
                event: event, recipient: recipient ?? pair.athens.id, sender: pair.izmir.id,
                parcel: parcel ?? digest, time: start)
        }
        let good = try terms().signed(by: keys.exchange)
        func put(_ body: [UInt8], by house: TestHouse, _ path: String) async throws -> Int {
            try await pair.north.ask(.init("PUT", path, body: body), by: house).status
        }
        let athens = pair.athens.house
        #expect(try await put(good, by: neighbour.house, path) == 403)
        let other = try terms(parcel: Digest.sha256(of: [1])).signed(by: keys.exchange)
        #expect(try await put(other, by: athens, path) == 403)
        let foreign = try terms().signed(by: pair.north.mailroom().keys.exchange)
        #expect(try await put(foreign, by: athens, path) == 400)
        let opened = try terms(.opened).signed(by: athens.key(.consent))
        #expect(try await put(opened, by: athens, path) == 403)
        #expect(try await put(Array("thanks".utf8), by: athens, path) == 400)
        #expect(
            try await put([UInt8](repeating: 0, count: 1_025), by: athens, path) == 413)
        let unknown = ExchangePath.outboxReceipt(
            pair.izmir.id, pair.athens.id, Digest.sha256(of: [2]))
        #expect(try await put(good, by: athens, unknown) == 404)
        #expect(try await pair.izmir.sent(envelope(1)).state == .waiting)
        #expect(try await put(good, by: athens, path) == 204)
        #expect(try await pair.izmir.sent(envelope(1)).receipt == Base64.encode(good))
        // A second one changes nothing.
        var later = terms()
        later.time = start.adding(seconds: 9)
        #expect(try await put(later.signed(by: keys.exchange), by: athens, path) == 204)
        #expect(try await pair.izmir.sent(envelope(1)).receipt == Base64.encode(good))
    }
}
