internal import GRDB
internal import PassportCoding

/// The mailroom's schema. Append only: a migration that has shipped never changes.
enum MailroomMigrations {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("0001-mailroom") { database in
            try LogTable.create(database)
            try organisations(database)
            try requests(database)
            try inbox(database)
            try outbox(database)
        }
        migrator.registerMigration("0002-counts-for-each-owner") { database in
            try counts(database)
        }
        return migrator
    }

    private static func organisations(_ database: Database) throws {
        try database.create(table: "organisation", options: .strict) { table in
            table.primaryKey("id", .blob)
            table.column("identity", .blob).notNull()
            table.column("version", .integer).notNull()
            table.column("isHosted", .integer).notNull()
            table.column("added", .integer).notNull()
        }
        try database.create(table: "follow", options: [.strict, .withoutRowID]) { table in
            table.column("host", .blob).notNull()
            table.column("peer", .blob).notNull().indexed()
            table.primaryKey(["host", "peer"])
        }
        // There is a row only while the last visit failed.
        try database.create(table: "failedVisit", options: [.strict, .withoutRowID]) { table in
            table.column("host", .blob).notNull()
            table.column("peer", .blob).notNull()
            table.column("since", .integer).notNull()
            table.column("problem", .text).notNull()
            table.primaryKey(["host", "peer"])
            table.foreignKey(["host", "peer"], references: "follow", onDelete: .cascade)
        }
        try database.create(table: "statusList", options: .strict) { table in
            table.column("organisation", .blob).notNull()
            table.column("number", .integer).notNull()
            table.column("issued", .integer).notNull()
            table.column("digest", .blob).notNull()
            table.column("bytes", .blob).notNull()
            table.primaryKey(["organisation", "number"])
        }
    }

    private static func requests(_ database: Database) throws {
        try database.create(table: "invitation", options: .strict) { table in
            table.primaryKey("secretHash", .blob)
            table.column("expires", .integer).notNull()
        }
        try database.create(table: "nonce", options: [.strict, .withoutRowID]) { table in
            table.column("keyHash", .blob).notNull()
            table.column("nonce", .text).notNull()
            table.column("expires", .integer).notNull().indexed()
            table.primaryKey(["keyHash", "nonce"])
        }
    }

    /// Bytes stand in a table of their own, so that pages read short rows however many and
    /// however large the parcels are.
    private static func inbox(_ database: Database) throws {
        try database.create(table: "parcel", options: .strict) { table in
            table.primaryKey("id", .integer)
            table.column("file", .text)
            table.column("bytes", .blob)
            table.check(sql: "(file IS NULL) <> (bytes IS NULL)")
        }
        // Numbers are never given twice: a reader that has seen 7 asks for what comes after 7.
        try database.create(table: "inbox", options: .strict) { table in
            table.autoIncrementedPrimaryKey("id")
            table.column("owner", .blob).notNull()
            table.column("digest", .blob).notNull()
            table.column("sender", .blob).notNull()
            table.column("kind", .text).notNull()
            table.column("length", .integer).notNull()
            table.column("received", .integer).notNull()
            table.column("receipt", .blob).notNull()
            table.column("parcel", .integer)
            table.column("removed", .integer)
            table.uniqueKey(["owner", "digest", "sender"])
        }
        try database.create(table: "stored", options: [.strict, .withoutRowID]) { table in
            table.column("owner", .blob).notNull()
            table.column("sender", .blob).notNull()
            table.column("bytes", .integer).notNull()
            table.primaryKey(["owner", "sender"])
        }
        try database.execute(
            sql: """
                CREATE UNIQUE INDEX parcelFile ON parcel (file) WHERE file IS NOT NULL;
                CREATE INDEX inboxLive ON inbox (owner, id) WHERE parcel IS NOT NULL;
                CREATE INDEX inboxRemoved ON inbox (removed) WHERE removed IS NOT NULL;
                """)
    }

    /// What lies here for one organisation, counted as it comes: whoever made many rows must not
    /// have them all added up at each parcel.
    private static func counts(_ database: Database) throws {
        try database.create(table: "brought", options: [.strict, .withoutRowID]) { table in
            table.primaryKey("owner", .blob)
            table.column("bytes", .integer).notNull()
        }
        try database.create(table: "papers", options: [.strict, .withoutRowID]) { table in
            table.primaryKey("organisation", .blob)
            table.column("bytes", .integer).notNull()
        }
        try database.execute(
            sql: """
                INSERT INTO brought (owner, bytes)
                SELECT owner, sum(bytes) FROM stored WHERE owner <> sender GROUP BY owner;
                INSERT INTO papers (organisation, bytes)
                SELECT id, length(identity) + (
                    SELECT ifnull(sum(length(bytes)), 0) FROM statusList WHERE organisation = id)
                FROM organisation;
                """)
    }

    private static func outbox(_ database: Database) throws {
        try database.create(table: "outbox", options: .strict) { table in
            table.autoIncrementedPrimaryKey("id")
            table.column("owner", .blob).notNull()
            table.column("recipient", .blob).notNull()
            table.column("digest", .blob).notNull()
            table.column("kind", .text).notNull()
            table.column("length", .integer).notNull()
            table.column("state", .text).notNull()
            table.column("accepted", .integer).notNull()
            table.column("attempts", .integer).notNull()
            table.column("nextAttempt", .integer)
            table.column("lastProblem", .text)
            table.column("reason", .text)
            table.column("receipt", .blob)
            table.column("parcel", .integer)
            table.column("ended", .integer)
            table.uniqueKey(["owner", "recipient", "digest"])
        }
        try database.execute(
            sql: """
                CREATE INDEX outboxOwner ON outbox (owner, id);
                CREATE INDEX outboxState ON outbox (state, nextAttempt);
                CREATE INDEX outboxWaiting ON outbox (owner, recipient, id)
                    WHERE state = 'waiting';
                CREATE INDEX outboxDue ON outbox (owner, recipient, nextAttempt)
                    WHERE state = 'waiting';
                CREATE INDEX outboxEnded ON outbox (ended) WHERE ended IS NOT NULL;
                """)
    }
}
