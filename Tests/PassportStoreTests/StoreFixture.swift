import Foundation
import GRDB
import PassportAudit
import PassportCoding
import PassportCrypto
import PassportSecrecy

@testable import PassportStore

/// A database in a folder of its own, with the key of its log.
final class StoreFixture {
    let folder: String
    let keys: KeyFile
    let origin = "care-passport.invalid/test-log"

    init() throws {
        folder =
            FileManager.default.temporaryDirectory
            .appending(path: "carepass-store-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        keys = try KeyFile(generating: [.log, .vault], from: .system)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    var path: String { "\(folder)/carepass.sqlite" }

    /// An entry of the log; what it says does not matter here.
    func entry(_ seconds: Int64 = 1_800_000_000) throws -> AuditEntry {
        try AuditEntry(
            fields: AuditFields(act: .cardMade, time: Timestamp(clamping: seconds)),
            randomness: .system)
    }

    @discardableResult
    func commit(_ store: Store, _ changes: [StoreChange] = []) throws -> UInt64 {
        try store.commit(
            entry(), changes, origin: origin, logKey: keys.signingKey(.log))
    }

    /// A home as the version before the last migration left it, signed as it did.
    func makeOlder() throws {
        let store = try Store.create(at: path)
        try commit(store, [draft(1)])
        try meddle { database in
            for table in ["daemon", "sentParcel", "receivedParcel", "parcelPassport", "notice"] {
                try database.execute(sql: "DROP TABLE \(table)")
            }
            try database.execute(
                sql: "DELETE FROM grdb_migrations WHERE identifier >= '0005'")
            let frontier = try Store.frontier(database)
            try StateSeal.sign(origin, frontier, database, by: keys.signingKey(.log))
        }
    }

    /// A draft as the vault would have sealed it.
    func draft(_ number: UInt8, _ sealed: [UInt8] = [1, 2, 3]) throws -> StoreChange {
        guard let id = Identifier(bytes: Array(repeating: number, count: 16)) else {
            throw CocoaError(.coderInvalidValue)
        }
        return .draft(id, sealed: sealed, created: Timestamp(clamping: 1_800_000_000))
    }

    /// Reaches around the store, as somebody with the file can.
    @discardableResult
    func meddle<Value>(_ body: (Database) throws -> Value) throws -> Value {
        let queue = try DatabaseQueue(path: path)
        let value = try queue.write(body)
        try queue.close()
        return value
    }

    /// Every file of the folder, to the last byte.
    func files() throws -> [String: Data] {
        try Dictionary(
            uniqueKeysWithValues: FileManager.default.contentsOfDirectory(atPath: folder).map {
                ($0, try Data(contentsOf: URL(filePath: "\(folder)/\($0)")))
            })
    }
}
