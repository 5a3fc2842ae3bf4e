import Foundation
import GRDB
import PassportAudit
import PassportCoding
import PassportCrypto
import PassportSecrecy
import Testing

@testable import PassportStore

/// Somebody with the file changes what this home trusts; nothing is decided or signed on it.
@Suite struct StateTests {
    /// What is done behind the store's back.
    static let attacks = [
        "INSERT INTO organisation (id, identity, isOwn, pinned) VALUES (x'01', x'02', 0, 1)",
        "INSERT INTO staff (keyHash, handle, certificate) VALUES (x'01', 'me', x'02')",
        "INSERT INTO withdrawal (digest, passport, bytes) VALUES (x'01', x'02', x'03')",
        "INSERT INTO fork (organisation, epoch, identity) VALUES (x'01', 9, x'02')",
        "INSERT INTO statusList VALUES ('urn:x', x'01', 1, x'02')",
        "UPDATE ownStatus SET ended = 0",
        "DELETE FROM ownStatus WHERE isDecoy = 0",
        "DELETE FROM state",
        "UPDATE state SET note = replace(note, 'home-state', 'home-statf')",
        "UPDATE state SET note = (SELECT note FROM logCheckpoint ORDER BY size DESC LIMIT 1)",
        "UPDATE logCheckpoint SET time = 4102444800 WHERE size = 1",
        "UPDATE logCheckpoint SET time = 1",
        "UPDATE draft SET created = 1",
        "DELETE FROM draft",
        "CREATE TABLE other (one INTEGER)",
        "CREATE VIEW other AS SELECT * FROM organisation",
        """
        CREATE TRIGGER other AFTER INSERT ON logCheckpoint BEGIN
        UPDATE organisation SET pinned = 1; END
        """,
        "CREATE TRIGGER other BEFORE INSERT ON logEntry BEGIN SELECT RAISE(IGNORE); END",
        "ALTER TABLE staff ADD COLUMN later INTEGER",
        """
        PRAGMA writable_schema = ON; UPDATE sqlite_master
        SET sql = replace(sql, '"pinned" INTEGER', '"pinned" INTEGER DEFAULT 1')
        WHERE name = 'organisation'
        """,
    ]

    private static func filled() throws -> StoreFixture {
        let fixture = try StoreFixture()
        let store = try Store.create(at: fixture.path)
        let free = try store.freeStatusIndex(.system)
        try fixture.commit(store, free.changes)
        try fixture.commit(store, [fixture.draft(1)])
        try fixture.commit(
            store, [.statusEnded(list: free.list, position: free.position)])
        return fixture
    }

    /// Rows of an earlier day, with the note that was signed over them that day.
    @Test func rowsPutBackWithTheirNoteAreNotBelieved() throws {
        let fixture = try StoreFixture()
        let store = try Store.create(at: fixture.path)
        let free = try store.freeStatusIndex(.system)
        try fixture.commit(store, free.changes)
        let note = try fixture.meddle { try String.fetchOne($0, sql: "SELECT note FROM state") }
        try fixture.commit(
            store, [.statusEnded(list: free.list, position: free.position)])
        try fixture.meddle { database in
            try database.execute(
                sql: "UPDATE ownStatus SET ended = 0 WHERE isDecoy = 0")
            try database.execute(sql: "UPDATE state SET note = ?", arguments: [note])
        }
        let failure = #expect(throws: StoreError.self) { try Self.confirm(fixture, store) }
        #expect(failure?.code == .stateAltered)
    }

    /// A body in the place of another is found by whoever reads the log.
    @Test func exchangedBodiesAreNotShown() throws {
        let fixture = try Self.filled()
        try fixture.meddle {
            try $0.execute(
                sql: """
                    UPDATE logEntry SET body = (SELECT body FROM logEntry WHERE number = 0)
                    WHERE number = 2
                    """)
        }
        let store = try Store.open(at: fixture.path)
        let failure = #expect(throws: StoreError.self) { try store.entries(from: 0, count: 10) }
        #expect(failure?.code == .logAltered)
    }

    /// What an older version signed is confirmed, brought up to date, and signed anew.
    @Test func anOlderHomeIsBroughtUpToDateUnderItsKey() throws {
        for isAltered in [false, true] {
            let fixture = try StoreFixture()
            try fixture.makeOlder()
            if isAltered {
                try fixture.meddle {
                    try $0.execute(
                        sql: "INSERT INTO withdrawal VALUES (x'01', x'02', x'03')")
                }
            }
            let store = try Store.open(at: fixture.path)
            func upgrade() throws {
                try store.upgrade(
                    origin: fixture.origin, logKey: fixture.keys.signingKey(.log))
            }
            if isAltered {
                let failure = #expect(throws: StoreError.self) { try upgrade() }
                #expect(failure?.code == .stateAltered)
            } else {
                try upgrade()
                try Self.confirm(fixture, store)
                try fixture.commit(store)
            }
        }
    }

    private static func confirm(_ fixture: StoreFixture, _ store: Store) throws {
        try store.confirm(
            origin: fixture.origin, key: fixture.keys.signingKey(.log).verifyingKey)
    }

    @Test(arguments: attacks)
    func alteredStateIsNeitherBelievedNorSigned(_ attack: String) throws {
        let fixture = try Self.filled()
        try fixture.meddle { try $0.execute(sql: attack) }
        let store = try Store.open(at: fixture.path)
        let read = #expect(throws: StoreError.self) { try Self.confirm(fixture, store) }
        #expect(read?.code == .stateAltered && read?.kind == .refused)
        let size = try store.logSize()
        let write = #expect(throws: StoreError.self) { try fixture.commit(store) }
        #expect(write?.code == .stateAltered)
        #expect(try store.logSize() == size)
    }

    @Test func untouchedStateIsConfirmed() throws {
        let fixture = try Self.filled()
        let store = try Store.open(at: fixture.path)
        try Self.confirm(fixture, store)
        try fixture.commit(store)
        try Self.confirm(fixture, store)
    }

    /// Who reads the statement by hand, or shows it to a witness, cannot take it for a checkpoint.
    @Test func theStatementIsNoCheckpoint() throws {
        let fixture = try Self.filled()
        let note = try fixture.meddle { try String.fetchOne($0, sql: "SELECT note FROM state") }
        let key = try fixture.keys.signingKey(.log).verifyingKey
        let failure = #expect(throws: AuditError.self) {
            try Checkpoint.verify(note: #require(note), origin: fixture.origin, keys: [key])
        }
        #expect(failure?.code == .wrongOrigin)
    }
}
