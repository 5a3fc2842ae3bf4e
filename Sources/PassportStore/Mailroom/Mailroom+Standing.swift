internal import GRDB
public import PassportCrypto
public import PassportExchange
public import PassportTrust

/// What is known of a parcel, and of the request that brings it, before its body is read.
///
/// Nothing here decides anything; whoever writes asks again in the transaction.
public struct ParcelStanding: Sendable {
    /// Bytes that whoever brings it may have here beside what lies here.
    public var room = Int.max
    /// True when the request was seen before.
    public var isReplayed = false
    /// The receipt of a parcel that arrived before.
    public var receipt: [UInt8]?
    /// What became of a parcel that was handed over before.
    public var consignment: Consignment?

    /// Nothing was looked up. A short body is here sooner than the answer.
    public static let notLookedUp = ParcelStanding()
}

extension Mailroom {
    /// How things stand for a deposit: one look at one state of the database.
    public func standing(
        of request: VerifiedRequest, bringing parcel: Digest, to owner: OrganisationID
    ) async throws -> ParcelStanding {
        let sender = request.organisation
        return try await read { database in
            ParcelStanding(
                room: try self.room(owner, sender, database),
                isReplayed: try Self.isKnown(request, database),
                receipt: try Self.receipt(parcel, owner, sender, database))
        }
    }

    /// How things stand for a handing over: one look at one state of the database.
    public func standing(
        of request: VerifiedRequest, sending parcel: Digest, to recipient: OrganisationID
    ) async throws -> ParcelStanding {
        let owner = request.organisation
        return try await read { database in
            ParcelStanding(
                room: try self.room(owner, owner, database),
                isReplayed: try Self.isKnown(request, database),
                consignment: try Self.consignment(parcel, owner, recipient, database))
        }
    }

    static func isKnown(_ request: VerifiedRequest, _ database: Database) throws -> Bool {
        try database.has(
            "SELECT 1 FROM nonce WHERE keyHash = ? AND nonce = ?",
            [request.keyHash.blob, request.nonce])
    }
}
