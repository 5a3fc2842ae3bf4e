import CarePassport
import PassportAudit
import PassportCoding
import PassportCrypto
import PassportExchange
import PassportStore
import PassportTrust

extension Synchronisation {
    /// Seconds that one organisation may take in one round: a peer that answers a byte at a time
    /// must not keep us from the next.
    private static let patience = Duration.seconds(90)

    /// Newer manifests and lists of everybody who is pinned here.
    mutating func peers(_ home: borrowing Home) throws {
        let pinned = try home.knowledge().pins.keys.sorted { $0.digest < $1.digest }
        for id in pinned where id != home.organisation {
            // Read anew for each: others may work in the home while a daemon is asked.
            guard let identity = try home.knowledge().identities[id] else { continue }
            do {
                let end = ContinuousClock.now + Self.patience
                try takeIdentity(of: identity, home)
                guard let newest = try home.knowledge().identities[id] else { continue }
                try takeLists(of: newest, home, until: end)
            } catch let error as any DescribedFailure where Self.isOutside(error) {
                note("sync.failed", ViewText.name(identity.name), Words.message(of: error))
            }
        }
    }

    private mutating func takeIdentity(of identity: Identity, _ home: borrowing Home) throws {
        let known = identity.encoded()
        let answer = try get(
            of: identity, ExchangePath.identity(identity.organisation),
            ours: ExchangePath.peer(home.organisation, identity.organisation),
            knowing: Digest.sha256(of: known), maximum: Limits.identityBytes)
        guard let bytes = answer, bytes != known else { return }
        guard try UnverifiedIdentity(decoding: bytes).organisation == identity.organisation else {
            throw TrustError(.wrongOrganisation, .refused, "an identity of another organisation")
        }
        var knowledge = try home.knowledge()
        let taken = try TakenIn.identity(bytes, &knowledge)
        try home.commitTogether([taken.act(at: home.now)])
        note("take-in.\(taken.what)", taken.detail)
    }

    private mutating func takeLists(
        of identity: Identity, _ home: borrowing Home, until end: ContinuousClock.Instant
    ) throws {
        // Lists are numbered from 1 without gaps; most organisations never have a second.
        for number in 1...Limits.statusListsPerEnvelope where ContinuousClock.now < end {
            let uri = identity.organisation.statusListURI(number)
            let known = try home.knowledge().statusLists[uri]
            let path = ExchangePath.statusList(identity.organisation, number)
            let answer: [UInt8]?
            do {
                answer = try get(
                    of: identity, path, ours: path,
                    knowing: known.map { Digest.sha256(of: $0.bytes) },
                    maximum: Limits.statusListBytes)
            } catch let error as ExchangeError
                where error.cause == Problem.Kind.notFound.code
            {
                return
            }
            guard let bytes = answer, bytes != known?.bytes else { continue }
            var knowledge = try home.knowledge()
            let taken = try TakenIn.list(bytes, &knowledge)
            guard taken.from == identity.organisation else {
                throw TrustError(.wrongOrganisation, .refused, "a list of another organisation")
            }
            try home.commitTogether([taken.act(at: home.now)])
            note("take-in.\(taken.what)", taken.detail)
        }
    }

    /// Asks the organisation's daemons one after the other, and ours where none answers: peers
    /// that nobody can reach bring their papers along when they collect.
    private func get(
        of identity: Identity, _ path: String, ours: String, knowing digest: Digest?, maximum: Int
    ) throws -> [UInt8]? {
        var silence: ExchangeError?
        for service in identity.chain.current.services {
            // A socket in somebody's manifest would be one of this machine.
            guard let address = try? ServiceAddress(service.address), !address.isLocal else {
                continue
            }
            do {
                let answer = try agent.ask(
                    Endpoint(address: address, pin: service.tlsKeyHash), path, knowing: digest,
                    maximum: maximum)
                return answer.status == 304 ? nil : answer.body
            } catch let error as ExchangeError where error.code != .refused {
                silence = error
            }
        }
        do {
            let fields = digest.map { [(name: "if-none-match", value: "\"\($0)\"")] } ?? []
            let answer = try agent.call("GET", ours, fields: fields, maximum: maximum)
            return answer.status == 304 ? nil : answer.body
        } catch {
            throw silence ?? error
        }
    }
}
