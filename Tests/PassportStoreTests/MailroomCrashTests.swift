import Foundation
import GRDB
import PassportCoding
import Testing

@testable import PassportStore

/// What a crash leaves beside the database.
@Suite("A mailroom after a crash") struct MailroomCrashTests {
    /// Copies a folder in the middle of a transaction that has no write-ahead log.
    private static func crash(in folder: String, leaving copy: String) throws {
        let path = "\(folder)/\(Mailroom.databaseName)"
        let queue = try DatabaseQueue(path: path)
        try queue.writeWithoutTransaction { database in
            // Pages of an open transaction lie in the file, their old ones in the journal.
            try database.execute(
                sql: "PRAGMA journal_mode = DELETE; PRAGMA cache_size = 1; BEGIN IMMEDIATE")
            for number in 0..<200 {
                try database.execute(
                    sql: "INSERT INTO invitation (secretHash, expires) VALUES (?, 1)",
                    arguments: [Data(repeating: UInt8(number), count: 4_000)])
            }
            try FileManager.default.copyItem(atPath: folder, toPath: copy)
            try database.execute(sql: "ROLLBACK")
        }
        try queue.close()
    }

    @Test("a journal that a crash left is rolled back at the next start, and keeps nobody out")
    func hotJournal() async throws {
        let fixture = try MailroomFixture()
        try await fixture.made().close()
        let copy = fixture.folder + "-after"
        defer { try? FileManager.default.removeItem(atPath: copy) }
        try Self.crash(in: fixture.folder, leaving: copy)
        try #require(
            FileManager.default.fileExists(atPath: "\(copy)/\(Mailroom.databaseName)-journal"))
        let room = try await Mailroom.open(at: copy, as: .daemon) {}
        let left = try await room.read {
            try Int.fetchOne($0, sql: "SELECT count(*) FROM invitation")
        }
        #expect(left == 0)
        try room.close()
    }
}
