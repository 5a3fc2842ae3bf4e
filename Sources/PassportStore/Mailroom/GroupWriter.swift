internal import GRDB
internal import GRDBSQLite
internal import PassportAudit
internal import PassportCoding
internal import PassportCrypto
internal import PassportTrust
internal import Synchronization

/// The one way to change the mailroom: what is asked for at the same time shares one
/// transaction, one checkpoint of the log, and one wait for the disk.
///
/// Each operation stands in a savepoint of its own and fails alone; the log's signature is made
/// inside the transaction and nobody hears of success before it is durable.
final class GroupWriter: Sendable {
    /// Operations in one transaction.
    static let batchCount = 256
    /// Pages that may lie in the write-ahead log before they are moved into the database.
    private static let checkpointPages = 1_000
    /// Pages that an operation writes beside the bytes of a parcel, roughly.
    private static let operationPages = 8

    private struct Pending: Sendable {
        /// Runs it and returns what tells the caller.
        let run: @Sendable (Database, inout Ledger) throws -> @Sendable () -> Void
        let fail: @Sendable (any Error) -> Void
        let pages: Int
    }

    private struct State {
        var waiting: [Pending] = []
        var isRunning = false
        var pages = 0
        var place = CommitPlace()
        /// The log as this process last signed or confirmed it.
        var known: (note: String?, frontier: MerkleFrontier)?
    }

    private let pool: DatabasePool
    private let keys: NodeKeys
    private let files: DurableFiles
    private let randomness: Randomness
    private let directory: Directory?
    private let state = Mutex(State())
    /// Requests that are being answered.
    private let callers = Atomic(0)

    init(
        _ pool: DatabasePool, _ keys: NodeKeys, _ files: DurableFiles, _ randomness: Randomness,
        _ directory: Directory?
    ) {
        self.pool = pool
        self.keys = keys
        self.files = files
        self.randomness = randomness
        self.directory = directory
    }

    /// Runs an operation and returns once it is durable.
    ///
    /// - Parameter bytes: of the parcel that it writes.
    func write<Value: Sendable>(
        bytes: Int = 0,
        _ body: @escaping @Sendable (Database, inout Ledger) throws -> Value
    ) async throws -> Value {
        try files.refuseBroken()
        return try await withCheckedThrowingContinuation { continuation in
            let pending = Pending(
                run: { database, ledger in
                    let value = try body(database, &ledger)
                    return { continuation.resume(returning: value) }
                },
                fail: { continuation.resume(throwing: $0) },
                pages: bytes / 4_096 + Self.operationPages)
            let (starts, isHere) = state.withLock { state in
                state.waiting.append(pending)
                defer { state.isRunning = true }
                return (
                    !state.isRunning,
                    state.place.isWithCaller(callers: callers.load(ordering: .relaxed))
                )
            }
            if starts { if isHere { runHere() } else { start() } }
        }
    }

    /// A request begins to be answered, or has been.
    func callers(_ change: Int) { callers.wrappingAdd(change, ordering: .relaxed) }

    /// Checks that the log is the one that was signed last.
    func confirm() async throws { _ = try await write { _, ledger in ledger.frontier.size } }

    private func start() {
        pool.asyncWriteWithoutTransaction { database in
            self.runBatch(database)
            self.checkpointIfNeeded(database)
            self.goOn(isTidied: true)
        }
    }

    /// Runs what waits on the thread of whoever asks, and nothing after it: pages are moved into
    /// the database by the writer.
    private func runHere() {
        // A command beside the daemon that writes must not keep this thread's lines waiting: the
        // writer waits for it.
        let isDone = pool.writeWithoutTransaction { database in
            Self.withoutWaiting(database) { runBatch(database, isHere: true) }
        }
        if isDone { goOn(isTidied: false) } else { start() }
    }

    /// One batch at a time, so that others who wait for the connection get it between two.
    private func goOn(isTidied: Bool) {
        let starts = state.withLock { state in
            state.isRunning =
                !state.waiting.isEmpty || !isTidied && state.pages >= Self.checkpointPages
            return state.isRunning
        }
        if starts { start() }
    }

