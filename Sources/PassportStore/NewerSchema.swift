internal import GRDB
internal import PassportCoding

/// What a newer version wrote is not ours to touch: it is looked at before anything that could
/// write has opened the file.
enum NewerSchema {
    /// - Parameter program: the program that has to be updated.
    /// - Throws: `newerSchema`; what SQLite says of a file that is no database.
    static func refuse(
        at path: String, knowing migrator: DatabaseMigrator, program: String
    ) throws {
        do {
            try refuse(at: path, knowing: migrator, program: program, isReadOnly: true)
        } catch let error as DatabaseError where needsRepair.contains(error.resultCode) {
            // A crash left a journal, which is rolled back before anybody can read. That is
            // the journal's own end, and a queue writes nothing else.
            try refuse(at: path, knowing: migrator, program: program, isReadOnly: false)
        }
    }

    /// How SQLite says to whoever only reads that something has to be written first.
    private static let needsRepair: [ResultCode] = [
        .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_IOERR,
    ]

    private static func refuse(
        at path: String, knowing migrator: DatabaseMigrator, program: String, isReadOnly: Bool
    ) throws {
        var configuration = Configuration()
        configuration.readonly = isReadOnly
        // Whoever closes the database last holds it for a moment.
        configuration.busyMode = .timeout(5)
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        guard try !queue.read({ try migrator.hasBeenSuperseded($0) }) else {
            throw StoreError(
                .newerSchema, .refused, "the database was written by a newer version",
                hint: "update \(program); nothing was changed")
        }
    }
}
