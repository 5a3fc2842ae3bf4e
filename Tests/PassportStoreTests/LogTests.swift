import Foundation
import GRDB
import PassportAudit
import PassportCoding
import PassportCrypto
import PassportSecrecy
import PassportStore
import Testing

/// Somebody with the file rewrites the log; the next commit does not sign over it.
@Suite struct LogTests {
    /// What is done behind the store's back.
    static let attacks = [
        "DELETE FROM logEntry WHERE number = (SELECT max(number) FROM logEntry)",
        "DELETE FROM logCheckpoint WHERE size = (SELECT max(size) FROM logCheckpoint)",
        "DELETE FROM logCheckpoint",
        "UPDATE logNode SET hash = randomblob(32) WHERE level = 0 AND position = 4",
        "UPDATE logNode SET hash = randomblob(32)",
        "UPDATE logCheckpoint SET note = replace(note, 'test', 'best')",
        """
        UPDATE logCheckpoint SET note = (SELECT note FROM logCheckpoint WHERE size = 3)
        WHERE size = 5
        """,
        "INSERT INTO logEntry (number, body) VALUES (5, x'00')",
    ]

    private static func filled() throws -> StoreFixture {
        let fixture = try StoreFixture()
        let store = try Store.create(at: fixture.path)
        for number in 1...5 { try fixture.commit(store, [fixture.draft(UInt8(number))]) }
        return fixture
    }

    @Test(arguments: attacks)
    func anAlteredLogIsNotSignedOver(_ attack: String) throws {
        let fixture = try Self.filled()
        try fixture.meddle { try $0.execute(sql: attack) }
        let store = try Store.open(at: fixture.path)
        let size = try store.logSize()
        let failure = #expect(throws: StoreError.self) {
            try fixture.commit(store, [fixture.draft(9)])
        }
        let isFound = failure?.code == .logAltered || failure?.code == .damaged
        #expect(isFound, "\(String(describing: failure))")
        #expect(try store.logSize() == size)
    }

    /// A hole in the tree and a missing row are damage; what was put in their place is altered.
    @Test func aHoleInTheTreeIsNamed() throws {
        let fixture = try Self.filled()
        try fixture.meddle { try $0.execute(sql: "DELETE FROM logNode") }
        let store = try Store.open(at: fixture.path)
        let failure = #expect(throws: StoreError.self) { try fixture.commit(store) }
        #expect(failure?.code == .damaged && failure?.kind == .badInput)
    }

    /// A checkpoint of another key is not ours, however well it is signed.
    @Test func aCheckpointOfAnotherKeyIsNotOurs() throws {
        let fixture = try Self.filled()
        let thief = try KeyFile(generating: [.log], from: .system)
        let store = try Store.open(at: fixture.path)
        let failure = #expect(throws: StoreError.self) {
            try store.commit(
                fixture.entry(), origin: fixture.origin, logKey: thief.signingKey(.log))
        }
        #expect(failure?.code == .logAltered)
    }

    @Test func eachCommitIsOneEntryAndOneCheckpoint() throws {
        let fixture = try Self.filled()
        let store = try Store.open(at: fixture.path)
        #expect(try store.logSize() == 5)
        #expect(try store.entries(from: 0, count: 10).map(\.0) == [0, 1, 2, 3, 4])
        #expect(try store.entries(from: 3, count: 1).map(\.0) == [3])
        let checkpoints = try fixture.meddle {
            try Int.fetchAll($0, sql: "SELECT size FROM logCheckpoint ORDER BY size")
        }
        #expect(checkpoints == [1, 2, 3, 4, 5])
    }
}
