public import PassportCoding
public import PassportCrypto
public import PassportTrust

/// The service document: what a daemon says of itself to everybody.
public struct ServiceDocument: Codable, Hashable, Sendable {
    /// The version of this protocol: 1.
    public var version: Int
    /// The daemon's exchange key, base64url of 32 bytes.
    public var exchangeKey: String
    /// The key of the daemon's own log, base64url of 32 bytes.
    public var logKey: String
    /// The origin of the daemon's own log.
    public var logOrigin: String
    /// Where others reach it; absent when nobody can, and it collects.
    public var address: String?
    /// Bytes of a parcel that it takes, at most.
    public var parcelBytes: Int

    /// States a service.
    public init(
        version: Int, exchangeKey: String, logKey: String, logOrigin: String, address: String?,
        parcelBytes: Int
    ) {
        self.version = version
        self.exchangeKey = exchangeKey
        self.logKey = logKey
        self.logOrigin = logOrigin
        self.address = address
        self.parcelBytes = parcelBytes
    }
}

/// One parcel in a page of an inbox, or of what waits to be collected.
public struct ParcelEntry: Codable, Hashable, Sendable {
    /// SHA-256 over its bytes, hexadecimal.
    public var parcel: String
    /// Who sent it.
    public var sender: String
    /// Envelope or notice.
    public var kind: ParcelKind
    /// Bytes.
    public var length: Int
    /// When it arrived, in seconds since 1970.
    public var received: Int64

    /// The digest that `parcel` spells; nil when it spells none.
    public var digest: Digest? {
        (try? Hexadecimal.decode(parcel)).flatMap { Digest(bytes: $0) }
    }

    /// States a parcel.
    public init(
        parcel: Digest, sender: OrganisationID, kind: ParcelKind, length: Int, received: Timestamp
    ) {
        self.parcel = "\(parcel)"
        self.sender = sender.text
        self.kind = kind
        self.length = length
        self.received = received.seconds
    }
}

/// A page of an inbox, or of what waits to be collected; oldest first.
public struct ParcelPage: Codable, Hashable, Sendable {
    /// At most `Limits.pageItems`.
    public var parcels: [ParcelEntry]
    /// What to say in `after` for the next page; absent on the last.
    public var next: Int64?

    /// States a page.
    public init(parcels: [ParcelEntry], next: Int64?) {
        self.parcels = parcels
        self.next = next
    }
}

/// A page of those whom an organisation follows, in the order of their ids.
public struct PeerPage: Codable, Hashable, Sendable {
    /// Organisations as text; at most `Limits.pageItems`.
    public var peers: [String]
    /// What to say in `after` for the next page; absent on the last.
    public var next: Int64?

    /// States a page.
    public init(peers: [String], next: Int64?) {
        self.peers = peers
        self.next = next
    }
}

/// How far something on its way has come.
public enum ConsignmentState: String, Codable, Hashable, Sendable, CaseIterable {
    /// It waits to be sent, or to be collected.
    case waiting
    /// The recipient's receipt is here.
    case delivered
    /// It was given up.
    case dead
}

/// Why something was given up.
public enum DeadReason: String, Codable, Hashable, Sendable, CaseIterable {
    /// The recipient's daemon was not reached within the time that is tried.
    case unreachable
    /// Nobody collected it within that time.
    case notCollected
    /// The recipient's daemon does not know us, or does not take this.
    case refused
    /// The recipient has no mailbox where its manifest says.
    case noMailbox
    /// The recipient's daemon takes no parcel of this size.
    case tooLarge
    /// It was delivered, and its owner says that the recipient lost it.
    case lost
}

/// One parcel in a page of an outbox.
public struct ConsignmentEntry: Codable, Hashable, Sendable {
    /// SHA-256 over its bytes, hexadecimal.
    public var parcel: String
    /// Whom it is for.
    public var recipient: String
    /// Envelope or notice.
    public var kind: ParcelKind
    /// Bytes.
    public var length: Int
    /// How far it has come.
    public var state: ConsignmentState
    /// When it was handed over, in seconds since 1970.
    public var accepted: Int64
    /// How often sending was tried.
    public var attempts: Int
    /// When it is tried again, in seconds since 1970, while it waits.
    public var nextAttempt: Int64?
    /// Why the last attempt failed: a code.
    public var lastProblem: String?
    /// Why it was given up.
    public var reason: DeadReason?
    /// The recipient's receipt, base64, once it is delivered.
    public var receipt: String?

    /// States a parcel on its way.
    public init(
        parcel: Digest, recipient: OrganisationID, kind: ParcelKind, length: Int,
        state: ConsignmentState, accepted: Timestamp, attempts: Int, nextAttempt: Timestamp?,
        lastProblem: String?, reason: DeadReason?, receipt: [UInt8]?
    ) {
        self.parcel = "\(parcel)"
        self.recipient = recipient.text
        self.kind = kind
        self.length = length
        self.state = state
        self.accepted = accepted.seconds
        self.attempts = attempts
        self.nextAttempt = nextAttempt?.seconds
        self.lastProblem = lastProblem
        self.reason = reason
        self.receipt = receipt.map { Base64.encode($0) }
    }
}

/// A page of an outbox; oldest first.
public struct ConsignmentPage: Codable, Hashable, Sendable {
    /// At most `Limits.pageItems`.
    public var parcels: [ConsignmentEntry]
    /// What to say in `after` for the next page; absent on the last.
    public var next: Int64?

    /// States a page.
    public init(parcels: [ConsignmentEntry], next: Int64?) {
        self.parcels = parcels
        self.next = next
    }
}

/// How much of an upload has arrived.
public struct UploadState: Codable, Hashable, Sendable {
    /// Bytes that have arrived; the next part begins there.
    public var offset: Int
    /// True once the parcel is whole and durable.
    public var isComplete: Bool

    /// States an upload.
    public init(offset: Int, isComplete: Bool) {
        self.offset = offset
        self.isComplete = isComplete
    }
}
