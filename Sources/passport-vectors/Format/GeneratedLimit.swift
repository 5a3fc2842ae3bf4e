/// Limits whose artefacts are too big for a file; the tests make them as they run.
enum GeneratedLimit: String, CaseIterable, Sendable {
    case auditEntryBytes
    case boxBytes
    case cborItems
    case envelopeBytes
    case evidenceSignatures
    case identitiesPerEnvelope
    case identityBytes
    case keyFileBytes
    case manifestBytes
    case manifestChain
    case noteBytes
    case noticeBytes
    case passportBytes
    case passportsPerEnvelope
    case statusListBytes
    case statusListsPerEnvelope

    /// What the manifest says about them.
    static var manifest: JSON { .list(allCases.map { .text($0.rawValue) }) }
}
