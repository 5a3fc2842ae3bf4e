internal import GRDB

/// The schema as it must stand: nothing but what the migrations make.
///
/// A trigger, a view or another default runs inside our own transactions and signs what it likes
/// with our key: no seal over rows sees it.
enum Schema {
    private static let query = """
        SELECT type || ' ' || name || ' ' || tbl_name || ' ' || coalesce(sql, '')
        FROM sqlite_master ORDER BY type, name
        """

    /// True when the schema is that of the last migration that was applied.
    static func isOurs(_ database: Database) throws -> Bool {
        let migrator = Migrations.migrator
        let applied = try migrator.appliedIdentifiers(database)
        let last = migrator.migrations.last { applied.contains($0) }
        guard let last, applied.count == migrator.migrations.firstIndex(of: last).map({ $0 + 1 })
        else { return false }
        return try models[last] == String.fetchAll(database, sql: query)
    }

    /// The schema after each migration; made once, because every commit compares it.
    private static let models: [String: [String]] = {
        let migrator = Migrations.migrator
        var models: [String: [String]] = [:]
        for name in migrator.migrations {
            guard let model = try? DatabaseQueue(),
                (try? migrator.migrate(model, upTo: name)) != nil
            else { continue }
            models[name] = try? model.read { try String.fetchAll($0, sql: query) }
        }
        return models
    }()

    /// True for what a crash inside `create` leaves: migrations are missing, and nothing was ever
    /// signed that they could change.
    static func isUnfinished(_ database: Database) throws -> Bool {
        guard try !isCurrent(database) else { return false }
        return try !database.tableExists("logEntry") || LogTable.size(database) == 0
    }

    /// True when every migration was applied.
    static func isCurrent(_ database: Database) throws -> Bool {
        try Migrations.migrator.hasCompletedMigrations(database)
    }
}
