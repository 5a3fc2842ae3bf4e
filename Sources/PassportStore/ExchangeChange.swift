internal import GRDB
public import PassportCoding
public import PassportCrypto
public import PassportExchange
public import PassportTrust

/// A change of what a home sends and receives through its daemon.
public enum ExchangeChange: Sendable {
    /// The daemon that has our mailbox, first or in place of another.
    case daemon(DaemonLink)
    /// A parcel that is about to be handed to the daemon.
    case sending(Digest, to: OrganisationID, kind: ParcelKind, at: Timestamp)
    /// How far a parcel of ours has come.
    case sent(Digest, to: OrganisationID, SentState, at: Timestamp)
    /// A parcel that was fetched.
    case received(Digest, from: OrganisationID, kind: ParcelKind, at: Timestamp)
    /// Passports that an envelope brought, found when it was opened, also of one that came as a
    /// file: what two brought is kept until both are purged.
    case opened(Digest, passports: [Digest], at: Timestamp)
    /// A received parcel that is kept no longer, with every passport that no other one brought.
    case purged(Digest, at: Timestamp)
    /// A sealed notice that goes out at the next chance.
    case notice([UInt8], to: OrganisationID, at: Timestamp)
    /// A notice that is about to be handed to the daemon; it is kept until it is delivered.
    case noticeHandedOver(Int64, at: Timestamp)
    /// A notice that arrived, or that no daemon ever takes.
    case noticeEnded(Int64)

    func apply(to database: Database) throws {
        switch self {
        case .daemon(let link):
            try database.execute(
                sql: """
                    INSERT INTO daemon (one, address, pin, exchangeKey, paired)
                    VALUES (1, ?, ?, ?, ?) ON CONFLICT (one) DO UPDATE
                    SET address = excluded.address, pin = excluded.pin,
                        exchangeKey = excluded.exchangeKey, paired = excluded.paired
                    """,
                arguments: [
                    link.endpoint.address.description, link.endpoint.pin.blob,
                    link.exchangeKey.blob, link.paired.seconds,
                ])
        case .sending(let digest, let recipient, let kind, let moment):
            try database.execute(
                sql: """
                    INSERT INTO sentParcel (digest, recipient, kind, state, changed)
                    VALUES (?, ?, ?, ?, ?) ON CONFLICT (digest, recipient) DO NOTHING
                    """,
                arguments: [
                    digest.blob, recipient.blob, kind.rawValue, SentState.sending.rawValue,
                    moment.seconds,
                ])
        case .sent(let digest, let recipient, let state, let moment):
            try database.execute(
                sql: """
                    UPDATE sentParcel SET state = ?, changed = ?
                    WHERE digest = ? AND recipient = ?
                    """,
                arguments: [state.rawValue, moment.seconds, digest.blob, recipient.blob])
        case .received(let digest, let sender, let kind, let moment):
            try database.execute(
                sql: """
                    INSERT INTO receivedParcel (digest, sender, kind, received)
                    VALUES (?, ?, ?, ?) ON CONFLICT (digest) DO NOTHING
                    """,
                arguments: [digest.blob, sender.blob, kind.rawValue, moment.seconds])
        case .opened, .purged: try applyContent(to: database)
        case .notice(let bytes, let recipient, let moment):
            try database.execute(
                sql: "INSERT INTO notice (recipient, bytes, created) VALUES (?, ?, ?)",
                arguments: [recipient.blob, bytes.blob, moment.seconds])
        case .noticeHandedOver(let id, let moment):
            try database.execute(
                sql: "UPDATE notice SET handedOver = ? WHERE id = ? AND handedOver IS NULL",
                arguments: [moment.seconds, id])
        case .noticeEnded(let id):
            try database.execute(sql: "DELETE FROM notice WHERE id = ?", arguments: [id])
        }
    }

