import PassportCoding
import PassportCrypto
import PassportStore

/// A command's turn in a home: the lock, and the one moment of everything that is done in it.
///
/// A command that asks a daemon gives its turn to others meanwhile: a peer that answers a byte at
/// a time must not keep a clinic from opening a passport.
final class HomeTurn {
    /// Not before the newest entry of the log.
    private(set) var now: Timestamp
    /// What the system's clock says.
    private(set) var clock: Timestamp
    /// The system's clock, or the one that a test chose.
    let readClock: @Sendable () -> Timestamp
    private let lock: HomeLock
    private let store: Store
    private let origin: String
    private let logKey: VerifyingKey

    init(
        _ lock: HomeLock, _ store: Store, origin: String, logKey: VerifyingKey,
        clock: @escaping @Sendable () -> Timestamp, from now: Timestamp
    ) {
        self.lock = lock
        self.store = store
        self.origin = origin
        self.logKey = logKey
        readClock = clock
        self.clock = clock()
        self.now = now
    }

    /// Does something that needs nothing of the home while others may work in it.
    ///
    /// Afterwards what was read of the home before may be out of date, and time has gone on.
    func apart<Value>(_ body: () throws -> Value) throws -> Value {
        lock.release()
        let result = Result { try body() }
        try lock.take()
        try store.confirm(origin: origin, key: logKey)
        clock = readClock()
        now = max(clock, try store.clockFloor())
        return try result.get()
    }
}