    /// - Returns: false when somebody else writes and nothing was done; only where whoever asks
    ///   must not wait.
    @discardableResult
    private func runBatch(_ database: Database, isHere: Bool = false) -> Bool {
        let batch = state.withLock { state in
            let batch = Array(state.waiting.prefix(Self.batchCount))
            state.waiting.removeFirst(batch.count)
            return batch
        }
        let begin = ContinuousClock.now
        defer { state.withLock { $0.place.took(begin.duration(to: .now)) } }
        do {
            try files.refuseBroken()
            for answer in try commit(batch, database) { answer() }
        } catch let error as DatabaseError where isHere && error.resultCode == .SQLITE_BUSY {
            state.withLock { $0.waiting.insert(contentsOf: batch, at: 0) }
            return false
        } catch {
            let failure = failure(error)
            for pending in batch { pending.fail(failure) }
        }
        return true
    }

    /// Commits what succeeds, and returns an answer for each.
    private func commit(
        _ batch: [Pending], _ database: Database
    ) throws -> [@Sendable () -> Void] {
        var answers: [@Sendable () -> Void] = []
        var known: (note: String?, frontier: MerkleFrontier)?
        var changesDirectory = false
        try database.inTransaction(.immediate) {
            let (note, frontier) = try confirmed(database)
            var ledger = Ledger(frontier: frontier, randomness: randomness)
            for pending in batch {
                let before = ledger
                do {
                    answers.append(try run(pending, alone: batch.count == 1, database, &ledger))
                } catch {
                    // After these SQLite may have taken back more than the savepoint.
                    guard batch.count > 1, database.isInsideTransaction,
                        Self.isOfOneOperation(error)
                    else { throw error }
                    ledger = before
                    let failure = failure(error)
                    answers.append { pending.fail(failure) }
                }
            }
            changesDirectory = ledger.changesDirectory
            known = (note, ledger.frontier)
            if ledger.frontier.size > frontier.size {
                known?.note = try LogTable.sign(
                    ledger.frontier, keys.logOrigin, seconds: ledger.seconds, by: keys.log,
                    database)
            }
            return .commit
        }
        if changesDirectory { directory?.forget() }
        let pages = batch.reduce(0) { $0 + $1.pages }
        state.withLock { state in
            state.known = known
            state.pages += pages
        }
        return answers
    }

    /// Runs an operation in a savepoint of its own; one that is alone is taken back with the
    /// whole transaction.
    private func run(
        _ pending: Pending, alone isAlone: Bool, _ database: Database, _ ledger: inout Ledger
    ) throws -> @Sendable () -> Void {
        guard !isAlone else { return try pending.run(database, &ledger) }
        var answer: (@Sendable () -> Void)?
        try database.inSavepoint {
            answer = try pending.run(database, &ledger)
            return .commit
        }
        guard let answer else { throw StoreError(.damaged, .fault, "nothing was done") }
        return answer
    }

    /// The log's edge, read and verified anew when the newest checkpoint is not our own (a
    /// command beside the daemon also writes). Stops rows that were taken out or put back behind
    /// our back from being signed over.
    private func confirmed(
        _ database: Database
    ) throws -> (note: String?, frontier: MerkleFrontier) {
        let note = try LogTable.latestNote(database)
        if let known = state.withLock({ $0.known }), known.note == note { return known }
        let frontier = try LogTable.frontier(database)
        try Self.refuseAltered(frontier, note, keys, database)
        return (note, frontier)
    }

    static let logAltered = StoreError(
        .logAltered, .refused, "the daemon's log is not the one that was signed",
        hint: "keep a copy of the folder as it is, and restore the newest backup")

    static func refuseAltered(
        _ frontier: MerkleFrontier, _ note: String?, _ keys: NodeKeys, _ database: Database
    ) throws {
        guard frontier.size > 0 else {
            // The log begins with the first organisation that is hosted.
            let isEmptied = try Bool.fetchOne(
                database, sql: "SELECT EXISTS (SELECT 1 FROM organisation WHERE isHosted)")
            guard note == nil, isEmptied == false else { throw logAltered }
            return
        }
        guard
            try LogTable.holds(
                frontier, keys.logOrigin, key: keys.log.verifyingKey, database)
        else { throw logAltered }
    }

