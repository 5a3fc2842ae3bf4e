import Foundation
import GRDB
import PassportCoding
import PassportCrypto
import PassportStore

/// What a deposit cannot do without: one signature is checked, the parcel is hashed, and what has
/// to be inserted is inserted, committed and synced.
final class DiskBaseline {
    /// What is inserted.
    enum Insert {
        /// One row with the bytes, in a table of its own without an index: less than any mailbox.
        case blob
        /// The rows of a deposit in the daemon's own tables, by bare statements: the bytes, the
        /// mailbox's row that keeps out a second copy, the nonce that keeps out a replay, the
        /// sender's count, the log's entry and its checkpoint, unsigned.
        case rows
    }

    private let queue: DatabaseQueue
    private let bare: BarePrimitives
    private let insert: Insert
    private var number: Int64 = 0
    private let owner = Randomness.system.bytes(32)
    private let sender = Randomness.system.bytes(32)

    /// Bytes that the signature is over: about as long as what a request signs.
    static let signedBytes = 480

    init(_ insert: Insert, in folder: String) throws {
        self.insert = insert
        bare = try BarePrimitives()
        try bare.prepare(.verify, Self.signedBytes)
        var configuration = Configuration()
        configuration.journalMode = .wal
        try Mailroom.create(at: folder)
        queue = try DatabaseQueue(
            path: "\(folder)/mailroom.sqlite", configuration: configuration)
        try queue.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA synchronous = FULL")
            try database.execute(
                sql: "CREATE TABLE bare (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL)")
        }
    }

    func run(_ blob: Data) throws {
        try bare.perform(.verify, Self.signedBytes)
        try bare.perform(.hash, blob.count)
        number += 1
        try queue.write { database in
            switch insert {
            case .blob:
                try database.cachedStatement(sql: "INSERT INTO bare (bytes) VALUES (?)")
                    .execute(arguments: [blob])
            case .rows: try insertRows(blob, database)
            }
        }
    }

    private func insertRows(_ blob: Data, _ database: Database) throws {
        func run(_ sql: String, _ arguments: StatementArguments) throws {
            try database.cachedStatement(sql: sql).execute(arguments: arguments)
        }
        let now = Timestamp.system.seconds
        let (owner, sender) = (Data(owner), Data(sender))
        func random(_ count: Int) -> Data { Data(Randomness.system.bytes(count)) }
        try run(
            "INSERT INTO nonce (keyHash, nonce, expires) VALUES (?, ?, ?)",
            [sender, Base64URL.encode(Randomness.system.bytes(18)), now + 120])
        try run("INSERT INTO parcel (bytes) VALUES (?)", [blob])
        try run(
            """
            INSERT INTO stored (owner, sender, bytes) VALUES (?, ?, ?)
            ON CONFLICT (owner, sender) DO UPDATE SET bytes = bytes + excluded.bytes
            """,
            [owner, sender, blob.count])
        try run(
            """
            INSERT INTO inbox (owner, digest, sender, kind, length, received, receipt, parcel)
            VALUES (?, ?, ?, 'envelope', ?, ?, ?, ?)
            """,
            [owner, random(32), sender, blob.count, now, random(Self.receiptBytes), number])
        try run(
            "INSERT INTO logEntry (number, body) VALUES (?, ?)", [number, random(Self.entryBytes)])
        // An entry completes as many subtrees as its number has ones at its end, and its own leaf.
        for level in 0...(~(number - 1) & number).trailingZeroBitCount {
            try run(
                "INSERT INTO logNode (level, position, hash) VALUES (?, ?, ?)",
                [level, (number >> level) - 1, random(32)])
        }
        try run(
            "INSERT INTO logCheckpoint (size, time, note) VALUES (?, ?, ?)",
            [number, now, String(repeating: "x", count: Self.noteBytes)])
    }

    private static let receiptBytes = 240
    private static let entryBytes = 150
    private static let noteBytes = 230
}
