internal import Foundation
internal import GRDB
internal import PassportAudit
public import PassportCoding
internal import PassportCrypto
public import PassportExchange
public import PassportTrust
internal import Synchronization

extension Mailroom {
    /// Hosts an organisation, or takes in the newer chain of one that is hosted.
    ///
    /// - Throws: `conflict`.
    public func host(_ identity: Identity, now: Timestamp) async throws {
        _ = try await writer.write { database, ledger in
            try self.takeIn(identity, isHosted: true, now, database, &ledger)
        }
    }

    /// Takes in a newer chain of an organisation that is known here, whoever brings it: the chain
    /// proves itself.
    ///
    /// - Returns: false when nothing was new.
    /// - Throws: `notFound`; `conflict` for an older or a forked chain; `mailboxFull` when nobody
    ///   who follows has room; `replayed`.
    @discardableResult
    public func update(
        _ identity: Identity, request: VerifiedRequest? = nil, now: Timestamp
    ) async throws -> Bool {
        try await writer.write { database, ledger in
            try Self.consume(request, now, database)
            guard try Self.knows(identity.organisation, database) else { throw Self.unknown }
            let isNewer = try self.takeIn(identity, isHosted: false, now, database, &ledger)
            if isNewer {
                try self.refusePapers(of: identity.organisation, isManifest: true, database)
            }
            return isNewer
        }
    }

    /// Lets a hosted organisation follow another: what that one sends is taken in for it.
    ///
    /// - Throws: `notTaken` when `host` is not hosted; `mailboxFull` when it follows as many as
    ///   it may; `conflict`; `replayed`.
    public func follow(
        _ peer: Identity, by host: OrganisationID, request: VerifiedRequest? = nil,
        now: Timestamp
    ) async throws {
        try await writer.write { database, ledger in
            try Self.consume(request, now, database)
            guard try Self.hosts(host, database) else { throw Self.notTaken }
            let ends = [host.blob, peer.organisation.blob]
            let isFollowed = try database.has(
                "SELECT 1 FROM follow WHERE host = ? AND peer = ?", StatementArguments(ends))
            if !isFollowed { try self.refuseTooManyFollowed(by: host, database) }
            // Whoever follows may know less of the peer than the daemon does.
            let isNewer = try self.takeIn(
                peer, isHosted: false, isOlderTaken: true, now, database, &ledger)
            guard !isFollowed else {
                if isNewer {
                    try self.refusePapers(of: peer.organisation, isManifest: true, database)
                }
                return
            }
            try database.run(
                "INSERT INTO follow (host, peer) VALUES (?, ?)", StatementArguments(ends))
            ledger.changesDirectory = true
            try self.refusePapers(for: host, database)
        }
    }

    /// Ends following; of an organisation that nobody here follows or hosts nothing is kept but
    /// what it sent.
    public func unfollow(
        _ peer: OrganisationID, by host: OrganisationID, request: VerifiedRequest? = nil,
        now: Timestamp
    ) async throws {
        try await writer.write { database, ledger in
            try Self.consume(request, now, database)
            try database.run(
                "DELETE FROM follow WHERE host = ? AND peer = ?", [host.blob, peer.blob])
            if database.changesCount > 0 { ledger.changesDirectory = true }
            let isFollowed = try database.has(
                "SELECT 1 FROM follow WHERE peer = ?", [peer.blob])
            guard try !isFollowed && !Self.hosts(peer, database) else { return }
            try database.run("DELETE FROM organisation WHERE id = ?", [peer.blob])
            ledger.changesDirectory = true
            try database.run("DELETE FROM statusList WHERE organisation = ?", [peer.blob])
            try database.run("DELETE FROM papers WHERE organisation = ?", [peer.blob])
        }
        try await forgetUnknown(peer)
        let desk = uploads
        // It is not followed any more, whatever the disk says of this.
        try? await files.run { desk.forget(peer, for: host) }
    }

    /// Takes an identity out of memory whose row is gone.
    ///
    /// Attack: follow, ask, unfollow, over and over, until the memory is full.
    private func forgetUnknown(_ id: OrganisationID) async throws {
        let isKnown = try await read { try Self.knows(id, $0) }
        if !isKnown { identities.withLock { $0[id] = nil } }
    }

    /// An organisation that is hosted or followed here; nil for any other.
    public func known(_ organisation: OrganisationID) async throws -> KnownOrganisation? {
        if let known = directory?.entry(organisation) { return known }
        let edition = directory?.edition ?? 0
        let known = try await read { database -> KnownOrganisation? in
            guard let identity = try self.identity(organisation, database) else { return nil }
            return KnownOrganisation(
                identity: identity, isHosted: try Self.hosts(organisation, database),
                follows: Set(try Self.followed(by: organisation, database)))
        }
        // Who was unfollowed while we read may have come into memory behind its end.
        if let known, directory?.keep(known, readIn: edition) == false {
            try await forgetUnknown(organisation)
        }
        return known
    }

    /// The identity of an organisation that is hosted or followed here.
    public func identity(of organisation: OrganisationID) async throws -> Identity? {
        try await known(organisation)?.identity
    }

    /// True when the organisation's mailbox is here.
    public func isHosted(_ organisation: OrganisationID) async throws -> Bool {
        try await known(organisation)?.isHosted ?? false
    }

    /// True when a hosted organisation follows another.
    public func follows(_ host: OrganisationID, _ peer: OrganisationID) async throws -> Bool {
        try await known(host)?.follows.contains(peer) ?? false
    }

    /// Organisations with a mailbox here.
    public func hosted() async throws -> [OrganisationID] {
        try await read { database in
            try Self.organisations(
                database.rows("SELECT id FROM organisation WHERE isHosted ORDER BY id"))
        }
    }

