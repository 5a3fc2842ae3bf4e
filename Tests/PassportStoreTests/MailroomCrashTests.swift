import Foundation
import GRDB
import PassportCoding
import Testing

@testable import PassportStore

/// What a crash leaves beside the database.
@Suite("A mailroom after a crash") struct MailroomCrashTests {
    @Test("a journal that a crash left is rolled back at the next start, and keeps nobody out")
    func hotJournal() async throws {
        let fixture = try MailroomFixture()
        try await fixture.made().close()
        let copy = fixture.folder + "-after"
        defer { try? FileManager.default.removeItem(atPath: copy) }
        try CrashedDatabase.copy(
            fixture.folder, to: copy, database: Mailroom.databaseName,
            inserting: "INSERT INTO invitation (secretHash, expires) VALUES (?, 1)")
        let room = try await Mailroom.open(at: copy, as: .daemon) {}
        let left = try await room.read {
            try Int.fetchOne($0, sql: "SELECT count(*) FROM invitation")
        }
        #expect(left == 0)
        try room.close()
    }
}
