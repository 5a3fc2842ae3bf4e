import Foundation
import GRDB
import PassportAudit
import PassportCoding
import PassportCrypto
import PassportSecrecy
import PassportStore
import Testing

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
        "UPDATE ownStatus SET ended = 0; UPDATE state SET note = (SELECT note FROM older)",
    ]

    private static func filled() throws -> StoreFixture {
        let fixture = try StoreFixture()
        let store = try Store.create(at: fixture.path)
        let free = try store.freeStatusIndex(.system)
        try fixture.commit(store, free.changes)
        try fixture.meddle { try $0.execute(sql: "CREATE TABLE older AS SELECT * FROM state") }
        try fixture.commit(
            store, [.statusEnded(list: free.list, position: free.position)])
        return fixture
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
