internal import Foundation
internal import GRDB
public import PassportCoding
internal import PassportCrypto
public import PassportExchange
public import PassportTrust

extension Mailroom {
    /// Keeps a status list of an organisation that is known here.
    ///
    /// - Returns: false when this very list is here already.
    /// - Throws: `notFound`; `conflict` when a newer one is here, or another of the same moment;
    ///   `mailboxFull` when nobody who follows has room; `replayed`.
    @discardableResult
    public func put(
        _ list: SignedStatusList, request: VerifiedRequest? = nil, now: Timestamp
    ) async throws -> Bool {
        guard let number = list.organisation.statusListNumber(at: list.uri) else {
            throw StoreError(.notFound, .refused, "a list without a number")
        }
        return try await writer.write(bytes: list.bytes.count) { database, _ in
            try Self.consume(request, now, database)
            let organisation = list.organisation.blob
            guard try database.has("SELECT 1 FROM organisation WHERE id = ?", [organisation])
            else { throw StoreError(.notFound, .noInput, "this organisation is not known here") }
            let digest = Digest.sha256(of: list.bytes).blob
            if let row = try database.row(
                "SELECT issued, digest FROM statusList WHERE organisation = ? AND number = ?",
                [organisation, number])
            {
                let known: Data = row["digest"]
                if known == digest { return false }
                let issued: Int64 = row["issued"]
                // Stops an older list, which shows less as ended, from coming back.
                guard list.issued.seconds > issued else {
                    throw StoreError(.conflict, .refused, "a list at least as new is here")
                }
            }
            try database.run(
                """
                INSERT INTO statusList (organisation, number, issued, digest, bytes)
                VALUES (?, ?, ?, ?, ?) ON CONFLICT (organisation, number) DO UPDATE
                SET issued = excluded.issued, digest = excluded.digest, bytes = excluded.bytes
                """,
                [organisation, number, list.issued.seconds, digest, list.bytes.blob])
            // What does not grow comes in on a full account: who is ended must be seen.
            if try Self.weigh(list.organisation, database) {
                try self.refusePapers(of: list.organisation, isManifest: false, database)
            }
            return true
        }
    }

    /// One status list with its entity tag.
    public func statusList(
        _ number: Int, of organisation: OrganisationID
    ) async throws -> StatusListRecord? {
        try await read { database in
            let row = try database.row(
                """
                SELECT issued, digest, bytes FROM statusList
                WHERE organisation = ? AND number = ?
                """,
                [organisation.blob, number])
            guard let row else { return nil }
            let bytes: Data = row["bytes"]
            return StatusListRecord(
                number: number, issued: Timestamp(clamping: row["issued"]),
                digest: try Self.digest(row["digest"]), bytes: [UInt8](bytes))
        }
    }

    /// The numbers of an organisation's lists that are here.
    public func statusListNumbers(of organisation: OrganisationID) async throws -> [Int] {
        try await read { database in
            try database.rows(
                "SELECT number FROM statusList WHERE organisation = ? ORDER BY number",
                [organisation.blob]
            ).map { $0[0] }
        }
    }
}
