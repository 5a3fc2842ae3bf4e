import Foundation
import GRDB
import PassportAudit
import PassportCoding
import PassportCrypto
import PassportTrust
import Testing

@testable import PassportStore

/// The daemon's own log: every act is in it, and it is not signed over once it was altered.
@Suite("The mailroom's log") struct MailroomLogTests {
    private static func filled() async throws -> (MailroomFixture, Mailroom) {
        let fixture = try MailroomFixture()
        let room = try await fixture.made()
        for number in 0..<5 { try await fixture.deposit(fixture.bytes(number), room) }
        return (fixture, room)
    }

    static let attacks = [
        "DELETE FROM logEntry WHERE number = (SELECT max(number) FROM logEntry)",
        "DELETE FROM logCheckpoint WHERE size = (SELECT max(size) FROM logCheckpoint)",
        "DELETE FROM logCheckpoint",
        "UPDATE logNode SET hash = randomblob(32)",
        "UPDATE logCheckpoint SET note = replace(note, 'node', 'nide')",
        "DELETE FROM logCheckpoint; DELETE FROM logNode; DELETE FROM logEntry",
        "INSERT INTO logEntry (number, body) VALUES (6, x'00')",
    ]

    @Test("an altered log is not opened", arguments: attacks)
    func altered(_ attack: String) async throws {
        let (fixture, room) = try await Self.filled()
        try room.close()
        try fixture.meddle { try $0.execute(sql: attack) }
        do {
            _ = try await fixture.open(as: .tool)
            Issue.record("was opened")
        } catch let error as StoreError {
            #expect(error.code == .logAltered || error.code == .damaged, "\(error)")
        }
        #expect(try await !Mailroom.verify(fixture.folder).isLogSound)
    }

    @Test("an altered entry is found when it is read, and by a look over the folder")
    func alteredEntry() async throws {
        let (fixture, room) = try await Self.filled()
        try fixture.meddle { database in
            try database.execute(
                sql: """
                    UPDATE logEntry SET body = (SELECT body FROM logEntry WHERE number = 1)
                    WHERE number = 3
                    """)
        }
        await expectRefusal(.logAltered) { try await room.entries(from: 0, count: 10) }
        let report = try await Mailroom.verify(fixture.folder)
        #expect(!report.isLogSound && !report.isSound && report.database == "ok")
    }

    @Test("a log that somebody else rewrote while the daemon runs is not signed over")
    func alteredWhileRunning() async throws {
        let (fixture, room) = try await Self.filled()
        try fixture.meddle { database in
            try database.execute(
                sql: """
                    DELETE FROM logCheckpoint
                    WHERE size = (SELECT max(size) FROM logCheckpoint)
                    """)
        }
        await expectRefusal(.logAltered) { try await fixture.deposit(fixture.bytes(9), room) }
    }

    @Test("tiles hold the tree's hashes, whole or up to a width, and never more than there is")
    func tiles() async throws {
        let (fixture, room) = try await Self.filled()
        try await fixture.confirmLog(room)
        let leaves = try await room.entries(from: 0, count: 10).flatMap { $0.1.leafHash.bytes }
        #expect(leaves.count == 6 * 32)
        #expect(try await room.tile(level: 0, index: 0, width: 6) == leaves)
        #expect(try await room.tile(level: 0, index: 0, width: 2) == Array(leaves.prefix(64)))
        #expect(try await room.logNode(level: 1, position: 0) != nil)
        for (level, index, width) in [
            (0, 0, 7), (0, 0, 256), (0, 1, 1), (1, 0, 1), (-1, 0, 1), (8, 0, 1), (0, 0, 0),
            (0, 0, -1), (0, 0, Int.max), (Int.max, 0, 1), (Int.min, 0, 1),
        ] as [(Int, UInt64, Int)] {
            #expect(try await room.tile(level: level, index: index, width: width) == nil)
        }
        for index: UInt64 in [(1 << 54) - 1, 1 << 54, (1 << 55) - 1, 1 << 55, .max] {
            #expect(try await room.tile(level: 0, index: index) == nil)
        }
    }

    @Test("entries name organisations and digests, and the newest sets the clock's floor")
    func whatEntriesSay() async throws {
        let (fixture, room) = try await Self.filled()
        let fields = try await room.entries(from: 1, count: 1).first?.1.fields
        #expect(fields?.act == .parcelReceived)
        #expect(fields?.counterpart == fixture.izmir.id.digest)
        #expect(fields?.object == fixture.digest(0))
        #expect(try await room.clockFloor() == fixture.now)
    }
}
