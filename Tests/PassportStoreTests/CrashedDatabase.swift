import Foundation
import GRDB
import Testing

/// A folder as a crash in the middle of a transaction leaves it, before there was a write-ahead
/// log: pages of the open transaction lie in the file, their old ones in a journal.
enum CrashedDatabase {
    /// - Parameters:
    ///   - copy: must not be there, or be empty.
    ///   - statement: inserts one row of 4,000 bytes.
    static func copy(
        _ folder: String, to copy: String, database name: String, inserting statement: String
    ) throws {
        let files = FileManager.default
        let queue = try DatabaseQueue(path: "\(folder)/\(name)")
        try queue.writeWithoutTransaction { database in
            // A cache of one page: what the transaction changes is written at once.
            try database.execute(
                sql: "PRAGMA journal_mode = DELETE; PRAGMA cache_size = 1; BEGIN IMMEDIATE")
            for number in 0..<200 {
                try database.execute(
                    sql: statement, arguments: [Data(repeating: UInt8(number), count: 4_000)])
            }
            try? files.removeItem(atPath: copy)
            try files.copyItem(atPath: folder, toPath: copy)
            try database.execute(sql: "ROLLBACK")
        }
        try queue.close()
        try #require(files.fileExists(atPath: "\(copy)/\(name)-journal"))
    }
}
