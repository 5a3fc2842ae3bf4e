import CarePassport
import PassportCoding
import PassportCrypto
import PassportSealing
import PassportSecrecy
import PassportTrust
import Testing

/// Somebody who holds the key files of an organisation, their passphrase, and a program of their
/// own: everything that keys can do and this software would not.
final class Insider {
    let identity: Identity
    let keys: KeyFile
    private let root: KeyFile

    init(_ world: World, _ home: String) throws {
        identity = try Identity(decoding: world.folder.bytes("\(home).identity"))
        func open(_ name: String) throws -> KeyFile {
            var words = Array(World.passphrase.utf8)
            return try KeyFile(
                decoding: world.folder.bytes("\(home)/\(name).key"),
                passphrase: Passphrase(consuming: &words))
        }
        keys = try open("keystore")
        root = try open("root")
    }

    var id: OrganisationID { identity.organisation }

    /// Another manifest under the organisation's own root that follows some identity of it.
    func successor(of known: Identity, named name: String) throws -> Identity {
        var manifest = known.chain.current
        manifest.organisation = id
        manifest.version += 1
        manifest.previous = known.chain.currentHash
        manifest.name = name
        var signer = ManifestSigner(manifest)
        try signer.sign(with: root.signingKey(.root))
        return try Identity(
            chain: ManifestChain(verifying: known.chain.manifests + [signer.finish()]),
            signingKeys: KeyPurpose.roles.filter(\.isSigning)
                .flatMap { identity.signingKeys(for: $0).map(\.key) },
            sealingKeys: KeyPurpose.roles.filter(\.isSealing)
                .map { try identity.sealingKey($0, at: manifest.issued) })
    }

    private func passportTerms(
        _ status: StatusReference?, _ now: Timestamp
    ) -> PassportSealer.Terms {
        PassportSealer.Terms(
            issuer: id, authorities: [id], issued: now, expires: now.adding(seconds: 86_400),
            status: status ?? self.status(1), profile: .net)
    }

    /// A passport of any sections, with its full ring.
    func seal(
        _ sections: [Section], at now: Timestamp, status: StatusReference? = nil
    ) throws -> PassportSealer.Sealed {
        try PassportSealer().seal(
            sections, terms: passportTerms(status, now), key: keys.signingKey(.issue))
    }

    /// A passport under somebody's card.
    func seal(
        _ sections: [Section], at now: Timestamp, card: borrowing ConsentHalf
    ) throws -> PassportSealer.Sealed {
        try PassportSealer().seal(
            sections, terms: passportTerms(nil, now), card: card, key: keys.signingKey(.issue))
    }

    private func grantTerms(
        _ sealed: PassportSealer.Sealed, to recipient: OrganisationID, _ sections: [Int],
        _ now: Timestamp, _ status: StatusReference?
    ) -> GrantTerms {
        let end = now.adding(seconds: 86_400)
        return GrantTerms(
            id: Identifier(from: .system), passport: sealed.passport.digest,
            authority: .organisation(id), recipient: .organisation(recipient),
            sections: sections, purposes: [.treat], basis: .consent, vitalReason: nil,
            from: now, until: end, giver: .person, assent: .notNeeded, guardian: nil, onward: 0,
            retention: end,
            statement: ConsentStatement(
                language: "ar", method: .audio, hash: Digest.sha256(of: [1]), saidBack: true),
            status: status ?? self.status(2), ring: sealed.ring.digest, issued: now, desk: nil,
            parent: nil)
    }

    /// A grant of all that a passport of this organisation holds.
    func grant(
        _ sealed: PassportSealer.Sealed, to recipient: OrganisationID, _ sections: [Int],
        at now: Timestamp, status: StatusReference? = nil
    ) throws -> IssuedGrant {
        try GrantIssuer().grant(
            grantTerms(sealed, to: recipient, sections, now, status), ring: sealed.ring,
            passport: sealed.passport.verify(by: identity), organisation: id,
            key: keys.signingKey(.consent))
    }

    /// The same by the person alone, with no desk to see it.
    func grant(
        _ sealed: PassportSealer.Sealed, to recipient: OrganisationID, _ sections: [Int],
        at now: Timestamp, status: StatusReference, card: borrowing ConsentHalf
    ) throws -> IssuedGrant {
        var terms = grantTerms(sealed, to: recipient, sections, now, status)
        terms.authority = .holder
        let bytes = try COSESign1.sign(
            terms.encoded(), as: .grant, with: card.holderKey(for: sealed.passport.claims.id)
        ).bytes
        return IssuedGrant(grant: try UnverifiedGrant(decoding: bytes), ring: sealed.ring)
    }

    /// An envelope by this organisation with passports of anybody.
    func pack(
        _ passports: [UnverifiedPassport], _ grants: [IssuedGrant], for recipient: Identity,
        at now: Timestamp
    ) throws -> [UInt8] {
        try EnvelopePacker(profile: .net).pack(
            EnvelopePacker.Contents(
                passports: passports, identities: [], statusLists: [], sender: id, time: now),
            parcels: [
                EnvelopePacker.Parcel(
                    organisation: recipient.organisation,
                    key: recipient.sealingKey(.sealNet, at: now), grants: grants)
            ], key: keys.signingKey(.consent)
        ).envelope.encoded()
    }

    private func status(_ index: Int) -> StatusReference {
        StatusReference(uri: id.statusListURI(9), index: index)
    }
}
