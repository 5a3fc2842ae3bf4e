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
        "0005-exchange",
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
}
