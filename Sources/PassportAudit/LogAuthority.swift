public import PassportCoding
public import PassportCrypto

/// A key with the time in which it counts, as the trust layer found it.
public struct AuthorisedKey: Hashable, Sendable {
    /// The key.
    public let key: VerifyingKey
    /// First moment at which it counts.
    public let notBefore: Timestamp
    /// Last moment at which it counts.
    public let notAfter: Timestamp
    /// The moment from which somebody else may have had it.
    public let compromisedSince: Timestamp?

    /// States a key's time.
    public init(
        key: VerifyingKey, notBefore: Timestamp, notAfter: Timestamp,
        compromisedSince: Timestamp? = nil
    ) {
        self.key = key
        self.notBefore = notBefore
        self.notAfter = notAfter
        self.compromisedSince = compromisedSince
    }
}

/// Who may sign for one log. The caller makes it from verified manifests and certificates; this
/// module trusts it and nothing in the export itself.
public struct LogAuthority: Sendable {
    /// The log.
    public let origin: String
    /// Keys that the organisation's manifests list for `log`, ended ones included.
    public let logKeys: [AuthorisedKey]
    /// Keys of members of staff whose certificates were verified.
    public let staffKeys: [AuthorisedKey]
    /// How it is known that these are the keys of the organisation that is meant.
    public let identity: IdentityStanding

    /// States who may sign, and how that is known: nobody can leave it out.
    public init(
        origin: String, logKeys: [AuthorisedKey], staffKeys: [AuthorisedKey],
        identity: IdentityStanding
    ) {
        self.origin = origin
        self.logKeys = logKeys
        self.staffKeys = staffKeys
        self.identity = identity
    }
}

/// How an auditor knows whose keys judge a log. Keys that come out of the judged file itself
/// prove nothing about who wrote it: anybody can make an organisation.
public enum IdentityStanding: String, Hashable, Sendable, CaseIterable {
    /// Compared with what the organisation itself said, such as its fingerprint.
    case confirmed
    /// Not compared with anything.
    case unconfirmed
    /// Not compared, and the auditor said that this does not matter.
    case waived
    /// Compared, and not the same.
    case differs
}

/// A checkpoint that the auditor verified earlier and kept.
public struct KeptCheckpoint: Hashable, Sendable {
    /// The checkpoint.
    public let checkpoint: VerifiedCheckpoint
    /// When the auditor first had it, by the auditor's own record. It proves that everything
    /// in it is at least that old, whatever the log's clock said.
    public let seenAt: Timestamp?

    /// Keeps a checkpoint.
    public init(_ checkpoint: VerifiedCheckpoint, seenAt: Timestamp? = nil) {
        self.checkpoint = checkpoint
        self.seenAt = seenAt
    }
}
