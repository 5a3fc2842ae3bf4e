import CarePassport
import PassportAudit
import PassportCoding
import PassportCrypto
import PassportSealing
import PassportTrust

/// What the log keeps of each act on a passport, whichever command does it.
extension AuditFields {
    /// A passport was sealed.
    ///
    /// - Parameter kinds: of its sections.
    static func sealing(_ passport: UnverifiedPassport, _ kinds: [Int], _ now: Timestamp) -> Self {
        var fields = Self(act: .passportSealed, time: now)
        fields.passport = passport.digest
        fields.sections = kinds
        return fields
    }

    /// Something was granted.
    static func granting(_ grant: UnverifiedGrant, _ now: Timestamp) -> Self {
        var fields = Self(act: .grantMade, time: now)
        fields.passport = grant.terms.passport
        fields.grants = [grant.digest]
        fields.sections = grant.terms.sections
        fields.purposes = grant.terms.purposes.map(\.rawValue)
        if case .organisation(let id) = grant.terms.recipient { fields.counterpart = id.digest }
        return fields
    }

    /// What was granted went into an envelope for one recipient.
    ///
    /// - Parameter passport: nil where there are several.
    static func disclosing(
        _ disclosure: DisclosureTerms, in envelope: Envelope, of passport: Digest?,
        _ grants: [IssuedGrant], _ now: Timestamp
    ) -> Self {
        var fields = Self(act: .disclosed, time: now)
        fields.reference = disclosure.referenceHash
        fields.grants = disclosure.grants
        fields.sections = Set(grants.flatMap(\.grant.terms.sections)).sorted()
        fields.object = envelope.contentDigest
        fields.passport = passport
        if case .organisation(let id) = disclosure.recipient { fields.counterpart = id.digest }
        return fields
    }

    /// A status list was signed.
    static func listing(_ list: SignedStatusList, _ now: Timestamp) -> Self {
        var fields = Self(act: .statusIssued, time: now)
        fields.object = Digest.sha256(of: list.bytes)
        return fields
    }
}
