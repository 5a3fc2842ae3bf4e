internal import GRDB
internal import Glibc
internal import PassportCoding
internal import PassportCrypto

extension Mailroom {
    /// How often a backup begins again because parcels went while it ran.
    private static let backupAttempts = 5

    /// Copies everything to a folder while the daemon runs, also from another process. What is
    /// there when it returns is one state, durable, and can be opened as it is.
    ///
    /// - Parameters:
    ///   - folder: one that is not there yet, or is empty.
    ///   - more: names of further files of the daemon's folder, such as the TLS key.
    /// - Throws: `exists`, `full`, `busy` when parcels kept going.
    public func backup(to folder: String, also more: [String] = []) async throws {
        guard DurableFiles.names(in: folder).isEmpty else {
            throw StoreError(
                .exists, .refused, "the folder of the backup is not empty",
                hint: "name a new one")
        }
        let parcels = "\(folder)/\(Self.parcelFolder)"
        // Not the daemon's own disk: a memory stick that breaks must not stop the daemon.
        let files = DurableFiles(disk: .real)
        try await files.run {
            try files.makeFolder(folder)
            try files.makeFolder(parcels)
            try files.makeFolder("\(folder)/\(Self.partialFolder)")
        }
        // Files never change and only go when their row does, so the rows come first; whatever
        // went between the two makes the next round.
        for attempt in 1...Self.backupAttempts {
            let wanted = try await copyDatabase(to: "\(folder)/\(Self.databaseName)", files)
            let isWhole = try await files.run {
                try self.copyParcels(wanted, to: parcels, files)
            }
            if isWhole { break }
            guard attempt < Self.backupAttempts else {
                throw StoreError(
                    .busy, .fault, "parcels went while the backup ran", hint: "try again")
            }
        }
        try await files.run {
            for name in [NodeKeys.fileName] + more where !name.contains("/") {
                try files.copy("\(self.folder)/\(name)", to: "\(folder)/\(name)", linking: false)
            }
            try files.syncFolder(parcels)
            try files.syncFolder(folder)
        }
    }

    /// Copies the database as it stands at one moment; returns the names of its files.
    private func copyDatabase(
        to path: String, _ files: DurableFiles
    ) async throws -> Set<String> {
        try await files.run { [pool] in
            for suffix in ["", "-wal", "-shm", "-journal"] { DurableFiles.remove(path + suffix) }
            let file = unsafe Glibc.open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o600)
            guard file >= 0 else { throw files.failure(errno, "a file cannot be created") }
            Glibc.close(file)
            do {
                let copy = try DatabaseQueue(path: path)
                try pool.backup(to: copy)
                let names = try copy.read { database in
                    try String.fetchSet(
                        database, sql: "SELECT file FROM parcel WHERE file IS NOT NULL")
                }
                try copy.close()
                return names
            } catch {
                let isFull = (error as? DatabaseError)?.resultCode == .SQLITE_FULL
                throw isFull ? DurableFiles.full : StoreError(error)
            }
        }
    }

    /// Copies files that are not there yet and takes away those that are not wanted; false when
    /// one that is wanted went meanwhile.
    private func copyParcels(
        _ wanted: Set<String>, to folder: String, _ files: DurableFiles
    ) throws -> Bool {
        for name in DurableFiles.names(in: folder) where !wanted.contains(name) {
            DurableFiles.remove("\(folder)/\(name)")
        }
        for name in wanted where !DurableFiles.exists("\(folder)/\(name)") {
            let from = parcelPath(name)
            guard DurableFiles.exists(from) else { return false }
            do {
                try files.copy(from, to: "\(folder)/\(name)", linking: true)
            } catch {
                DurableFiles.remove("\(folder)/\(name)")
                if !DurableFiles.exists(from) { return false }
                throw error
            }
        }
        return true
    }
}
