public import CarePassport
public import PassportCoding
public import PassportCrypto
internal import PassportSecrecy
public import PassportTrust

/// One passport with its report.
public struct ExaminedPassport: Sendable {
    /// What every check found.
    public let report: VerificationReport
    /// The passport, when its signature holds.
    public let passport: VerifiedPassport?
    /// The grant, when it holds.
    public let grant: VerifiedGrant?
    let ring: Ring?
}

/// A section that was opened: verified, granted, logged, decrypted.
public struct OpenedSection: Sendable {
    /// SHA-256 over the passport that it came from.
    public let passport: Digest
    /// The passport's own number.
    public let number: Identifier
    /// Who wrote it.
    public let issuer: OrganisationID
    /// What the issuer is to us.
    public let standing: IssuerStanding
    /// The section.
    public let section: Section
}

/// Everything that was checked, and what may be opened. Opening needs a durable intent.
public struct ExaminedEnvelope: Sendable {
    /// The passports with their reports.
    public let passports: [ExaminedPassport]
    /// The sender's statement.
    public let disclosure: DisclosureTerms
    /// What the sections will be used for.
    public let purpose: Purpose
    /// What the checks went by: what was known, and the evidence that came along.
    public let knowledge: Knowledge

    /// The sections that the table lets open, for each passport, ascending.
    ///
    /// - Parameter wanted: the kinds asked for; nil asks for all that were granted.
    public func request(_ wanted: [Int]?) -> OpeningRequest {
        let items = passports.flatMap { examined in
            let report = examined.report
            let kinds = wanted.map { Set($0).intersection(report.granted) } ?? Set(report.granted)
            return kinds.sorted()
                .filter { report.verdict(section: $0) < .refuse }
                .filter { examined.ring?.kinds.contains($0) ?? false }
                .map { OpeningRequest.Item(passport: report.passport, kind: $0) }
        }
        return OpeningRequest(items: items)
    }

    /// Opens what was requested. Consumes the proof that the log holds the intent.
    ///
    /// - Throws: `wrongIntent` when the proof is for another request, `brokenSlot` when a slot
    ///   is not what the signed claims commit to.
    public func open(
        _ request: OpeningRequest, intent: consuming DurableIntent
    ) throws(SealingError) -> [OpenedSection] {
        guard intent.subject == request.subject else {
            throw SealingError(.wrongIntent, .fault, "the log holds another intent")
        }
        var opened: [OpenedSection] = []
        for item in request.items {
            guard let examined = passports.first(where: { $0.report.passport == item.passport }),
                let passport = examined.passport, examined.grant != nil, let ring = examined.ring,
                examined.report.verdict(section: item.kind) < .refuse
            else { throw SealingError(.refused, .refused, "the section may not be opened") }
            opened.append(
                OpenedSection(
                    passport: passport.digest, number: passport.claims.id,
                    issuer: passport.claims.issuer,
                    standing: examined.report.standing,
                    section: try Self.open(item.kind, passport, ring)))
        }
        return opened
    }

    /// Decrypts one section with a ring that holds its slots.
    static func open(
        _ kind: Int, _ passport: VerifiedPassport, _ ring: Ring
    ) throws(SealingError) -> Section {
        let claims = passport.claims
        do {
            var padded: [UInt8] = []
            for record in ring.records where record.kind == kind {
                let opened = try ring.open(
                    record, claims.slots[record.slot],
                    committed: claims.commitments[record.slot],
                    authenticating: PassportClaims.slotBinding(
                        issuer: claims.issuer, passport: claims.id, slot: record.slot))
                // Stops one ciphertext from opening to two histories under two keys.
                guard let opened else {
                    throw SealingError(
                        .brokenSlot, .refused, "a slot's key is not the one that was signed")
                }
                padded += opened
            }
            guard let bytes = Padding.unpad(padded) else {
                throw SealingError(.brokenSlot, .refused, "a section is not whole")
            }
            let section = try Section(decoding: bytes)
            // Stops an issuer's ring from passing off one kind as another.
            guard section.content.kind == kind else {
                throw SealingError(.brokenSlot, .refused, "a section of another kind")
            }
            return section
        } catch {
            throw SealingError("section", error)
        }
    }
}

/// Which sections of which passports are about to be opened.
public struct OpeningRequest: Hashable, Sendable {
    /// One section.
    public struct Item: Hashable, Sendable {
        /// SHA-256 over the passport.
        public let passport: Digest
        /// The section's kind.
        public let kind: Int
    }

    /// The sections.
    public let items: [Item]

    /// What is requested of one passport: each has an intent of its own in the log.
    public func part(of passport: Digest) -> OpeningRequest {
        OpeningRequest(items: items.filter { $0.passport == passport })
    }

    /// What the intent in the log is bound to.
    public var subject: Digest {
        let parts = items.map { CBORItem.array([$0.passport.item, CBORItem($0.kind)]) }
        return Digest.sha256(
            label: "care-passport/1 opening", CBORItem.array(parts).encoded())
    }

    /// The kinds, ascending, each once.
    public var kinds: [Int] { Set(items.map(\.kind)).sorted() }
}
