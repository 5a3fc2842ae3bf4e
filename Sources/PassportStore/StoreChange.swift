public import CarePassport
internal import GRDB
public import PassportCoding
public import PassportCrypto
public import PassportTrust

/// One change of state. Changes are made only together with an audit entry, by `Store.commit`.
public enum StoreChange: Sendable {
    /// Our own organisation, first or newer.
    case own(Identity)
    /// Another organisation that was pinned here.
    case pin(Identity, Pin)
    /// The end of a pin.
    case unpin(OrganisationID)
    /// Another organisation's identity that came as evidence or was taken in.
    case identity(Identity)
    /// An identity that contradicts the chain known here, and the epoch in which it does.
    case fork(Identity, epoch: Int)
    /// Another organisation that was pinned here in place of a chain which it does not follow;
    /// forks of that other chain no longer count.
    case pinInstead(Identity, Pin)
    /// A member of staff.
    case staff(handle: String, certificate: StaffCertificate)
    /// The end of a member of staff, by the hash of their key.
    case staffEnded(Digest, at: Timestamp)
    /// A summary under work, encrypted by the vault.
    case draft(Identifier, sealed: [UInt8], created: Timestamp)
    /// A passport; its ring, when there is one, encrypted by the vault.
    case passport(UnverifiedPassport, isOwn: Bool, sealedRing: [UInt8]?, added: Timestamp)
    /// A grant; its ring encrypted by the vault.
    case grant(UnverifiedGrant, isOwn: Bool, sealedRing: [UInt8]?, added: Timestamp)
    /// An index of our own status list that is now in use.
    case statusIndex(list: Int, position: Int)
    /// Entries of a new list of ours that were ended from the start, so that the number of
    /// ended entries says little.
    case statusDecoys(list: Int, positions: [Int])
    /// An entry of our own list that ended.
    case statusEnded(list: Int, position: Int)
    /// A verified status list, ours or another's.
    case statusList(SignedStatusList)
    /// A list that is not the newest and stays, or goes, because of what it shows as ended.
    case earlierStatusList(SignedStatusList, isKept: Bool)
    /// A withdrawal.
    case withdrawal(UnverifiedWithdrawal)
    /// Something that is sent or received through a daemon.
    case exchange(ExchangeChange)

    func apply(to database: Database) throws {
        switch self {
        case .own(let identity): try Self.save(identity, isOwn: true, pin: nil, database)
        case .pin(let identity, let pin):
            try Self.save(identity, isOwn: false, pin: pin, database)
        case .unpin(let organisation):
            try database.execute(
                sql: "UPDATE organisation SET pinned = NULL, purposes = NULL WHERE id = ?",
                arguments: [organisation.blob])
        case .identity(let identity):
            try database.execute(
                sql: """
                    INSERT INTO organisation (id, identity, isOwn) VALUES (?, ?, 0)
                    ON CONFLICT (id) DO UPDATE SET identity = excluded.identity
                    """,
                arguments: [identity.organisation.blob, identity.encoded().blob])
        case .pinInstead(let identity, let pin):
            try database.execute(
                sql: "DELETE FROM fork WHERE organisation = ?",
                arguments: [identity.organisation.blob])
            try Self.save(identity, isOwn: false, pin: pin, database)
        case .fork(let identity, let epoch):
            try database.execute(
                sql: """
                    INSERT INTO fork (organisation, epoch, identity) VALUES (?, ?, ?)
                    ON CONFLICT DO NOTHING
                    """,
                arguments: [
                    identity.organisation.blob, epoch, identity.encoded().blob,
                ])
        case .staff(let handle, let certificate):
            try database.execute(
                sql: "INSERT INTO staff (keyHash, handle, certificate) VALUES (?, ?, ?)",
                arguments: [
                    certificate.key.keyHash.blob, handle, certificate.bytes.blob,
                ])
        case .staffEnded(let keyHash, let moment):
            try database.execute(
                sql: "UPDATE staff SET ended = ? WHERE keyHash = ? AND ended IS NULL",
                arguments: [moment.seconds, keyHash.blob])
        case .draft(let id, let sealed, let created):
            try database.execute(
                sql: "INSERT INTO draft (id, sealed, created) VALUES (?, ?, ?)",
                arguments: [id.bytes.blob, sealed.blob, created.seconds])
        case .passport(let passport, let isOwn, let ring, let added):
            try database.execute(
                sql: """
                    INSERT INTO passport (digest, bytes, isOwn, sealedRing, added)
                    VALUES (?, ?, ?, ?, ?) ON CONFLICT (digest) DO NOTHING
                    """,
                arguments: [
                    passport.digest.blob, passport.bytes.blob, isOwn, ring?.blob, added.seconds,
                ])
        case .grant(let grant, let isOwn, let ring, let added):
            try Self.save(grant, isOwn, ring, added, database)
        case .statusIndex, .statusDecoys, .statusEnded, .statusList, .earlierStatusList:
            try applyStatus(to: database)
        case .exchange(let change): try change.apply(to: database)
        case .withdrawal(let withdrawal):
            try database.execute(
                sql: """
                    INSERT INTO withdrawal (digest, passport, bytes) VALUES (?, ?, ?)
                    ON CONFLICT (digest) DO NOTHING
                    """,
                arguments: [
                    withdrawal.digest.blob, withdrawal.terms.passport.blob,
                    withdrawal.bytes.blob,
                ])
        }
    }

