internal import GRDB
internal import Glibc
internal import PassportAudit
internal import PassportCoding
public import PassportCrypto

/// One home's database: what it keeps, and the log of what it did.
///
/// There is one way to write: `commit`, which puts a state change and its audit entry into one
/// transaction. Nothing can change without an entry, and no entry exists without its change.
public final class Store: Sendable {
    let queue: DatabaseQueue

    /// Makes a new database.
    ///
    /// - Throws: `exists` when there is one already.
    public static func create(at path: String) throws -> Store {
        guard unsafe access(path, F_OK) != 0 else {
            throw StoreError(.exists, .refused, "a database is already there")
        }
        // The file exists with the right mode before SQLite writes its first byte; WAL and
        // shared memory inherit it.
        let file = unsafe Glibc.open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o600)
        guard file >= 0 else {
            throw StoreError(.cannotWrite, .cannotWrite, "the database cannot be created")
        }
        Glibc.close(file)
        let store = try Store(path)
        do {
            try Migrations.migrator.migrate(store.queue)
        } catch {
            throw StoreError(error)
        }
        return store
    }

    /// Opens a database as it stands. An older one is brought up to date by `upgrade`, which
    /// needs the key that signed it.
    ///
    /// - Throws: `missing` when there is none, or one that `create` did not finish; `newerSchema`
    ///   when a newer version wrote it, in which case it is left as it is.
    public static func open(at path: String) throws -> Store {
        let store = try existing(path)
        guard try !store.isUnfinished() else { throw nobody }
        return store
    }

    /// Finishes what a crash inside `create` left; opens one that is whole.
    ///
    /// The caller keeps others away: two that finish one file trip over each other.
    ///
    /// - Throws: as `open`.
    public static func finish(at path: String) throws -> Store {
        let store = try existing(path)
        do {
            if try store.isUnfinished() { try Migrations.migrator.migrate(store.queue) }
        } catch {
            throw StoreError(error)
        }
        return store
    }

    private static func existing(_ path: String) throws -> Store {
        guard unsafe access(path, F_OK) == 0 else { throw nobody }
        do {
            try NewerSchema.refuse(at: path, knowing: Migrations.migrator, program: "carepass")
        } catch {
            throw StoreError(error)
        }
        return try Store(path)
    }

    private func isUnfinished() throws -> Bool {
        do {
            return try queue.read(Schema.isUnfinished)
        } catch {
            throw StoreError(error)
        }
    }

    private static let nobody = StoreError(
        .missing, .noInput, "there is no organisation in this home",
        hint: "run 'carepass init', or name another folder with --home")

    private init(_ path: String) throws {
        do {
            var configuration = Configuration()
            configuration.busyMode = .timeout(5)
            configuration.prepareDatabase { database in
                // Erased means overwritten, and temporary tables never reach the disk.
                try database.execute(sql: "PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY")
            }
            // A queue and not a pool: a pool writes to the file each time it opens it, and a
            // refused command must leave the file as it was, to the last byte.
            queue = try DatabaseQueue(path: path, configuration: configuration)
            // After it is open: NORMAL, which GRDB sets where it sets WAL itself, loses
            // acknowledged commits in a power cut.
            try queue.writeWithoutTransaction { database in
                try database.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")
            }
        } catch {
            throw StoreError(error)
        }
    }

    /// Brings the schema of an older version up to date: what stands there is confirmed as it
    /// was signed, changed, and signed anew, in one transaction.
    ///
    /// - Throws: `logAltered`, `stateAltered`.
    public func upgrade(origin: String, logKey: borrowing SigningKey) throws {
        do {
            guard try !queue.read({ try Schema.isCurrent($0) }) else { return }
            try queue.write { database in
                try Self.refuseAltered(nil, origin, logKey.verifyingKey, database)
                try Migrations.complete(database)
                let frontier = try Self.frontier(database)
                if frontier.size > 0 {
                    try StateSeal.sign(origin, frontier, database, by: logKey)
                }
            }
        } catch {
            throw StoreError(error)
        }
    }

    /// The value of `PRAGMA synchronous` on the connection that writes: 2 is FULL.
    public func synchronousLevel() throws -> Int {
        try queue.writeWithoutTransaction { database in
            try Int.fetchOne(database, sql: "PRAGMA synchronous") ?? -1
        }
    }

    /// SQLite's own look over the file: `ok`, or what is wrong.
    public func integrityCheck() throws -> String {
        do {
            return try queue.read { try String.fetchOne($0, sql: "PRAGMA integrity_check") ?? "" }
        } catch {
            throw StoreError(error)
        }
    }

    /// Reads one state of the database; a read inside another sees the same one.
    func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
        do {
            return try queue.unsafeReentrantRead { database in
                guard !database.isInsideTransaction else { return try body(database) }
                var value: Value?
                try database.inTransaction(.deferred) {
                    value = try body(database)
                    return .commit
                }
                guard let value else {
                    throw StoreError(.damaged, .fault, "the database could not be read")
                }
                return value
            }
        } catch {
            throw StoreError(error)
        }
    }
}
