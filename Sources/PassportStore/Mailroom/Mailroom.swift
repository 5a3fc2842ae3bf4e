internal import GRDB
internal import Glibc
internal import PassportAudit
internal import PassportCoding
public import PassportCrypto
internal import PassportTrust
internal import Synchronization

/// Everything that a daemon keeps, in one folder: mailboxes, what is on its way, whom it knows,
/// and the log of what it did. It holds no key that opens a parcel, and nothing about persons:
/// organisations, digests, sizes and times.
///
/// Whatever changes something returns once it is on disk. Several calls at a time share one
/// transaction and one checkpoint (`GroupWriter`).
public final class Mailroom: Sendable {
    /// Who opens the folder.
    public enum Role: Sendable {
        /// The one daemon of the folder.
        case daemon
        /// A command beside it, which leaves alone what the daemon has under way.
        case tool
    }

    /// The daemon's keys.
    public let keys: NodeKeys
    let folder: String
    let pool: DatabasePool
    let writer: GroupWriter
    let files: DurableFiles
    let randomness: Randomness
    let uploads: UploadDesk
    /// Nil for a command beside the daemon, which sees what the daemon writes only on the disk.
    let directory: Directory?
    let bounds: MailroomBounds
    /// Decoded and checked; the number is that of the row it was read from.
    let identities = Mutex<[OrganisationID: (version: Int64, identity: Identity)]>([:])
    private let lock: FolderLock?

    static let databaseName = "mailroom.sqlite"
    static let parcelFolder = "parcels"
    static let partialFolder = "partial"

    /// Parcels up to this many bytes lie in the database, longer ones in files.
    public static let inlineBytes = 131_072

    /// True when a folder holds a daemon's database.
    public static func exists(at folder: String) -> Bool {
        DurableFiles.exists("\(folder)/\(databaseName)")
    }

    /// Makes a new folder, or fills an empty one: keys, database, folders for parcels.
    ///
    /// - Throws: `exists` when there is a daemon's database already.
    public static func create(at folder: String, randomness: Randomness = .system) throws {
        let files = DurableFiles(disk: .real)
        let path = "\(folder)/\(databaseName)"
        guard !DurableFiles.exists(path) else {
            throw StoreError(.exists, .refused, "this folder holds a daemon's database already")
        }
        try files.makeFolder(folder)
        try files.makeFolder("\(folder)/\(parcelFolder)")
        try files.makeFolder("\(folder)/\(partialFolder)")
        // A crash between keys and database leaves keys that nobody knows of yet.
        if !DurableFiles.exists("\(folder)/\(NodeKeys.fileName)") {
            _ = try NodeKeys.generate(in: folder, randomness: randomness)
        }
        // The file exists with the right mode before SQLite writes its first byte; WAL and
        // shared memory inherit it.
        let file = unsafe Glibc.open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw files.failure(errno, "the database cannot be created") }
        Glibc.close(file)
        do {
            let pool = try pool(path)
            try MailroomMigrations.migrator.migrate(pool)
            try pool.close()
        } catch {
            throw StoreError(error)
        }
        try files.syncFolder(folder)
    }

    /// Opens a folder.
    ///
    /// - Parameters:
    ///   - bounds: on what lies here for each organisation at once.
    ///   - onBrokenDisk: called once, when the disk did not keep what it was given; every write
    ///     throws `brokenDisk` from then on. The daemon ends here.
    /// - Throws: `missing`, `newerSchema`, `logAltered`; `busy` when another daemon is at it.
    public static func open(
        at folder: String, as role: Role, randomness: Randomness = .system,
        disk: Disk = .real, bounds: MailroomBounds = MailroomBounds(),
        onBrokenDisk: @escaping @Sendable () -> Void
    ) async throws -> Mailroom {
        guard DurableFiles.exists("\(folder)/\(databaseName)") else {
            throw StoreError(
                .missing, .noInput, "there is no daemon's database in this folder",
                hint: "let 'carepassd' make it, or name another folder")
        }
        let lock = role == .daemon ? try FolderLock(folder) : nil
        let keys = try NodeKeys.load(from: folder)
        let files = DurableFiles(disk: disk, onBrokenDisk: onBrokenDisk)
        do {
            let path = "\(folder)/\(databaseName)"
            // A pool writes to the file each time it opens it.
            try NewerSchema.refuse(
                at: path, knowing: MailroomMigrations.migrator, program: "carepassd")
            let pool = try pool(path)
            try MailroomMigrations.migrator.migrate(pool)
            let room = Mailroom(folder, keys, pool, files, randomness, bounds, lock)
            try await room.writer.confirm()
            if role == .daemon {
                try await room.tidyFiles()
                try await room.recount()
            }
            return room
        } catch {
            throw StoreError(error)
        }
    }

    private init(
        _ folder: String, _ keys: NodeKeys, _ pool: DatabasePool, _ files: DurableFiles,
        _ randomness: Randomness, _ bounds: MailroomBounds, _ lock: FolderLock?
    ) {
        self.folder = folder
        self.keys = keys
        self.pool = pool
        self.files = files
        self.randomness = randomness
        self.bounds = bounds
        self.lock = lock
        directory = lock == nil ? nil : Directory()
        writer = GroupWriter(pool, keys, files, randomness, directory)
        uploads = UploadDesk(
            partials: "\(folder)/\(Self.partialFolder)",
            parcels: "\(folder)/\(Self.parcelFolder)", files, randomness)
    }

    private static func pool(_ path: String) throws -> DatabasePool {
        var configuration = Configuration()
        configuration.busyMode = .timeout(5)
        configuration.maximumReaderCount = 4
        configuration.prepareDatabase { database in
            // Erased means overwritten, and temporary tables never reach the disk.
            try database.execute(sql: "PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY")
        }
        let pool = try DatabasePool(path: path, configuration: configuration)
        // After it is open: NORMAL, which GRDB sets when it opens the writer, loses acknowledged
        // commits in a power cut. Checkpoints are the group writer's, who looks at their errors.
        try pool.writeWithoutTransaction { database in
            try database.execute(
                sql: "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0")
        }
        return pool
    }

    /// Ends all use of the database; what was begun is finished first.
    public func close() throws {
        do {
            try pool.close()
        } catch {
            throw StoreError(error)
        }
    }

    /// A request begins to be answered: who is alone may wait for the disk on his own thread.
    public func enter() { writer.callers(1) }

    /// A request has been answered.
    public func leave() { writer.callers(-1) }

    /// The value of `PRAGMA synchronous` on the connection that writes: 2 is FULL.
    public func synchronousLevel() async throws -> Int {
        try await pool.writeWithoutTransaction { database in
            try Int.fetchOne(database, sql: "PRAGMA synchronous") ?? -1
        }
    }

    /// Reads one state of the database.
    func read<Value: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        do {
            return try await pool.read(body)
        } catch {
            throw StoreError(error)
        }
    }

    func parcelPath(_ name: String) -> String { "\(folder)/\(Self.parcelFolder)/\(name)" }
}

/// Says that the daemon of a folder runs; the system lets go of it when the process ends.
private final class FolderLock: Sendable {
    private let file: Int32

    init(_ folder: String) throws(StoreError) {
        file = unsafe Glibc.open(
            "\(folder)/lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else {
            throw StoreError(
                .cannotWrite, .cannotWrite, "the folder cannot be written",
                hint: "check the folder's owner and permissions")
        }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            Glibc.close(file)
            throw StoreError(
                .busy, .refused, "another daemon is using this folder",
                hint: "stop it first")
        }
    }

    deinit { Glibc.close(file) }
}