    private func applyContent(to database: Database) throws {
        switch self {
        case .opened(let digest, let passports, let moment):
            try database.execute(
                sql: """
                    UPDATE receivedParcel SET opened = ? WHERE digest = ? AND opened IS NULL
                    """,
                arguments: [moment.seconds, digest.blob])
            for passport in passports {
                try database.execute(
                    sql: """
                        INSERT INTO parcelPassport (parcel, passport) VALUES (?, ?)
                        ON CONFLICT DO NOTHING
                        """,
                    arguments: [digest.blob, passport.blob])
            }
        case .purged(let digest, let moment):
            let only = """
                SELECT passport FROM parcelPassport WHERE parcel = ? AND passport NOT IN
                (SELECT passport FROM parcelPassport WHERE parcel <> ?)
                """
            for table in [
                "passport WHERE isOwn = 0 AND digest", "\"grant\" WHERE isOwn = 0 AND passport",
            ] {
                try database.execute(
                    sql: "DELETE FROM \(table) IN (\(only))",
                    arguments: [digest.blob, digest.blob])
            }
            try database.execute(
                sql: "DELETE FROM parcelPassport WHERE parcel = ?", arguments: [digest.blob])
            try database.execute(
                sql: "UPDATE receivedParcel SET purged = ? WHERE digest = ? AND purged IS NULL",
                arguments: [moment.seconds, digest.blob])
        default: break
        }
    }

    static func makeTables(_ database: Database) throws {
        try database.create(table: "daemon", options: .strict) { table in
            table.primaryKey("one", .integer).check { $0 == 1 }
            table.column("address", .text).notNull()
            table.column("pin", .blob).notNull()
            table.column("exchangeKey", .blob).notNull()
            table.column("paired", .integer).notNull()
        }
        try database.create(table: "sentParcel", options: [.strict, .withoutRowID]) { table in
            table.column("digest", .blob).notNull()
            table.column("recipient", .blob).notNull()
            table.column("kind", .text).notNull()
            table.column("state", .text).notNull()
            table.column("changed", .integer).notNull()
            table.primaryKey(["digest", "recipient"])
        }
        try database.create(table: "receivedParcel", options: [.strict, .withoutRowID]) { table in
            table.primaryKey("digest", .blob).notNull()
            table.column("sender", .blob).notNull()
            table.column("kind", .text).notNull()
            table.column("received", .integer).notNull()
            table.column("opened", .integer)
            table.column("purged", .integer)
        }
        try database.create(table: "parcelPassport", options: [.strict, .withoutRowID]) { table in
            table.column("parcel", .blob).notNull()
            table.column("passport", .blob).notNull()
            table.primaryKey(["parcel", "passport"])
        }
        try database.create(table: "notice", options: .strict) { table in
            table.primaryKey("id", .integer)
            table.column("recipient", .blob).notNull()
            table.column("bytes", .blob).notNull()
            table.column("created", .integer).notNull()
            table.column("handedOver", .integer)
        }
    }
}

/// The daemon that has a home's mailbox.
public struct DaemonLink: Hashable, Sendable {
    /// Where it is, and its TLS key.
    public let endpoint: Endpoint
    /// SHA-256 of its exchange key, which our manifest lists.
    public let exchangeKey: Digest
    /// Since when.
    public let paired: Timestamp

    /// Names a daemon.
    public init(endpoint: Endpoint, exchangeKey: Digest, paired: Timestamp) {
        self.endpoint = endpoint
        self.exchangeKey = exchangeKey
        self.paired = paired
    }
}

/// How far a parcel of ours has come, as this home knows.
public enum SentState: String, Hashable, Sendable, CaseIterable {
    /// It is about to be handed to our daemon, or was, and no answer came.
    case sending
    /// Our daemon has it.
    case handedOver
    /// It lies in the recipient's mailbox; its daemon's receipt is in the log.
    case delivered
    /// The recipient opened it.
    case opened
    /// The recipient keeps it no longer.
    case purged
    /// Our daemon gave it up.
    case dead
    /// Our daemon, or the one that took its place, knows nothing of it.
    case lost

    /// Where a later receipt leads from here: never back.
    public func allows(_ next: SentState) -> Bool {
        next.rank > rank || self == .dead || self == .lost
    }

    private var rank: Int {
        switch self {
        case .sending: 0
        case .handedOver: 1
        case .dead, .lost: 2
        case .delivered: 3
        case .opened: 4
        case .purged: 5
        }
    }
}
