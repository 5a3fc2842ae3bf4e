internal import Foundation
internal import GRDB
public import PassportCoding
public import PassportCrypto
public import PassportExchange
public import PassportTrust

/// A parcel that this home sent.
public struct SentParcel: Hashable, Sendable {
    /// SHA-256 over its bytes.
    public let digest: Digest
    /// Whom it is for.
    public let recipient: OrganisationID
    /// Envelope or notice.
    public let kind: ParcelKind
    /// How far it has come.
    public let state: SentState
    /// Since when.
    public let changed: Timestamp
}

/// A parcel that this home fetched.
public struct ReceivedParcel: Hashable, Sendable {
    /// SHA-256 over its bytes.
    public let digest: Digest
    /// Who sent it.
    public let sender: OrganisationID
    /// Envelope or notice.
    public let kind: ParcelKind
    /// When it was fetched.
    public let received: Timestamp
    /// When it was opened first.
    public let opened: Timestamp?
    /// When it was erased here.
    public let purged: Timestamp?
}

/// A sealed notice that waits to be sent.
public struct QueuedNotice: Hashable, Sendable {
    /// Its number here.
    public let id: Int64
    /// Whom it is for.
    public let recipient: OrganisationID
    /// The sealed bytes.
    public let bytes: [UInt8]
    /// True when it was handed to the daemon before.
    public let wasHandedOver: Bool
}

extension Store {
    /// The daemon that has our mailbox; nil when there is none.
    public func daemon() throws -> DaemonLink? {
        let row = try read { try Row.fetchOne($0, sql: "SELECT * FROM daemon") }
        guard let row else { return nil }
        let address: String = row["address"]
        let paired: Int64 = row["paired"]
        return DaemonLink(
            endpoint: Endpoint(
                address: try ServiceAddress(address), pin: try Self.digest(row["pin"])),
            exchangeKey: try Self.digest(row["exchangeKey"]),
            paired: Timestamp(clamping: paired))
    }

    /// Everything that was sent, newest change first.
    public func sentParcels() throws -> [SentParcel] {
        let rows = try read {
            try Row.fetchAll($0, sql: "SELECT * FROM sentParcel ORDER BY changed DESC, digest")
        }
        return try rows.map { row in
            let changed: Int64 = row["changed"]
            guard let kind = ParcelKind(rawValue: row["kind"]),
                let state = SentState(rawValue: row["state"])
            else { throw Self.damagedParcel }
            return SentParcel(
                digest: try Self.digest(row["digest"]),
                recipient: OrganisationID(try Self.digest(row["recipient"])), kind: kind,
                state: state, changed: Timestamp(clamping: changed))
        }
    }

    /// Everything that was fetched, newest first.
    public func receivedParcels() throws -> [ReceivedParcel] {
        let rows = try read {
            try Row.fetchAll($0, sql: "SELECT * FROM receivedParcel ORDER BY received DESC, digest")
        }
        return try rows.map { row in
            guard let kind = ParcelKind(rawValue: row["kind"]) else { throw Self.damagedParcel }
            let received: Int64 = row["received"]
            let opened: Int64? = row["opened"]
            let purged: Int64? = row["purged"]
            return ReceivedParcel(
                digest: try Self.digest(row["digest"]),
                sender: OrganisationID(try Self.digest(row["sender"])), kind: kind,
                received: Timestamp(clamping: received),
                opened: opened.map { Timestamp(clamping: $0) },
                purged: purged.map { Timestamp(clamping: $0) })
        }
    }

    /// The notices that wait, oldest first.
    public func queuedNotices() throws -> [QueuedNotice] {
        let rows = try read { try Row.fetchAll($0, sql: "SELECT * FROM notice ORDER BY id") }
        return try rows.map { row in
            let bytes: Data = row["bytes"]
            let handedOver: Int64? = row["handedOver"]
            return QueuedNotice(
                id: row["id"], recipient: OrganisationID(try Self.digest(row["recipient"])),
                bytes: [UInt8](bytes), wasHandedOver: handedOver != nil)
        }
    }

    private static func digest(_ data: Data) throws -> Digest {
        guard let digest = Digest(bytes: [UInt8](data)) else { throw damagedParcel }
        return digest
    }

    private static let damagedParcel = StoreError(
        .damaged, "a parcel's row cannot be read")
}
