internal import GRDB
public import PassportCoding
public import PassportCrypto
public import PassportExchange
public import PassportTrust

extension Mailroom {
    /// Seconds for which a nonce is kept beyond the request's end: a clock that jumps forward and
    /// back again must not let an old request in a second time.
    static let nonceGrace: Int64 = 3_600

    /// Takes a request in that changes nothing else; it is on disk before the answer.
    ///
    /// - Throws: `replayed` when it was seen before, also before a restart.
    public func admit(_ request: VerifiedRequest, now: Timestamp) async throws {
        try await writer.write { database, _ in try Self.consume(request, now, database) }
    }

    /// True when the request was seen before: a quick look, before a body is read for nothing.
    public func isKnownNonce(_ request: VerifiedRequest) async throws -> Bool {
        try await read { try Self.isKnown(request, $0) }
    }

    /// Marks a request as seen, in the transaction of what it changes.
    static func consume(
        _ request: VerifiedRequest?, _ now: Timestamp, _ database: Database
    ) throws {
        guard let request else { return }
        try database.run(
            "INSERT INTO nonce (keyHash, nonce, expires) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            [request.keyHash.blob, request.nonce, request.expires.seconds])
        guard database.changesCount == 1 else {
            throw StoreError(
                .replayed, .refused, "the request was seen before",
                hint: "sign each request anew")
        }
    }

    /// Keeps an invitation by the hash of its secret.
    public func invite(secretHash: Digest, expires: Timestamp) async throws {
        try await writer.write { database, _ in
            try database.run(
                "INSERT INTO invitation (secretHash, expires) VALUES (?, ?)",
                [secretHash.blob, expires.seconds])
        }
    }

    /// Hosts an organisation and uses the invitation up, both or neither.
    ///
    /// - Throws: `noInvitation` whether it is unknown, used or expired; `conflict`.
    public func redeem(secretHash: Digest, identity: Identity, now: Timestamp) async throws {
        try await writer.write { database, ledger in
            try database.run(
                "DELETE FROM invitation WHERE secretHash = ? AND expires >= ?",
                [secretHash.blob, now.seconds])
            guard database.changesCount == 1 else {
                throw StoreError(
                    .noInvitation, .refused, "this invitation is not, or no longer, good",
                    hint: "ask whoever runs the daemon for a new one")
            }
            try self.takeIn(identity, isHosted: true, now, database, &ledger)
        }
    }
}