    /// Whom a hosted organisation follows; of nil, whom anybody here follows.
    public func followed(by host: OrganisationID?) async throws -> [OrganisationID] {
        try await read { database in
            guard let host else {
                return try Self.organisations(
                    database.rows("SELECT DISTINCT peer FROM follow ORDER BY peer"))
            }
            return try Self.followed(by: host, database)
        }
    }

    /// A page of those whom a hosted organisation follows, in the order of their ids.
    ///
    /// - Parameters:
    ///   - after: how many stand on the pages before.
    ///   - limit: at most `Limits.pageItems`.
    public func followed(
        by host: OrganisationID, after: Int64, limit: Int = Limits.pageItems
    ) async throws -> MailroomPage<OrganisationID> {
        let limit = Self.pageLimit(limit)
        return try await read { database in
            let peers = try Self.organisations(
                database.rows(
                    "SELECT peer FROM follow WHERE host = ? ORDER BY peer LIMIT ? OFFSET ?",
                    [host.blob, limit + 1, after]))
            return MailroomPage(
                records: Array(peers.prefix(limit)),
                next: peers.count > limit ? after + Int64(limit) : nil)
        }
    }

    private static func followed(
        by host: OrganisationID, _ database: Database
    ) throws -> [OrganisationID] {
        try organisations(
            database.rows("SELECT peer FROM follow WHERE host = ? ORDER BY peer", [host.blob]))
    }

    static let notTaken = StoreError(
        .notTaken, .refused, "this mailbox is not here, or takes nothing from this organisation",
        hint: "the recipient has to follow the sender, with 'carepass peer add' and 'sync'")
    private static let unknown = StoreError(
        .notFound, .noInput, "this organisation is not known here")

    private static func organisations(_ rows: [Row]) throws -> [OrganisationID] {
        try rows.map { try organisation($0[0]) }
    }

    static func organisation(_ data: Data) throws -> OrganisationID {
        OrganisationID(try digest(data))
    }

    static func digest(_ data: Data) throws -> Digest {
        guard let digest = Digest(bytes: [UInt8](data)) else {
            throw StoreError(.damaged, "a row holds no digest where one belongs")
        }
        return digest
    }

    static func hosts(_ id: OrganisationID, _ database: Database) throws -> Bool {
        try database.has("SELECT 1 FROM organisation WHERE id = ? AND isHosted", [id.blob])
    }

    private static func knows(_ id: OrganisationID, _ database: Database) throws -> Bool {
        try database.has("SELECT 1 FROM organisation WHERE id = ?", [id.blob])
    }

    /// Reads an identity; its whole chain is verified once for each version of the row.
    func identity(_ id: OrganisationID, _ database: Database) throws -> Identity? {
        let found = try database.row(
            "SELECT version FROM organisation WHERE id = ?", [id.blob])
        guard let version: Int64 = found?[0] else { return nil }
        if let known = identities.withLock({ $0[id] }), known.version == version {
            return known.identity
        }
        let row = try database.row(
            "SELECT identity FROM organisation WHERE id = ?", [id.blob])
        guard let bytes: Data = row?[0] else { return nil }
        let identity = try Identity(decoding: [UInt8](bytes))
        // Stops another organisation's file from being slipped under a name.
        guard identity.organisation == id else {
            throw StoreError(.damaged, .refused, "an organisation's row holds another one")
        }
        identities.withLock { $0[id] = (version, identity) }
        return identity
    }

    /// True when a chain is the beginning of another.
    private static func isOlder(_ chain: ManifestChain, _ known: ManifestChain) -> Bool {
        known.manifests.starts(with: chain.manifests)
    }

    /// Writes an identity that is new, or newer than the one that is here.
    ///
    /// - Parameter isOlderTaken: when true, an older state of the chain changes nothing and is
    ///   no conflict.
    @discardableResult
    func takeIn(
        _ identity: Identity, isHosted: Bool, isOlderTaken: Bool = false, _ now: Timestamp,
        _ database: Database, _ ledger: inout Ledger
    ) throws -> Bool {
        let id = identity.organisation
        let known = try self.identity(id, database)
        let wasHosted = try Self.hosts(id, database)
        if isHosted, !wasHosted {
            try ledger.add(.objectTakenIn, at: now, counterpart: id, database)
        }
        // Drawn, not counted: a row that is deleted and made anew, or a transaction that is taken
        // back, must not bring a number again under which another identity is remembered.
        let version = randomness.bytes(8).reduce(Int64(0)) { $0 << 8 | Int64($1) }
        guard let known else {
            ledger.changesDirectory = true
            try database.run(
                """
                INSERT INTO organisation (id, identity, version, isHosted, added)
                VALUES (?, ?, ?, ?, ?)
                """,
                [id.blob, identity.encoded().blob, version, isHosted, now.seconds])
            try Self.weigh(id, database)
            return true
        }
        let chain: ManifestChain
        do {
            chain = try known.chain.updated(with: identity.chain)
        } catch  where isOlderTaken && Self.isOlder(identity.chain, known.chain) {
            chain = known.chain
        } catch {
            throw StoreError(
                .conflict, .refused, error.message, hint: error.hint, cause: error.identifier)
        }
        if isHosted, !wasHosted {
            ledger.changesDirectory = true
            try database.run("UPDATE organisation SET isHosted = 1 WHERE id = ?", [id.blob])
        }
        guard chain.manifests != known.chain.manifests else { return isHosted && !wasHosted }
        ledger.changesDirectory = true
        try database.run(
            "UPDATE organisation SET identity = ?, version = ? WHERE id = ?",
            [identity.encoded().blob, version, id.blob])
        try Self.weigh(id, database)
        return true
    }
}
