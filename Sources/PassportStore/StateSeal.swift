internal import GRDB
internal import PassportAudit
internal import PassportCoding
internal import PassportCrypto

/// The signature over what this home trusts: pins, forks, staff, status lists, withdrawals.
///
/// Passports and grants carry their issuers' signatures; these rows carry nobody's. Somebody who
/// can write to the file could pin an organisation of his own, or take a withdrawal out, and the
/// next opening would call it good. So each commit signs them anew with the log's key, together
/// with the log's size and root: rows of an earlier day beside the log of today do not fit.
enum StateSeal {
    /// What is read of each table, in one order: rows by their primary keys.
    ///
    /// Of passports and grants it is what their signatures do not cover; their bytes would cost
    /// a read of everything at each commit.
    ///
    /// Tables of a later version are asked as well; an older home has none of them, and the
    /// schema was confirmed before, so that nobody can have taken one away.
    private static let queries: [(table: String, text: String)] = [
        ("organisation", "SELECT * FROM organisation ORDER BY id"),
        ("fork", "SELECT * FROM fork ORDER BY organisation, epoch"),
        ("staff", "SELECT * FROM staff ORDER BY keyHash"),
        ("statusList", "SELECT * FROM statusList ORDER BY uri"),
        ("earlierStatusList", "SELECT * FROM earlierStatusList ORDER BY digest"),
        ("ownStatus", "SELECT * FROM ownStatus ORDER BY list, position"),
        ("withdrawal", "SELECT * FROM withdrawal ORDER BY digest"),
        ("passport", "SELECT digest, isOwn, sealedRing, added FROM passport ORDER BY digest"),
        ("grant", "SELECT digest, isOwn, sealedRing, added FROM \"grant\" ORDER BY digest"),
        ("draft", "SELECT * FROM draft ORDER BY id"),
        ("daemon", "SELECT * FROM daemon"),
        ("sentParcel", "SELECT * FROM sentParcel ORDER BY digest, recipient"),
        ("receivedParcel", "SELECT * FROM receivedParcel ORDER BY digest"),
        ("parcelPassport", "SELECT * FROM parcelPassport ORDER BY parcel, passport"),
        ("notice", "SELECT * FROM notice ORDER BY id"),
    ]

    /// The first line keeps it apart from checkpoints, which the same key signs.
    private static func name(_ origin: String) -> String { "\(origin)/home-state" }

    static func text(_ origin: String, _ frontier: MerkleFrontier, _ database: Database) throws
        -> String
    {
        let lines = [
            name(origin), "\(frontier.size)", Base64.encode(frontier.root.bytes),
            "\(try LogTable.clockFloor(database))", Base64.encode(try digest(database).bytes),
        ]
        return lines.map { $0 + "\n" }.joined()
    }

    static func sign(
        _ origin: String, _ frontier: MerkleFrontier, _ database: Database,
        by key: borrowing SigningKey
    ) throws {
        let note = try SignedNote.sign(
            text(origin, frontier, database), name: name(origin), key: key)
        try database.execute(
            sql: """
                INSERT INTO state (one, note) VALUES (1, ?)
                ON CONFLICT (one) DO UPDATE SET note = excluded.note
                """,
            arguments: [note])
    }

    /// Whether the rows are those that were last signed.
    static func holds(
        _ origin: String, _ frontier: MerkleFrontier, _ database: Database, key: VerifyingKey
    ) throws -> Bool {
        guard let note = try String.fetchOne(database, sql: "SELECT note FROM state"),
            let signed = try? SignedNote(parsing: note),
            (try? signed.verify(name: name(origin), keys: [key])) != nil
        else { return false }
        return try Array(signed.text.utf8) == Array(text(origin, frontier, database).utf8)
    }

    private static func digest(_ database: Database) throws -> Digest {
        var digests: [UInt8] = []
        for query in queries where try database.tableExists(query.table) {
            var bytes: [UInt8] = []
            let rows = try Row.fetchCursor(database, sql: query.text)
            while let row = try rows.next() {
                for value in row.databaseValues { append(value, to: &bytes) }
            }
            digests += Digest.sha256(of: bytes).bytes
        }
        return Digest.sha256(of: digests)
    }

    /// Kind and length before each value, so that no two rows have one spelling.
    private static func append(_ value: DatabaseValue, to bytes: inout [UInt8]) {
        let (kind, content): (Character, [UInt8]) =
            switch value.storage {
            case .null: ("n", [])
            case .int64(let number): ("i", Array("\(number)".utf8))
            case .double(let number): ("d", Array("\(number)".utf8))
            case .string(let text): ("t", Array(text.utf8))
            case .blob(let data): ("b", [UInt8](data))
            }
        bytes += "\(kind)\(content.count):".utf8
        bytes += content
    }
}
