import CarePassport
import PassportCoding
import PassportCrypto
import PassportSecrecy
import PassportTrust

/// An organisation of the test world, with all its keys.
struct House: Sendable {
    let name: String
    let purposes: [KeyPurpose]
    let identity: Identity

    /// Makes an organisation.
    ///
    /// - Parameter later: the manifests that follow the first one.
    init(
        _ name: String, _ purposes: [KeyPurpose],
        later: (ManifestPlan) throws -> [ManifestPlan] = { _ in [] }
    ) throws {
        self.name = name
        self.purposes = purposes
        var plan = ManifestPlan(name: name)
        plan.roles = try purposes.map { try Self.role(name, $0) }
        let manifests = try ([plan] + later(plan)).map { try $0.signed() }
        identity = try Identity(
            chain: ManifestChain(verifying: manifests),
            signingKeys: purposes.filter(\.isSigning).map {
                try Secrets.signingKey("\(name) \($0.name)", $0).verifyingKey
            },
            sealingKeys: purposes.filter(\.isSealing).map {
                try Secrets.openingKey("\(name) \($0.name)", $0).publicKey
            })
    }

    static func role(_ name: String, _ purpose: KeyPurpose) throws -> RoleKey {
        let words = "\(name) \(purpose.name)"
        let hash =
            try purpose.isSealing
            ? Secrets.openingKey(words, purpose).publicKey.keyHash
            : Secrets.signingKey(words, purpose).verifyingKey.keyHash
        return RoleKey(
            purpose: purpose, keyHash: hash, notBefore: Moments.made, notAfter: Moments.keyEnd)
    }

    /// The same organisation after one of its keys was ended.
    func ending(
        _ purpose: KeyPurpose, _ reason: RoleKey.RevocationReason, since: Timestamp
    ) throws -> House {
        try changing(purpose) { role in
            RoleKey(
                purpose: purpose, keyHash: role.keyHash, notBefore: role.notBefore,
                notAfter: role.notAfter, revocation: .init(reason: reason, since: since))
        }
    }

    /// The same organisation with another window for one of its keys.
    func limiting(_ purpose: KeyPurpose, from: Timestamp, until: Timestamp) throws -> House {
        try changing(purpose) { role in
            RoleKey(purpose: purpose, keyHash: role.keyHash, notBefore: from, notAfter: until)
        }
    }

    private func changing(
        _ purpose: KeyPurpose, _ change: (RoleKey) -> RoleKey
    ) throws -> House {
        try after { first in
            [try first.next { $0.roles = $0.roles.map { $0.purpose == purpose ? change($0) : $0 } }]
        }
    }

    /// The same organisation with the manifests that follow its first.
    func after(_ later: (ManifestPlan) throws -> [ManifestPlan]) throws -> House {
        try House(name, purposes, later: later)
    }

    var id: OrganisationID { identity.organisation }
    var file: JSON { .hex(identity.encoded()) }

    func signingKey(_ purpose: KeyPurpose) throws -> SigningKey {
        try Secrets.signingKey("\(name) \(purpose.name)", purpose)
    }

    func sealingKey(_ purpose: KeyPurpose) throws -> SealingPublicKey {
        try Secrets.openingKey("\(name) \(purpose.name)", purpose).publicKey
    }

    func opener(_ purpose: KeyPurpose) -> JSON {
        [
            "kind": .text(purpose.name),
            "seed": .hex(Secrets.seed("\(name) \(purpose.name)")),
        ]
    }

    func reference(_ index: Int) -> StatusReference {
        StatusReference(uri: id.statusListURI(0), index: index)
    }

    /// The organisation's list number 0 with 64 entries.
    func statusList(
        ended: [Int] = [], issued: Timestamp = Moments.listed, expires: Timestamp? = nil
    ) throws -> [UInt8] {
        var list = TokenStatusList(count: 64)
        for index in ended { list.end(index) }
        return try SignedStatusList.make(
            list, uri: id.statusListURI(0), issued: issued,
            expires: expires ?? issued.adding(seconds: 60 * Moments.day),
            key: signingKey(.status))
    }
}

/// The houses of one profile; a house has only the keys that the profile needs.
struct Cast: Sendable {
    let profile: Profile
    let izmir: House
    let athens: House
    let munich: House
    let stranger: House

    init(_ profile: Profile) throws {
        self.profile = profile
        let purposes: [KeyPurpose] = [.issue, .consent, .status, profile.sealingPurpose]
        izmir = try House("Izmir \(profile.name)", purposes)
        athens = try House("Athens \(profile.name)", purposes)
        munich = try House("Munich \(profile.name)", purposes)
        stranger = try House("Stranger \(profile.name)", purposes)
    }
}
