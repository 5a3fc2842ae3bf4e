import Foundation
import GRDB
import PassportCoding
import PassportCrypto
import PassportSecrecy
import PassportStore
import Testing

/// What the database promises before anybody relies on a commit.
@Suite struct DurabilityTests {
    @Test func theWriterSyncsFullyWhetherMadeOrOpened() throws {
        let fixture = try StoreFixture()
        let made = try Store.create(at: fixture.path)
        #expect(try made.synchronousLevel() == 2)
        let opened = try Store.open(at: fixture.path)
        #expect(try opened.synchronousLevel() == 2)
        #expect(try fixture.meddle { _ in true })
        let queue = try DatabaseQueue(path: fixture.path)
        let mode = try queue.read { try String.fetchOne($0, sql: "PRAGMA journal_mode") }
        #expect(mode == "wal")
    }

    /// A change and its entry are one: when one fails, neither is there.
    @Test func aCommitIsAllOrNothing() throws {
        let fixture = try StoreFixture()
        let store = try Store.create(at: fixture.path)
        try fixture.commit(store, [fixture.draft(1)])
        let note = try store.checkpointNote()
        let failure = #expect(throws: StoreError.self) {
            // The second draft is new and the third is there already.
            try fixture.commit(store, [fixture.draft(2), fixture.draft(1)])
        }
        #expect(failure?.code == .duplicate && failure?.kind == .refused)
        #expect(try store.logSize() == 1)
        #expect(try store.checkpointNote() == note)
        let drafts = try fixture.meddle { try Int.fetchOne($0, sql: "SELECT count(*) FROM draft") }
        #expect(drafts == 1)
        // The log goes on where it was.
        #expect(try fixture.commit(store, [fixture.draft(2)]) == 1)
    }

    /// Reading a database leaves no trace in it.
    @Test func openingAndReadingChangesNoByte() throws {
        let fixture = try StoreFixture()
        try {
            let store = try Store.create(at: fixture.path)
            try fixture.commit(store, [fixture.draft(1)])
        }()
        let before = try fixture.files()
        try {
            let store = try Store.open(at: fixture.path)
            #expect(try store.logSize() == 1)
            #expect(try store.integrityCheck() == "ok")
        }()
        #expect(try fixture.files() == before)
    }

    /// What the vault encrypted opens only under the name of its own row.
    @Test func theVaultBindsEachRowToItsPlace() throws {
        let fixture = try StoreFixture()
        let vault = try fixture.keys.vault()
        let sealed = vault.seal([1, 2, 3], place: "draft/1", randomness: .system)
        #expect(try vault.open(sealed, place: "draft/1") == [1, 2, 3])
        #expect(throws: (any Error).self) { try vault.open(sealed, place: "draft/2") }
    }

    @Test func filesThatAreNoDatabaseAreRefusedByKind() throws {
        let fixture = try StoreFixture()
        let missing = #expect(throws: StoreError.self) { try Store.open(at: fixture.path) }
        #expect(missing?.code == .missing && missing?.kind == .noInput)
        try {
            let store = try Store.create(at: fixture.path)
            for number in 1...20 { try fixture.commit(store, [fixture.draft(UInt8(number))]) }
        }()
        let exists = #expect(throws: StoreError.self) { try Store.create(at: fixture.path) }
        #expect(exists?.code == .exists && exists?.kind == .refused)
        let good = try Data(contentsOf: URL(filePath: fixture.path))
        let letter = Data(String(repeating: "a letter and no database. ", count: 400).utf8)
        for bytes in [letter, good.prefix(good.count / 3), good.prefix(50)] {
            try bytes.write(to: URL(filePath: fixture.path))
            let failure = #expect(throws: StoreError.self) {
                let store = try Store.open(at: fixture.path)
                try fixture.commit(store)
            }
            #expect(failure?.code == .damaged && failure?.kind == .badInput, "\(bytes.count)")
            #expect(try Data(contentsOf: URL(filePath: fixture.path)) == bytes)
        }
        let below = #expect(throws: StoreError.self) {
            try Store.create(at: "\(fixture.path)/below.sqlite")
        }
        #expect(below?.code == .cannotWrite && below?.kind == .cannotWrite)
    }
}
