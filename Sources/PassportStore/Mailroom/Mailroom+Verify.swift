internal import Foundation
internal import GRDB
internal import PassportAudit
internal import PassportCoding
internal import PassportCrypto
internal import PassportTrust

extension Mailroom {
    /// Looks over a whole folder, a backup or one in use: the database, the log entry by entry,
    /// every identity, and every parcel's bytes.
    ///
    /// - Throws: when it cannot be opened at all; whatever else is wrong stands in the report.
    public static func verify(_ folder: String) async throws -> MailroomReport {
        let keys = try NodeKeys.load(from: folder)
        let path = "\(folder)/\(databaseName)"
        guard DurableFiles.exists(path) else {
            throw StoreError(.missing, .noInput, "there is no daemon's database in this folder")
        }
        do {
            let queue = try DatabaseQueue(path: path)
            var report = try await queue.read { database in
                var report = MailroomReport()
                let place = "\(folder)/\(parcelFolder)"
                report.database =
                    try String.fetchOne(
                        database, sql: "PRAGMA integrity_check(1)") ?? ""
                report.logSize = try LogTable.size(database)
                report.isLogSound = (try? isLogSound(keys, database)) == true
                report.unreadable = try unreadable(database)
                report.isCountedRight = try isCountedRight(database)
                try lookOver(place, database, &report)
                return report
            }
            // Of a folder in use: what was removed meanwhile is not missing.
            let missing = report.missing
            report.missing = try await queue.read { database in
                try missing.filter { try isWanted($0, database) }
            }
            try queue.close()
            return report
        } catch {
            throw StoreError(error)
        }
    }

    private static func isWanted(_ digest: Digest, _ database: Database) throws -> Bool {
        try ["inbox", "outbox"].contains { table in
            try database.has(
                "SELECT 1 FROM \(table) WHERE digest = ? AND parcel IS NOT NULL", [digest.blob])
        }
    }

    /// Builds the tree anew from the entries and compares every node, the root, and what was
    /// signed last.
    private static func isLogSound(_ keys: NodeKeys, _ database: Database) throws -> Bool {
        var frontier = MerkleFrontier()
        var nodes = 0
        let rows = try Row.fetchCursor(
            database, sql: "SELECT number, body FROM logEntry ORDER BY number")
        while let row = try rows.next() {
            let number: Int64 = row[0]
            let body: Data = row[1]
            guard number == Int64(clamping: frontier.size) else { return false }
            let entry = try AuditEntry(decoding: [UInt8](body))
            for node in frontier.append(entry.leafHash) {
                nodes += 1
                guard
                    try LogTable.node(node.position.level, node.position.index, database)
                        == node.hash
                else { return false }
            }
        }
        guard try Int.fetchOne(database, sql: "SELECT count(*) FROM logNode") == nodes else {
            return false
        }
        try GroupWriter.refuseAltered(
            frontier, LogTable.latestNote(database), keys, database)
        return true
    }

    private static func unreadable(_ database: Database) throws -> [OrganisationID] {
        var found: [OrganisationID] = []
        let rows = try Row.fetchCursor(database, sql: "SELECT id, identity FROM organisation")
        while let row = try rows.next() {
            let id = try organisation(row[0])
            let bytes: Data = row[1]
            if (try? Identity(decoding: [UInt8](bytes)))?.organisation != id { found.append(id) }
        }
        return found
    }

    private static func lookOver(
        _ folder: String, _ database: Database, _ report: inout MailroomReport
    ) throws {
        let rows = try Row.fetchCursor(
            database,
            sql: """
                SELECT found.digest, found.length, parcel.id, parcel.file, parcel.bytes
                FROM (SELECT digest, length, parcel FROM inbox WHERE parcel IS NOT NULL
                    UNION ALL
                    SELECT digest, length, parcel FROM outbox WHERE parcel IS NOT NULL) AS found
                LEFT JOIN parcel ON parcel.id = found.parcel
                """)
        while let row = try rows.next() {
            let digest = try digest(row["digest"])
            let length: Int = row["length"]
            report.parcels += 1
            var hash = StreamingDigest()
            if let file: String = row["file"] {
                let path = "\(folder)/\(file)"
                do {
                    try DurableFiles.scan(path) { chunk in
                        hash.update(chunk)
                        return true
                    }
                } catch  where error.code == .missing {
                    report.missing.append(digest)
                    continue
                } catch {
                    hash = StreamingDigest()
                }
            } else if let bytes: Data = row["bytes"] {
                hash.update(bytes)
            } else {
                report.missing.append(digest)
                continue
            }
            if hash.count != length || hash.digest() != digest { report.damaged.append(digest) }
        }
    }
}
