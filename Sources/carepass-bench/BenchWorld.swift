import CarePassport
import PassportCoding
import PassportCrypto
import PassportSealing
import PassportSecrecy
import PassportTrust

/// Two organisations and a summary of usual size, all in memory.
final class BenchWorld {
    let now = Timestamp(clamping: 1_770_000_000)
    let issuer: Identity
    let reader: Identity
    let sections: [Section]
    let statusList: SignedStatusList
    let issueKey: SigningKey
    let consentKey: SigningKey
    let readerKey: OpeningKey
    let readerBoxKey: SealingPublicKey

    init() throws {
        let issuerKeys = try KeyFile(generating: KeyPurpose.roles, from: .system)
        let readerKeys = try KeyFile(generating: KeyPurpose.roles, from: .system)
        let issuer = try Self.identity(issuerKeys, "issuer", now)
        let reader = try Self.identity(readerKeys, "reader", now)
        let sections = try Self.sections()
        self.issuer = issuer
        self.reader = reader
        self.sections = sections
        // A program loads its keys once, and lists are issued on a schedule: neither is timed.
        let issueKey = try issuerKeys.signingKey(.issue)
        let consentKey = try issuerKeys.signingKey(.consent)
        let readerKey = try readerKeys.openingKey(.sealNet)
        statusList = try Self.statusList(issuer, issuerKeys, now)
        readerBoxKey = try reader.sealingKey(.sealNet, at: now)
        self.issueKey = issueKey
        self.consentKey = consentKey
        self.readerKey = readerKey
    }

    private static func identity(
        _ keys: borrowing KeyFile, _ name: String, _ now: Timestamp
    ) throws -> Identity {
        try FirstManifest.identity(
            named: name, keys: keys, root: KeyFile(generating: [.root], from: .system),
            nextRoot: KeyFile(generating: [.root], from: .system), issued: now,
            lasting: FirstManifest.Periods(roleKeys: 1_000_000, manifest: 1_000_000))
    }

    /// Three sections of 600 bytes, each of which fits into one slot.
    private static func sections() throws -> [Section] {
        let person = try PersonReference([UInt8](repeating: 7, count: 16))
        guard let cadre = Term<Cadre>("psychologist"), let date = PartialDate("2026-02-28") else {
            throw CodingError(.malformedText, "bench words")
        }
        let contents = (1...3).map { kind in
            SectionContent.unknown(
                kind: kind + 20,
                content: CBORItem(fields: [(1, .bytes([UInt8](repeating: 3, count: 600)))]))
        }
        return contents.map {
            Section(
                person: person, provenance: Provenance(cadre: cadre, date: date), content: $0)
        }
    }

    /// Terms of a grant of all three sections to the reader.
    func terms(for status: StatusReference) -> GrantTerms {
        let later = now.adding(seconds: 500_000)
        return GrantTerms(
            id: Identifier(from: .system), passport: Digest.sha256(of: []), authority: .holder,
            recipient: .organisation(reader.organisation), sections: [21, 22, 23],
            purposes: [.treat], basis: .consent, vitalReason: nil, from: now, until: later,
            giver: .person, assent: .notNeeded, guardian: nil, onward: 0, retention: later,
            statement: ConsentStatement(
                language: "ar", method: .audio, hash: Digest.sha256(of: [2]), saidBack: true),
            status: status, ring: Digest.sha256(of: []), issued: now, desk: nil, parent: nil)
    }

    /// What a sender makes.
    struct Sending {
        let passport: UnverifiedPassport
        let issued: IssuedGrant
        let packed: EnvelopePacker.Packed
    }

    /// The whole way of a sender: a passport, a grant of it, an envelope.
    func send() throws -> Sending {
        let uri = statusList.uri
        let sealed = try PassportSealer().seal(
            sections,
            terms: PassportSealer.Terms(
                issuer: issuer.organisation, authorities: [issuer.organisation], issued: now,
                expires: now.adding(seconds: 900_000),
                status: StatusReference(uri: uri, index: 1), profile: .net),
            key: issueKey)
        let verified = try sealed.passport.verify(by: issuer)
        let issued = try GrantIssuer().grant(
            terms(for: StatusReference(uri: uri, index: 2)), ring: sealed.ring,
            passport: verified, organisation: issuer.organisation, key: consentKey)
        let packed = try EnvelopePacker(profile: .net).pack(
            EnvelopePacker.Contents(
                passports: [sealed.passport], identities: [issuer], statusLists: [statusList],
                sender: issuer.organisation, time: now),
            parcels: [
                EnvelopePacker.Parcel(
                    organisation: reader.organisation, key: readerBoxKey, grants: [issued])
            ], key: consentKey)
        return Sending(passport: sealed.passport, issued: issued, packed: packed)
    }

    private static func statusList(
        _ issuer: Identity, _ keys: borrowing KeyFile, _ now: Timestamp
    ) throws -> SignedStatusList {
        let bytes = try SignedStatusList.make(
            TokenStatusList(count: 16_384), uri: issuer.organisation.statusListURI(1),
            issued: now, expires: now.adding(seconds: 900_000), key: keys.signingKey(.status))
        return try SignedStatusList(verifying: bytes, by: issuer)
    }

    /// What the reader knows: itself, and a pin on the issuer, whose identity file and status
    /// list arrive with the envelope.
    func knowledge() -> Knowledge {
        Knowledge(
            ourselves: reader.organisation, identities: [reader.organisation: reader],
            pins: [
                issuer.organisation: Pin(
                    organisation: issuer.organisation, purposes: Set(KeyPurpose.roles),
                    pinned: now)
            ], clock: now)
    }
}
