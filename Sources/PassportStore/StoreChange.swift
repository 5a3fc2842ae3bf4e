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
    /// Another organisation's identity that came as evidence or was taken in.
    case identity(Identity)
    /// An identity that contradicts the chain known here: proof of a fork.
    case fork(Identity)
    /// A member of staff.
    case staff(handle: String, certificate: StaffCertificate)
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
    /// A withdrawal.
    case withdrawal(UnverifiedWithdrawal)

    func apply(to database: Database) throws {
        switch self {
        case .own(let identity): try Self.save(identity, isOwn: true, pin: nil, database)
        case .pin(let identity, let pin):
            try Self.save(identity, isOwn: false, pin: pin, database)
        case .identity(let identity):
            try database.execute(
                sql: """
                    INSERT INTO organisation (id, identity, isOwn) VALUES (?, ?, 0)
                    ON CONFLICT (id) DO UPDATE SET identity = excluded.identity
                    """,
                arguments: [identity.organisation.blob, identity.encoded().blob])
        case .fork(let identity):
            try database.execute(
                sql: """
                    INSERT INTO fork (organisation, epoch, identity) VALUES (?, ?, ?)
                    ON CONFLICT DO NOTHING
                    """,
                arguments: [
                    identity.organisation.blob, identity.chain.current.epoch,
                    identity.encoded().blob,
                ])
        case .staff(let handle, let certificate):
            try database.execute(
                sql: "INSERT INTO staff (keyHash, handle, certificate) VALUES (?, ?, ?)",
                arguments: [
                    certificate.key.keyHash.blob, handle, certificate.bytes.blob,
                ])
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
        case .statusIndex, .statusDecoys, .statusEnded, .statusList:
            try applyStatus(to: database)
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
