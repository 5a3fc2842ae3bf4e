/// Every bound on untrusted input, in one place; `Spec/limits.md` holds the same table, and a
/// test compares the two.
public enum Limits {
    /// Levels of nesting in one CBOR item, the outermost and the innermost item counted.
    public static let cborDepth = 12
    /// Data items in one CBOR item, counted over all levels.
    public static let cborItems = 65_536
    /// Bytes of one envelope.
    public static let envelopeBytes = 16_777_216
    /// Passports in one envelope.
    public static let passportsPerEnvelope = 8
    /// Bytes of one passport.
    public static let passportBytes = 65_536
    /// Bytes of one grant, its embedded parents included.
    public static let grantBytes = 16_384
    /// Bytes of a box's ciphertext.
    public static let boxBytes = 262_144
    /// Organisations that one passport names as grant authorities.
    public static let authorities = 8
    /// Bytes of the address of a status list.
    public static let addressBytes = 256
    /// How often a grant may be passed on.
    public static let onwardDepth = 3
    /// Bytes of one key manifest.
    public static let manifestBytes = 32_768
    /// Manifests in one organisation's chain.
    public static let manifestChain = 1_024
    /// Root keys of one organisation.
    public static let rootKeys = 16
    /// Role keys of one organisation.
    public static let roleKeys = 128
    /// Organisations that one organisation follows at a daemon.
    public static let followedOrganisations = 1_024
    /// Bytes of identity files and status lists that lie at a daemon for one follower.
    public static let followedBytes = 536_870_912
    /// Bytes of an identity file: a chain of manifests and the full keys beside it.
    public static let identityBytes = 4_194_304
    /// Identities carried as evidence in one envelope.
    public static let identitiesPerEnvelope = 32
    /// Signatures of manifests that are checked for the evidence of one envelope.
    public static let evidenceSignatures = 1_024
    /// Bytes of one signed status list.
    public static let statusListBytes = 1_048_576
    /// Bytes of a status list after inflating.
    public static let statusListInflatedBytes = 1_048_576
    /// Status lists carried as evidence in one envelope.
    public static let statusListsPerEnvelope = 64
    /// Earlier lists kept for one address because the newest shows as valid what they ended.
    public static let earlierStatusLists = 8
    /// Bytes of one withdrawal.
    public static let withdrawalBytes = 8_192
    /// Grants named by one withdrawal.
    public static let grantsPerWithdrawal = 64
    /// Bytes of one operator certificate.
    public static let operatorCertificateBytes = 4_096
    /// Bytes of one audit entry.
    public static let auditEntryBytes = 16_384
    /// Bytes of one exported audit log.
    public static let auditExportBytes = 1_073_741_824
    /// Bytes of what stands before the entries of an exported audit log.
    public static let auditHeaderBytes = 16_777_216
    /// Entries of one exported audit log.
    public static let auditEntries = 4_194_304
    /// Bytes of one signed note.
    public static let noteBytes = 65_536
    /// Signature lines in one signed note.
    public static let noteSignatures = 64
    /// Bytes of one sealed notice.
    public static let noticeBytes = 16_384
    /// Bytes of one receipt.
    public static let receiptBytes = 1_024
    /// Services that one manifest names.
    public static let services = 4
    /// Bytes of a request's or answer's header fields.
    public static let headerBytes = 16_384
    /// Bytes of a JSON body in a request or answer.
    public static let wireJSONBytes = 262_144
    /// Items in one page of an inbox or outbox.
    public static let pageItems = 100
    /// Bytes of one FHIR document.
    public static let fhirBytes = 16_777_216
    /// Depth of nested JSON values.
    public static let jsonDepth = 64
    /// Bytes of one key file.
    public static let keyFileBytes = 65_536
    /// Bytes of one passphrase.
    public static let passphraseBytes = 1_024
    /// Characters of a display text in care content.
    public static let displayCharacters = 160
    /// Characters of free text in care content.
    public static let freeTextCharacters = 280
    /// Bytes of one section before padding.
    public static let sectionBytes = 24_572
}