    private func applyStatus(to database: Database) throws {
        let insert = """
            INSERT INTO ownStatus (list, position, ended, isDecoy) VALUES (?, ?, ?, ?)
            """
        switch self {
        case .statusIndex(let list, let position):
            try database.execute(sql: insert, arguments: [list, position, 0, 0])
        case .statusDecoys(let list, let positions):
            for position in positions {
                try database.execute(sql: insert, arguments: [list, position, 1, 1])
            }
        case .statusEnded(let list, let position):
            try database.execute(
                sql: "UPDATE ownStatus SET ended = 1 WHERE list = ? AND position = ?",
                arguments: [list, position])
        case .statusList(let list):
            try database.execute(
                sql: """
                    INSERT INTO statusList (uri, organisation, issued, bytes)
                    VALUES (?, ?, ?, ?) ON CONFLICT (uri) DO UPDATE
                    SET issued = excluded.issued, bytes = excluded.bytes
                    WHERE excluded.issued >= statusList.issued
                    """,
                arguments: [
                    list.uri, list.organisation.blob, list.issued.seconds, list.bytes.blob,
                ])
        case .earlierStatusList(let list, let isKept):
            let digest = Digest.sha256(of: list.bytes).blob
            if isKept {
                try database.execute(
                    sql: """
                        INSERT INTO earlierStatusList (digest, organisation, bytes)
                        VALUES (?, ?, ?) ON CONFLICT (digest) DO NOTHING
                        """,
                    arguments: [digest, list.organisation.blob, list.bytes.blob])
            } else {
                try database.execute(
                    sql: "DELETE FROM earlierStatusList WHERE digest = ?", arguments: [digest])
            }
        default: break
        }
    }

    private static func save(
        _ identity: Identity, isOwn: Bool, pin: Pin?, _ database: Database
    ) throws {
        let purposes = pin.map { pin in
            pin.purposes.map(\.name).sorted().joined(separator: ",")
        }
        try database.execute(
            sql: """
                INSERT INTO organisation (id, identity, isOwn, pinned, purposes)
                VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE
                SET identity = excluded.identity, pinned = excluded.pinned,
                    purposes = excluded.purposes
                """,
            arguments: [
                identity.organisation.blob, identity.encoded().blob, isOwn, pin?.pinned.seconds,
                purposes,
            ])
    }

    private static func save(
        _ grant: UnverifiedGrant, _ isOwn: Bool, _ ring: [UInt8]?, _ added: Timestamp,
        _ database: Database
    ) throws {
        try database.execute(
            sql: """
                INSERT INTO "grant" (digest, id, passport, bytes, sealedRing, isOwn, added)
                VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (digest) DO NOTHING
                """,
            arguments: [
                grant.digest.blob, grant.terms.id.bytes.blob, grant.terms.passport.blob,
                grant.bytes.blob, ring?.blob, isOwn, added.seconds,
            ])
    }
}

extension StoreChange {
    /// What to commit so that the lists of organisations that are wanted stand as they do in
    /// `after`.
    public static func statusLists(
        from before: Knowledge, to after: Knowledge, of isWanted: (OrganisationID) -> Bool
    ) -> [StoreChange] {
        func all(_ lists: [String: [SignedStatusList]]) -> Set<SignedStatusList> {
            Set(lists.values.joined().filter { isWanted($0.organisation) })
        }
        func ordered(_ lists: some Sequence<SignedStatusList>) -> [SignedStatusList] {
            lists.sorted { ($0.uri, $0.issued) < ($1.uri, $1.issued) }
        }
        let newest = after.statusLists.values
            .filter { before.statusLists[$0.uri] != $0 && isWanted($0.organisation) }
        let (old, new) = (all(before.earlierLists), all(after.earlierLists))
        return ordered(newest).map { .statusList($0) }
            + ordered(new.subtracting(old)).map { .earlierStatusList($0, isKept: true) }
            + ordered(old.subtracting(new)).map { .earlierStatusList($0, isKept: false) }
    }
}
