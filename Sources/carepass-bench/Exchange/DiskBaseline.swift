import Foundation
import GRDB
import PassportCoding

/// What a deposit cannot do without: one signature is checked, the parcel is hashed, and one row
/// with its bytes is committed and synced.
final class DiskBaseline {
    private let queue: DatabaseQueue
    private let bare: BarePrimitives

    /// Bytes that the signature is over: about as long as what a request signs.
    static let signedBytes = 480

    init(_ path: String) throws {
        bare = try BarePrimitives()
        try bare.prepare(.verify, Self.signedBytes)
        var configuration = Configuration()
        configuration.journalMode = .wal
        queue = try DatabaseQueue(path: path, configuration: configuration)
        try queue.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA synchronous = FULL")
            try database.execute(
                sql: "CREATE TABLE parcel (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL)")
        }
    }

    func run(_ parcel: BenchParcel) throws {
        let blob = Data(parcel.bytes)
        try run(blob)
    }

    func run(_ blob: Data) throws {
        try bare.perform(.verify, Self.signedBytes)
        try bare.perform(.hash, blob.count)
        try queue.write { database in
            try database.cachedStatement(sql: "INSERT INTO parcel (bytes) VALUES (?)")
                .execute(arguments: [blob])
        }
    }
}
