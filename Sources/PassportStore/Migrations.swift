internal import GRDB

/// The schema's history. Append only: a migration that has shipped never changes.
enum Migrations {
    /// Names and contents in order.
    private static let steps: [(name: String, run: @Sendable (Database) throws -> Void)] = [
        (
            "0001-first",
            { database in
                try LogTable.create(database)
                try trust(database)
                try care(database)
            }
        ),
        (
            "0002-state",
            { database in
                try database.create(table: "state", options: .strict) { table in
                    table.primaryKey("one", .integer).check { $0 == 1 }
                    table.column("note", .text).notNull()
                }
            }
        ),
        (
            "0003-earlier-lists",
            { database in
                try database.create(table: "earlierStatusList", options: .strict) { table in
                    table.primaryKey("digest", .blob)
                    table.column("organisation", .blob).notNull()
                    table.column("bytes", .blob).notNull()
                }
            }
        ),
        (
            "0004-staff-ended",
            { database in
                try database.alter(table: "staff") { $0.add(column: "ended", .integer) }
            }
        ),
        ("0005-exchange", { database in try ExchangeChange.makeTables(database) }),
        // No table changes: rings are kept with the mark of a card, and a program that knows of
        // none would take one for a damaged ring.
        ("0006-card-marks", { _ in }),
    ]

    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        for step in steps { migrator.registerMigration(step.name, migrate: step.run) }
        return migrator
    }

    /// Runs what was not applied yet inside a transaction that the caller has open, so that it
    /// can sign the outcome in the same one.
    static func complete(_ database: Database) throws {
        let applied = try Set(migrator.appliedIdentifiers(database))
        for step in steps where !applied.contains(step.name) {
            try step.run(database)
            try database.execute(
                sql: "INSERT INTO grdb_migrations (identifier) VALUES (?)", arguments: [step.name])
        }
    }

    private static func trust(_ database: Database) throws {
        try database.create(table: "organisation", options: .strict) { table in
            table.primaryKey("id", .blob)
            table.column("identity", .blob).notNull()
            table.column("isOwn", .integer).notNull()
            table.column("pinned", .integer)
            table.column("purposes", .text)
        }
        try database.create(table: "fork", options: [.strict, .withoutRowID]) { table in
            table.column("organisation", .blob).notNull()
            table.column("epoch", .integer).notNull()
            table.column("identity", .blob).notNull()
            table.primaryKey(["organisation", "epoch"])
        }
        try database.create(table: "staff", options: .strict) { table in
            table.primaryKey("keyHash", .blob)
            table.column("handle", .text).notNull().unique()
            table.column("certificate", .blob).notNull()
        }
        try database.create(table: "statusList", options: .strict) { table in
            table.primaryKey("uri", .text)
            table.column("organisation", .blob).notNull()
            table.column("issued", .integer).notNull()
            table.column("bytes", .blob).notNull()
        }
        try database.create(table: "ownStatus", options: [.strict, .withoutRowID]) { table in
            table.column("list", .integer).notNull()
            table.column("position", .integer).notNull()
            table.column("ended", .integer).notNull()
            table.column("isDecoy", .integer).notNull()
            table.primaryKey(["list", "position"])
        }
    }

    private static func care(_ database: Database) throws {
        try database.create(table: "draft", options: .strict) { table in
            table.primaryKey("id", .blob)
            table.column("sealed", .blob).notNull()
            table.column("created", .integer).notNull()
        }
        try database.create(table: "passport", options: .strict) { table in
            table.primaryKey("digest", .blob)
            table.column("bytes", .blob).notNull()
            table.column("isOwn", .integer).notNull()
            table.column("sealedRing", .blob)
            table.column("added", .integer).notNull()
        }
        try database.create(table: "grant", options: .strict) { table in
            table.primaryKey("digest", .blob)
            table.column("id", .blob).notNull().indexed()
            table.column("passport", .blob).notNull().indexed()
            table.column("bytes", .blob).notNull()
            table.column("sealedRing", .blob)
            table.column("isOwn", .integer).notNull()
            table.column("added", .integer).notNull()
        }
        try database.create(table: "withdrawal", options: .strict) { table in
            table.primaryKey("digest", .blob)
            table.column("passport", .blob).notNull().indexed()
            table.column("bytes", .blob).notNull()
        }
    }
}
