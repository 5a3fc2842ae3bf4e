public import PassportCoding
public import PassportCrypto
public import PassportExchange
public import PassportTrust

/// Where the bytes of a parcel lie.
public enum ParcelContent: Hashable, Sendable {
    /// In memory.
    case bytes([UInt8])
    /// In a file that never changes, only goes; open it at once.
    case file(path: String, length: Int)

    /// Bytes of the parcel.
    public var length: Int {
        switch self {
        case .bytes(let bytes): bytes.count
        case .file(_, let length): length
        }
    }
}

/// One parcel that lies in a mailbox.
public struct ParcelRecord: Hashable, Sendable {
    /// Rises with each arrival; what `after` means.
    public let id: Int64
    /// SHA-256 over the bytes.
    public let digest: Digest
    /// Who sent it.
    public let sender: OrganisationID
    /// Envelope or notice.
    public let kind: ParcelKind
    /// Bytes.
    public let length: Int
    /// When it arrived.
    public let received: Timestamp

    /// What stands in a page.
    public var entry: ParcelEntry {
        ParcelEntry(
            parcel: digest, sender: sender, kind: kind, length: length, received: received)
    }
}

/// What became of a parcel that was handed in.
public struct DepositOutcome: Hashable, Sendable {
    /// False when it was here before; then nothing was changed.
    public let isNew: Bool
    /// The receipt of the first time, byte for byte.
    public let receipt: [UInt8]
}

/// What became of a parcel that was handed over to be sent.
public struct HandOverOutcome: Hashable, Sendable {
    /// False when it was here before; then nothing was changed.
    public let isNew: Bool
    /// How it stands now.
    public let consignment: Consignment
}

/// From one organisation that is hosted here to another.
public struct ConsignmentWay: Hashable, Sendable {
    /// Who sends.
    public let owner: OrganisationID
    /// Who it is for.
    public let recipient: OrganisationID

    /// States a way.
    public init(owner: OrganisationID, recipient: OrganisationID) {
        self.owner = owner
        self.recipient = recipient
    }
}

/// One parcel on its way from an organisation that is hosted here.
public struct Consignment: Hashable, Sendable {
    /// Rises with each that is handed over; what `after` means.
    public let id: Int64
    /// Who sends it.
    public let owner: OrganisationID
    /// Whom it is for.
    public let recipient: OrganisationID
    /// SHA-256 over the bytes.
    public let digest: Digest
    /// Envelope or notice.
    public let kind: ParcelKind
    /// Bytes.
    public let length: Int
    /// How far it has come.
    public let state: ConsignmentState
    /// When it was handed over.
    public let accepted: Timestamp
    /// How often sending was tried.
    public let attempts: Int
    /// When it is tried again, while it waits.
    public let nextAttempt: Timestamp?
    /// Why the last attempt failed: a code.
    public let lastProblem: String?
    /// Why it was given up.
    public let reason: DeadReason?
    /// The recipient's receipt, once it is delivered.
    public let receipt: [UInt8]?

    /// What stands in a page of an outbox.
    public var entry: ConsignmentEntry {
        ConsignmentEntry(
            parcel: digest, recipient: recipient, kind: kind, length: length, state: state,
            accepted: accepted, attempts: attempts, nextAttempt: nextAttempt,
            lastProblem: lastProblem, reason: reason, receipt: receipt)
    }

    /// What stands in a page for the recipient that comes to collect it.
    public var collectable: ParcelEntry {
        ParcelEntry(
            parcel: digest, sender: owner, kind: kind, length: length, received: accepted)
    }
}

/// A page of anything, oldest first.
public struct MailroomPage<Record: Hashable & Sendable>: Hashable, Sendable {
    /// At most `Limits.pageItems`.
    public let records: [Record]
    /// What to say in `after` for the next page; nil on the last.
    public let next: Int64?
}

/// A status list as it is kept: bytes that were verified when they came.
public struct StatusListRecord: Hashable, Sendable {
    /// The list's number.
    public let number: Int
    /// When it was issued.
    public let issued: Timestamp
    /// SHA-256 over the bytes: the entity tag.
    public let digest: Digest
    /// The exact bytes.
    public let bytes: [UInt8]
}

/// How much there is, for metrics.
public struct MailroomCounts: Hashable, Sendable {
    /// Organisations with a mailbox here.
    public var hosted = 0
    /// Organisations that those follow.
    public var followed = 0
    /// Parcels that nobody has fetched and removed yet.
    public var inbox = 0
    /// Parcels that wait to be sent or collected.
    public var waiting = 0
    /// Parcels that were delivered, as far back as the outbox goes.
    public var delivered = 0
    /// Parcels that were given up, as far back as the outbox goes.
    public var dead = 0
    /// When the oldest that waits was handed over.
    public var oldestWaiting: Timestamp?
    /// Uploads that were cut and may go on.
    public var partials = 0
    /// Entries of the daemon's log.
    public var logSize: UInt64 = 0
}

/// What `prune` took away.
public struct PruneReport: Hashable, Sendable {
    /// Nonces that no request can bring again.
    public var nonces = 0
    /// Invitations that expired.
    public var invitations = 0
    /// Rows of parcels that were removed, delivered or given up long ago.
    public var tombstones = 0
    /// Uploads that did not go on.
    public var partials = 0
}

/// What `Mailroom.verify` found in a folder.
public struct MailroomReport: Hashable, Sendable {
    /// What SQLite says of its file: `ok`, or the first thing that is wrong.
    public var database = ""
    /// True when the log is, entry by entry, the one that was signed last.
    public var isLogSound = false
    /// Entries of the log.
    public var logSize: UInt64 = 0
    /// Parcels whose bytes were looked at.
    public var parcels = 0
    /// Parcels whose bytes are not those of their digest.
    public var damaged: [Digest] = []
    /// Parcels whose file is missing.
    public var missing: [Digest] = []
    /// True when what is counted for each sender is what lies there. A daemon that starts counts
    /// anew, so a copy is no worse without.
    public var isCountedRight = false
    /// Organisations whose identity cannot be read.
    public var unreadable: [OrganisationID] = []

    /// True when nothing is wrong.
    public var isSound: Bool {
        database == "ok" && isLogSound && damaged.isEmpty && missing.isEmpty
            && unreadable.isEmpty
    }
}
