import Foundation
import GRDB
import PassportCoding
import PassportCrypto
import Testing

@testable import PassportStore

/// The schema's history: names and content of what has shipped do not change.
@Suite struct SchemaTests {
    /// Every migration with the hash of the schema as it stands after all of them. A new
    /// migration adds a line; a changed hash beside an old name is a mistake.
    private static let identifiers = [
        "0001-first", "0002-state", "0003-earlier-lists", "0004-staff-ended",
        "0005-exchange", "0006-card-marks",
    ]
    private static let hash =
        "f9baa2a107f5ebf74dbd85f259a6e719de3878b5b8c67f1ce6804b99baadb965"

    @Test func migrationsAreNamedAndAppendOnly() throws {
        #expect(Migrations.migrator.migrations == Self.identifiers)
        let fixture = try StoreFixture()
        _ = try Store.create(at: fixture.path)
        let schema = try fixture.meddle { database in
            try String.fetchAll(
                database,
                sql: """
                    SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_master
                    WHERE name NOT LIKE 'grdb_%' ORDER BY type, name
                    """)
        }.joined(separator: "\n")
        #expect("\(Digest.sha256(of: Array(schema.utf8)))" == Self.hash, "\(schema)")
        let applied = try fixture.meddle {
            try String.fetchAll($0, sql: "SELECT identifier FROM grdb_migrations")
        }
        #expect(applied == Self.identifiers)
    }

    /// A newer version wrote it: it is refused before anything could write, and stays as it is.
    @Test func aNewerSchemaIsRefusedUntouched() throws {
        let fixture = try StoreFixture()
        try {
            let store = try Store.create(at: fixture.path)
            try fixture.commit(store, [fixture.draft(1)])
        }()
        try fixture.meddle { database in
            try database.execute(
                sql: "INSERT INTO grdb_migrations (identifier) VALUES ('9999-later')")
        }
        let before = try fixture.files()
        let failure = #expect(throws: StoreError.self) { try Store.open(at: fixture.path) }
        #expect(failure?.code == .newerSchema && failure?.kind == .refused)
        #expect(failure?.hint != nil)
        let after = try fixture.files().filter { !$0.key.hasSuffix("-shm") && !$0.value.isEmpty }
        #expect(after == before)
    }

    /// A crash inside `create`, after the first `migrations` of them: nothing was signed, so
    /// the next `init` finishes it.
    @Test(
        "what a crash inside 'create' left is no home, and is finished by whoever makes one",
        arguments: 0..<identifiers.count)
    func unfinished(migrations: Int) throws {
        let fixture = try StoreFixture()
        let queue = try DatabaseQueue(path: fixture.path)
        if migrations > 0 {
            try Migrations.migrator.migrate(queue, upTo: Self.identifiers[migrations - 1])
        } else {
            try queue.write { database in
                try database.execute(
                    sql: "CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY)")
            }
        }
        try queue.close()
        let failure = #expect(throws: StoreError.self) { try Store.open(at: fixture.path) }
        #expect(failure?.code == .missing)
        let store = try Store.finish(at: fixture.path)
        #expect(try store.logSize() == 0)
        #expect(try store.organisations().isEmpty)
        try fixture.commit(store, [fixture.draft(1)])
    }

    @Test("a journal that a crash left is rolled back, and keeps nobody out")
    func hotJournal() throws {
        let fixture = try StoreFixture()
        try { _ = try Store.create(at: fixture.path) }()
        let copy = try StoreFixture()
        try CrashedDatabase.copy(
            fixture.folder, to: copy.folder, database: "carepass.sqlite",
            inserting: "INSERT INTO draft (id, sealed, created) VALUES (?, x'00', 1)")
        let store = try Store.open(at: copy.path)
        try copy.commit(store)
        #expect(try copy.meddle { try Int.fetchOne($0, sql: "SELECT count(*) FROM draft") } == 0)
    }
}
