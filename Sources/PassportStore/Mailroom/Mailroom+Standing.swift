internal import GRDB
public import PassportCrypto
public import PassportExchange
public import PassportTrust

/// How things stand for a request that brings a parcel, before its body is read.
///
/// One look at one state of the database: a look for each question took longer than the rest of
/// a deposit. Nothing here decides anything; whoever writes asks again in the transaction.
public struct ParcelStanding: Sendable {
    /// Who asks, when that organisation is known here.
    public let identity: Identity?
    /// The owner of the mailbox or outbox, when it is here.
    public let owner: Identity?
    /// True when the owner follows the other organisation.
    public let isFollowed: Bool
    /// Bytes that whoever brings it may have here beside what lies here.
    public let room: Int
    /// True when the request was seen before.
    public let isReplayed: Bool
    /// The receipt of a parcel that arrived before.
    public let receipt: [UInt8]?
    /// What became of a parcel that was handed over before.
    public let consignment: Consignment?
}

extension Mailroom {
    /// How things stand for a deposit.
    ///
    /// - Parameter request: not verified; the answer tells whose keys it has to be signed by.
    public func standing(
        of request: UnverifiedRequest, bringing parcel: Digest, to owner: OrganisationID
    ) async throws -> ParcelStanding {
        let sender = request.organisation
        return try await read { database in
            ParcelStanding(
                identity: try self.identity(sender, database),
                owner: try Self.hosts(owner, database) ? self.identity(owner, database) : nil,
                isFollowed: try Self.follows(owner, sender, database),
                room: try self.room(owner, sender, database),
                isReplayed: try Self.isKnown(request.nonce, request.keyID.keyHash, database),
                receipt: try Self.receipt(parcel, owner, sender, database), consignment: nil)
        }
    }

    /// How things stand for a handing over.
    ///
    /// - Parameter request: not verified; the answer tells whose keys it has to be signed by.
    public func standing(
        of request: UnverifiedRequest, sending parcel: Digest, from owner: OrganisationID,
        to recipient: OrganisationID
    ) async throws -> ParcelStanding {
        try await read { database in
            ParcelStanding(
                identity: try self.identity(request.organisation, database),
                owner: try Self.hosts(owner, database) ? self.identity(owner, database) : nil,
                isFollowed: try Self.follows(owner, recipient, database),
                room: try self.room(owner, owner, database),
                isReplayed: try Self.isKnown(request.nonce, request.keyID.keyHash, database),
                receipt: nil,
                consignment: try Self.consignment(parcel, owner, recipient, database))
        }
    }

    static func isKnown(
        _ nonce: String, _ keyHash: Digest, _ database: Database
    ) throws -> Bool {
        try database.has(
            "SELECT 1 FROM nonce WHERE keyHash = ? AND nonce = ?", [keyHash.blob, nonce])
    }
}
