import CarePassport
import PassportCoding
import PassportCrypto
import PassportSealing
import PassportSecrecy
import PassportTrust

/// Two organisations and what they made, the same in every process: an input kept by one run
/// must mean the same to the next. Whatever verifies in a run and is not here was forged.
///
/// The keys come from a draft of all samples. Once the library makes other samples, the keys are
/// others too; what an older build signed would otherwise count as forged by the next.
final class World: Sendable {
    let issuer: House
    let reader: House
    let card: ConsentHalf
    let carry: CarryHalf
    let ring: Ring
    let passport: VerifiedPassport
    let grants: [IssuedGrant]
    let withdrawal: UnverifiedWithdrawal
    let disclosure: [UInt8]
    let statusList: SignedStatusList
    let staffCertificate: [UInt8]

    static let now = Timestamp(clamping: 1_770_000_000)
    static let end = now.adding(seconds: 1_000_000)
    private static let made = Result { try World(keysFrom: try World(keysFrom: []).samples) }

    /// The one world of the process.
    static func get() throws -> World { try made.get() }

    static func randomness(_ number: UInt8, _ samples: [UInt8] = []) -> Randomness {
        .repeatable(seed: Digest.sha256(of: [number] + samples))
    }

    /// Everything that the world signed.
    private var samples: [UInt8] {
        passport.bytes + grants.flatMap(\.grant.bytes) + withdrawal.bytes + disclosure
            + statusList.bytes + staffCertificate + issuer.identity.encoded()
    }

    private init(keysFrom samples: [UInt8]) throws {
        let issuer = try House("issuer", 10, samples)
        let reader = try House("reader", 20, samples)
        let card = try ConsentHalf(from: Self.randomness(1, samples))
        let uri = issuer.identity.organisation.statusListURI(1)
        let sealed = try PassportSealer(randomness: Self.randomness(2)).seal(
            Self.sections(),
            terms: PassportSealer.Terms(
                issuer: issuer.identity.organisation,
                authorities: [issuer.identity.organisation], issued: Self.now,
                expires: Self.end, status: StatusReference(uri: uri, index: 1), profile: .paper),
            card: card, key: issuer.key(.issue))
        let passport = try sealed.passport.verify(by: issuer.identity)
        let own = issuer.identity.organisation
        let consent = try issuer.key(.consent)
        let byHouse = try GrantIssuer(randomness: Self.randomness(3)).grant(
            Self.terms(
                StatusReference(uri: uri, index: 2),
                .organisation(reader.identity.organisation), 4, onward: 2),
            ring: sealed.ring, passport: passport, organisation: own, key: consent)
        var narrower = Self.terms(
            StatusReference(
                uri: reader.identity.organisation.statusListURI(1), index: 4), .bearer, 8,
            onward: 1)
        narrower.sections = [5]
        narrower.parent = byHouse.grant.bytes
        let onward = try GrantIssuer(randomness: Self.randomness(9)).grant(
            narrower, ring: byHouse.ring, passport: passport,
            organisation: reader.identity.organisation, key: reader.key(.consent))
        let byHolder = try GrantIssuer(randomness: Self.randomness(5)).grant(
            Self.terms(StatusReference(uri: uri, index: 3), .bearer, 6), passport: passport,
            card: card, desk: own, key: consent)
        withdrawal = try WithdrawalIssuer(randomness: Self.randomness(7)).withdraw(
            grants: [byHouse.grant.terms.id], of: passport, reason: .person,
            at: Self.now.adding(seconds: 60), organisation: own, key: consent)
        let statement = DisclosureTerms(
            sender: own, recipient: .bearer, passports: [passport.digest],
            grants: [byHolder.grant.digest], reference: [UInt8](repeating: 7, count: 32),
            time: Self.now)
        disclosure = try COSESign1.sign(
            statement.encoded(), as: .disclosure, with: consent
        ).bytes
        var list = TokenStatusList(count: 64)
        list.end(9)
        statusList = try SignedStatusList(
            verifying: SignedStatusList.make(
                list, uri: uri, issued: Self.now, expires: Self.end, key: issuer.key(.status)),
            by: issuer.identity)
        staffCertificate = try StaffCertificate.make(
            organisation: own, key: consent.verifyingKey, notBefore: Self.now,
            notAfter: Self.end, issuer: issuer.key(.issue))
        carry = try card.carryHalf()
        grants = [byHouse, byHolder, onward]
        ring = sealed.ring
        self.passport = passport
        self.issuer = issuer
        self.reader = reader
        self.card = card
    }

