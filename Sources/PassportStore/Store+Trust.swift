public import CarePassport
internal import Foundation
internal import GRDB
public import PassportCoding
internal import PassportCrypto
public import PassportTrust

/// A member of staff as this home knows them.
public struct StaffRecord: Sendable {
    /// The name used here; it never leaves this home.
    public let handle: String
    /// The certified key.
    public let certificate: StaffCertificate
    /// When they stopped being one; the certificate keeps its bytes, and the log has the end.
    public let ended: Timestamp?

    /// True when what the member of staff signs at a moment counts.
    public func isInForce(at moment: Timestamp) -> Bool {
        ended == nil && certificate.notBefore <= moment && moment <= certificate.notAfter
    }
}

extension Store {
    /// Our own organisation.
    public func ownIdentity() throws -> Identity {
        let found = try read { database in
            try Data.fetchOne(
                database, sql: "SELECT identity FROM organisation WHERE isOwn = 1")
        }
        guard let found else {
            throw StoreError(
                .notFound, .noInput, "there is no organisation in this home",
                hint: "run 'carepass init'")
        }
        return try Identity(decoding: [UInt8](found))
    }

    /// Every organisation known here, with its pin if it has one.
    public func organisations() throws -> [(identity: Identity, pin: Pin?, isOwn: Bool)] {
        let rows = try read { database in
            try Row.fetchAll(database, sql: "SELECT * FROM organisation ORDER BY isOwn DESC, id")
        }
        return try rows.map { row in
            let bytes: Data = row["identity"]
            let identity = try Identity(decoding: [UInt8](bytes))
            let id: Data = row["id"]
            // Stops another organisation's file from being slipped under a pin.
            guard id == identity.organisation.blob else {
                throw StoreError(.damaged, .refused, "an organisation's row holds another one")
            }
            let pinned: Int64? = row["pinned"]
            let names: String? = row["purposes"]
            let purposes = (names ?? "").split(separator: ",").compactMap { name in
                KeyPurpose.allCases.first { $0.name == name }
            }
            let pin = pinned.map {
                Pin(
                    organisation: identity.organisation, purposes: Set(purposes),
                    pinned: Timestamp(clamping: $0))
            }
            let isOwn: Bool = row["isOwn"]
            return (identity, pin, isOwn)
        }
    }

    /// Every member of staff.
    public func staff() throws -> [StaffRecord] {
        let own = try ownIdentity()
        let rows = try read { database in
            try Row.fetchAll(database, sql: "SELECT * FROM staff ORDER BY handle")
        }
        return try rows.map { row in
            let handle: String = row["handle"]
            let bytes: Data = row["certificate"]
            let ended: Int64? = row["ended"]
            return StaffRecord(
                handle: handle,
                certificate: try StaffCertificate(verifying: [UInt8](bytes), by: own),
                ended: ended.map { Timestamp(clamping: $0) })
        }
    }

    /// Everything that this home knows, at one moment: what others commit meanwhile is not in it.
    ///
    /// Lists that no longer verify under their organisation's present keys are left out.
    public func knowledge(clock: Timestamp) throws -> Knowledge {
        try read { _ in try gatherKnowledge(clock) }
    }

    private func gatherKnowledge(_ clock: Timestamp) throws -> Knowledge {
        let organisations = try organisations()
        let identities = Dictionary(
            organisations.map { ($0.identity.organisation, $0.identity) },
            uniquingKeysWith: { first, _ in first })
        let pins = Dictionary(
            organisations.compactMap { row in row.pin.map { ($0.organisation, $0) } },
            uniquingKeysWith: { first, _ in first })
        let lists = try statusLists(identities, "statusList")
        let withdrawals = try read { database in
            try Data.fetchAll(database, sql: "SELECT bytes FROM withdrawal")
        }.map { try UnverifiedWithdrawal(decoding: [UInt8]($0)) }
        var knowledge = Knowledge(
            ourselves: organisations.first { $0.isOwn }?.identity.organisation,
            identities: identities, pins: pins,
            statusLists: Dictionary(
                lists.map { ($0.uri, $0) }, uniquingKeysWith: { first, _ in first }),
            withdrawals: withdrawals, clock: clock, floor: try clockFloor())
        knowledge.forks = try forks()
        for list in try statusLists(identities, "earlierStatusList") { knowledge.take(list) }
        return knowledge
    }

    /// The newest forked epoch of each organisation that forked.
    private func forks() throws -> [OrganisationID: Int] {
        let rows = try read { database in
            try Row.fetchAll(
                database, sql: "SELECT organisation, max(epoch) AS epoch FROM fork GROUP BY 1")
        }
        var forks: [OrganisationID: Int] = [:]
        for row in rows {
            let organisation: Data = row["organisation"]
            guard let digest = Digest(bytes: [UInt8](organisation)) else { continue }
            forks[OrganisationID(digest)] = row["epoch"]
        }
        return forks
    }

    /// The identities that were kept as proof that an organisation forked.
    public func forkProofs(of organisation: OrganisationID) throws -> [Identity] {
        try read { database in
            try Data.fetchAll(
                database, sql: "SELECT identity FROM fork WHERE organisation = ? ORDER BY epoch",
                arguments: [organisation.blob])
        }.map { try Identity(decoding: [UInt8]($0)) }
    }

    private func statusLists(
        _ identities: [OrganisationID: Identity], _ table: String
    ) throws -> [SignedStatusList] {
        let rows = try read { database in
            try Row.fetchAll(database, sql: "SELECT organisation, bytes FROM \(table)")
        }
        return rows.compactMap { row in
            let organisation: Data = row["organisation"]
            let bytes: Data = row["bytes"]
            guard let id = Digest(bytes: [UInt8](organisation)).map(OrganisationID.init),
                let identity = identities[id]
            else { return nil }
            return try? SignedStatusList(verifying: [UInt8](bytes), by: identity)
        }
    }
}