    /// Moves pages from the write-ahead log into the database. SQLite's own way to do it after a
    /// commit keeps its errors to itself.
    private func checkpointIfNeeded(_ database: Database) {
        guard state.withLock({ $0.pages >= Self.checkpointPages }) else { return }
        do {
            _ = try database.checkpoint(.passive)
            state.withLock { $0.pages = 0 }
        } catch {
            // A full disk or a busy reader is no harm: everything stays in the write-ahead log.
            _ = failure(error)
        }
    }

    /// Empties the write-ahead log, in which erased bytes still stand; not while somebody reads
    /// from it.
    func emptyLog() async throws {
        // It takes its time: nobody waits for it on a thread that lines are read on.
        state.withLock { $0.place.yield() }
        try await pool.writeWithoutTransaction { database in
            // Who reads for long, such as a backup, must not keep all writers waiting.
            Self.withoutWaiting(database) {
                do {
                    _ = try database.checkpoint(.truncate)
                    self.state.withLock { $0.pages = 0 }
                } catch {
                    _ = self.failure(error)
                }
            }
        }
    }

    /// True while a request that is alone commits on its own thread.
    var isQuick: Bool { state.withLock { $0.place.isWithCaller(callers: 1) } }

    /// Does something with a database that says at once when somebody else holds it.
    ///
    /// By the call and not by a statement, which costs a twentieth of a deposit and is not run
    /// where a task was cancelled.
    private static func withoutWaiting<Value>(_ database: Database, _ body: () -> Value) -> Value {
        unsafe sqlite3_busy_timeout(database.sqliteConnection, 0)
        defer { unsafe sqlite3_busy_timeout(database.sqliteConnection, 5_000) }
        return body()
    }

    /// True for errors after which the transaction goes on without the operation.
    private static func isOfOneOperation(_ error: any Error) -> Bool {
        guard let error = error as? DatabaseError else { return true }
        return error.resultCode == .SQLITE_CONSTRAINT || error.resultCode == .SQLITE_TOOBIG
    }

    /// 778 write, 1034 fsync, 1290 fsync of the folder, 1546 truncate, 4106 close.
    private static let brokenCodes: Set<Int32> = [778, 1_034, 1_290, 1_546, 4_106]
    /// No room for the index of the write-ahead log.
    private static let noRoomForIndex: Int32 = 4_874

    private func failure(_ error: any Error) -> any Error {
        guard let error = error as? DatabaseError else { return StoreError(error) }
        let code = error.extendedResultCode.rawValue
        if error.resultCode == .SQLITE_FULL || code == Self.noRoomForIndex {
            return DurableFiles.full
        }
        guard Self.brokenCodes.contains(code) else { return StoreError(error) }
        files.breakDown()
        return DurableFiles.broken
    }
}

/// The log inside one transaction.
struct Ledger {
    private(set) var frontier: MerkleFrontier
    private(set) var seconds: Int64 = 0
    /// True when an operation changed who is known here.
    var changesDirectory = false
    private let randomness: Randomness

    init(frontier: MerkleFrontier, randomness: Randomness) {
        self.frontier = frontier
        self.randomness = randomness
    }

    /// Appends an entry.
    mutating func add(
        _ act: AuditAct, at now: Timestamp, counterpart: OrganisationID, object: Digest? = nil,
        reason: String? = nil, _ database: Database
    ) throws {
        var fields = AuditFields(act: act, time: now)
        fields.counterpart = counterpart.digest
        fields.object = object
        fields.reason = reason
        let entry = try AuditEntry(fields: fields, randomness: randomness)
        try LogTable.append(entry, to: &frontier, database)
        seconds = max(seconds, now.seconds)
    }
}

extension Database {
    /// Runs a statement that is compiled once.
    func run(_ sql: String, _ arguments: StatementArguments = []) throws {
        try cachedStatement(sql: sql).execute(arguments: arguments)
    }

    /// The first row of a statement that is compiled once.
    func row(_ sql: String, _ arguments: StatementArguments = []) throws -> Row? {
        try Row.fetchOne(cachedStatement(sql: sql), arguments: arguments)
    }

    /// All rows of a statement that is compiled once.
    func rows(_ sql: String, _ arguments: StatementArguments = []) throws -> [Row] {
        try Row.fetchAll(cachedStatement(sql: sql), arguments: arguments)
    }

    /// True when the statement has a row.
    func has(_ sql: String, _ arguments: StatementArguments = []) throws -> Bool {
        try row(sql, arguments) != nil
    }
}
