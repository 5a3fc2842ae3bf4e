internal import Foundation
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
    /// - Throws: `missing`, `exists`, `cannotWrite`, `full`, `busy` when parcels kept going.
    ///   Whatever it throws, nothing is left of the copy.
    public func backup(to folder: String, also more: [String] = []) async throws {
        var folder = folder
        while folder.count > 1, folder.hasSuffix("/") { folder.removeLast() }
        let missing = Self.missing(in: self.folder, also: more)
        guard missing.isEmpty else {
            throw StoreError(
                .missing, .noInput, "\(Self.listed(missing)) missing in the data folder",
                hint: "a copy without that could not be used")
        }
        try Self.refusePlace(folder)
        let wasThere = DurableFiles.exists(folder)
        do {
            try await copyAll(to: folder, also: more)
        } catch {
            // Half a copy would pass for one, and half a data folder keep the next restore away.
            Self.discard(folder, keeping: wasThere)
            throw error
        }
    }

    /// Names of what every data folder and every copy holds, parcels aside, that one has not.
    public static func missing(in folder: String, also more: [String] = []) -> [String] {
        ([databaseName, NodeKeys.fileName] + more).filter {
            !DurableFiles.exists("\(folder)/\($0)")
        }
    }

    /// Names of what a daemon of this version makes in its folder.
    public static let entries = [
        databaseName, "\(databaseName)-wal", "\(databaseName)-shm", NodeKeys.fileName,
        parcelFolder, partialFolder, "lock",
    ]

    /// Names with the verb that fits them.
    package static func listed(_ names: [String]) -> String {
        names.map { "'\($0)'" }.joined(separator: ", ") + (names.count == 1 ? " is" : " are")
    }

    private static func refusePlace(_ folder: String) throws(StoreError) {
        let parent = DurableFiles.folder(of: folder)
        for place in [parent, folder] where !isFolder(place) {
            guard place == folder, !DurableFiles.exists(place) else {
                throw StoreError(
                    .cannotWrite, .cannotWrite, "there is no folder \(place)",
                    hint: "make it first, or name another one")
            }
        }
        guard DurableFiles.names(in: folder).isEmpty else {
            throw StoreError(
                .exists, .refused, "the folder \(folder) is not empty", hint: "name a new one")
        }
        // Attack: a folder that somebody else may write, who puts files or links under the names
        // of the keys while they are copied.
        var status = stat()
        guard unsafe stat(folder, &status) != 0 || status.st_mode & 0o002 == 0 else {
            throw StoreError(
                .cannotWrite, .refused, "others may write the folder \(folder)",
                hint: "name a new one, which is made for you alone")
        }
    }

    private static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    private static func discard(_ folder: String, keeping: Bool) {
        let manager = FileManager.default
        for name in DurableFiles.names(in: folder) {
            try? manager.removeItem(atPath: "\(folder)/\(name)")
        }
        if !keeping { try? manager.removeItem(atPath: folder) }
    }

    private func copyAll(to folder: String, also more: [String]) async throws {
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