    /// Sections of two known kinds and of one that this version does not read.
    static func sections() throws -> [Section] {
        let person = try PersonReference([UInt8](repeating: 7, count: 16))
        var diagnosis = DiagnosisContent()
        diagnosis.diagnoses = [Diagnosis(codes: [Code(.icd11, "6B40", display: "PTSD")])]
        diagnosis.diagnoses[0].since = PartialDate("2024-05")
        var medication = MedicationContent()
        medication.statements = [Term(number: 1)]
        let unknown = CBORItem(fields: [(1, .bytes([1, 2, 3])), (-1, .text("later"))])
        let contents: [SectionContent] = [
            .diagnosis(diagnosis), .medication(medication), .unknown(kind: 21, content: unknown),
        ]
        guard let date = PartialDate("2026-02-28") else { throw Unusable(what: "no date") }
        return contents.map {
            Section(
                person: person, provenance: Provenance(cadre: Term(number: 1), date: date),
                content: $0)
        }
    }

    private static func terms(
        _ status: StatusReference, _ recipient: Recipient, _ number: UInt8,
        onward: Int = 0
    ) -> GrantTerms {
        GrantTerms(
            id: Identifier(from: randomness(number)), passport: Digest.sha256(of: []),
            authority: .holder, recipient: recipient, sections: [2, 5, 21], purposes: [.treat],
            basis: .consent, vitalReason: nil, from: now, until: end, giver: .person,
            assent: .notNeeded, guardian: nil, onward: onward, retention: end,
            statement: ConsentStatement(
                language: "ar", method: .audio, hash: Digest.sha256(of: [2]), saidBack: true),
            status: status, ring: Digest.sha256(of: []), issued: now, desk: nil, parent: nil)
    }

    /// Both houses by identity.
    var identities: [OrganisationID: Identity] {
        [
            issuer.identity.organisation: issuer.identity,
            reader.identity.organisation: reader.identity,
        ]
    }

    /// What the reader knows: both houses, the issuer pinned.
    var knowledge: Knowledge {
        Knowledge(
            ourselves: reader.identity.organisation, identities: identities,
            pins: [
                issuer.identity.organisation: Pin(
                    organisation: issuer.identity.organisation,
                    purposes: Set(KeyPurpose.roles), pinned: Self.now)
            ], clock: Self.now.adding(seconds: 3_600))
    }
}

/// One organisation: its keys, its roots and its identity.
final class House: Sendable {
    let identity: Identity
    let manifest: KeyManifest
    private let keys: KeyFile
    private let roots: KeyFile
    private let nextRoots: KeyFile

    init(_ name: String, _ number: UInt8, _ samples: [UInt8]) throws {
        let keys = try KeyFile(
            generating: KeyPurpose.roles, from: World.randomness(number, samples))
        let first = try KeyFile(generating: [.root], from: World.randomness(number + 1, samples))
        let next = try KeyFile(generating: [.root], from: World.randomness(number + 2, samples))
        var signing: [VerifyingKey] = []
        var sealing: [SealingPublicKey] = []
        for purpose in KeyPurpose.roles {
            if purpose.isSealing {
                sealing.append(try keys.openingKey(purpose).publicKey)
            } else {
                signing.append(try keys.signingKey(purpose).verifyingKey)
            }
        }
        let hashes = signing.map(\.keyHash) + sealing.map(\.keyHash)
        let roles = zip(KeyPurpose.roles, hashes).map {
            RoleKey(purpose: $0, keyHash: $1, notBefore: World.now, notAfter: World.end)
        }
        let root = try first.signingKey(.root)
        manifest = KeyManifest(
            organisation: nil, epoch: 1, version: 1, previous: nil,
            rootKeys: [root.verifyingKey], threshold: 1,
            nextRootKeyHashes: [try next.signingKey(.root).verifyingKey.keyHash],
            nextThreshold: 1, issued: World.now, expires: World.end, roleKeys: roles, name: name)
        var signer = ManifestSigner(manifest)
        try signer.sign(with: root)
        identity = try Identity(
            chain: ManifestChain(verifying: [signer.finish()]), signingKeys: signing,
            sealingKeys: sealing)
        self.keys = keys
        roots = first
        nextRoots = next
    }

    func key(_ purpose: KeyPurpose) throws -> SigningKey { try keys.signingKey(purpose) }

    func openingKey(_ purpose: KeyPurpose) throws -> OpeningKey { try keys.openingKey(purpose) }

    /// The root key of the first epoch or of the second.
    func root(next: Bool) throws -> SigningKey {
        try next ? nextRoots.signingKey(.root) : roots.signingKey(.root)
    }
}
