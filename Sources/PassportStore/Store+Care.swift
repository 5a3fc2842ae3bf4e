public import CarePassport
internal import Foundation
internal import GRDB
internal import PassportCoding
public import PassportCrypto

/// A passport as this home keeps it.
public struct PassportRecord: Sendable {
    /// The passport.
    public let passport: UnverifiedPassport
    /// True when this home issued it.
    public let isOwn: Bool
    /// Its full ring, encrypted by the vault; only for own passports.
    public let sealedRing: [UInt8]?
}

/// A grant as this home keeps it.
public struct GrantRecord: Sendable {
    /// The grant.
    public let grant: UnverifiedGrant
    /// True when it was signed here.
    public let isOwn: Bool
    /// Its ring, encrypted by the vault.
    public let sealedRing: [UInt8]?
}

extension Store {
    /// A summary under work, as the vault encrypted it.
    public func draft(_ id: Identifier) throws -> [UInt8] {
        let sealed = try read { database in
            try Data.fetchOne(
                database, sql: "SELECT sealed FROM draft WHERE id = ?",
                arguments: [id.bytes.blob])
        }
        guard let sealed else {
            throw StoreError(
                .notFound, .noInput, "there is no summary of that number here",
                hint: "'carepass summary import' prints the number")
        }
        return [UInt8](sealed)
    }

    /// Every passport, oldest first.
    public func passports() throws -> [PassportRecord] {
        let rows = try read { database in
            try Row.fetchAll(database, sql: "SELECT * FROM passport ORDER BY added, rowid")
        }
        return try rows.map(Self.passport)
    }

    /// The passport whose identifier begins with the given hexadecimal digits.
    public func passport(named prefix: String) throws -> PassportRecord {
        let wanted = prefix.lowercased()
        let all = try passports()
        var found = all.filter { "\($0.passport.claims.id)".hasPrefix(wanted) }
        // Anybody can issue a passport with the number of another; our own comes first, and a
        // digest names exactly one.
        if found.count > 1 { found = found.filter(\.isOwn) }
        if found.isEmpty { found = all.filter { "\($0.passport.digest)".hasPrefix(wanted) } }
        guard let record = found.first, found.count == 1, prefix.count >= 6 else {
            throw StoreError(
                .notFound, .noInput,
                found.count > 1 ? "several passports begin like that" : "there is no such passport",
                hint: "name at least the first six digits of its number, or of its digest")
        }
        return record
    }

    private static func passport(_ row: Row) throws -> PassportRecord {
        let bytes: Data = row["bytes"]
        let ring: Data? = row["sealedRing"]
        return PassportRecord(
            passport: try UnverifiedPassport(decoding: [UInt8](bytes)), isOwn: row["isOwn"],
            sealedRing: ring.map { [UInt8]($0) })
    }

    /// Every grant for a passport, oldest first; for all passports when nil.
    public func grants(for passport: Digest? = nil) throws -> [GrantRecord] {
        let rows = try read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT * FROM "grant" WHERE ?1 IS NULL OR passport = ?1 ORDER BY added, rowid
                    """,
                arguments: [passport?.blob])
        }
        return try rows.map { row in
            let bytes: Data = row["bytes"]
            let ring: Data? = row["sealedRing"]
            return GrantRecord(
                grant: try UnverifiedGrant(decoding: [UInt8](bytes)), isOwn: row["isOwn"],
                sealedRing: ring.map { [UInt8]($0) })
        }
    }
}
