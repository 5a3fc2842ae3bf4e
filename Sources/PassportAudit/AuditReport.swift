public import PassportCoding
internal import PassportCrypto

/// One observation about a log.
public struct AuditFinding: Hashable, Sendable {
    /// The entry it is about, if it is about one.
    public let entry: UInt64?
    /// What was found.
    public let code: AuditCode
    /// Numbers, hashes and code names for the message; never care content.
    public let arguments: [String]
}

/// How a check went.
public enum AuditStanding: Int, Comparable, Sendable {
    /// Nothing to say.
    case pass
    /// Something that a person should look at.
    case warn
    /// A rule is broken, or the check was not possible.
    case fail

    /// Orders by severity.
    public static func < (one: Self, other: Self) -> Bool { one.rawValue < other.rawValue }
}

/// The judgement on one question.
public struct AuditVerdict: Hashable, Sendable {
    /// The most severe finding's standing.
    public private(set) var standing = AuditStanding.pass
    /// The findings in the order in which they were made, at most `maximumFindings`.
    public private(set) var findings: [AuditFinding] = []
    /// Findings beyond that number.
    public private(set) var omitted = 0

    /// A log that is wrong everywhere must not exhaust the auditor's memory.
    public static let maximumFindings = 1_000

    init() {}

    mutating func add(
        _ standing: AuditStanding, _ code: AuditCode, entry: UInt64? = nil,
        _ arguments: [String] = []
    ) {
        self.standing = max(self.standing, standing)
        guard findings.count < Self.maximumFindings else {
            omitted += 1
            return
        }
        findings.append(AuditFinding(entry: entry, code: code, arguments: arguments))
    }
}

/// What an auditor can say about one exported log: four judgements that are never merged into
/// one, and a list of what was not looked at.
public struct AuditReport: Sendable {
    /// The log that was expected.
    public let origin: String
    /// The signed state, when its signature holds. Keep it for the next time.
    public let checkpoint: VerifiedCheckpoint?
    /// Is this, byte for byte, what the log signed?
    public let integrity: AuditVerdict
    /// Is everything there that belongs together?
    public let completeness: AuditVerdict
    /// How old is it?
    public let freshness: AuditVerdict
    /// Did those sign who were allowed to at the time?
    public let authority: AuditVerdict
    /// What was not checked, sorted by name.
    public let notChecked: [AuditCode]
    /// Time of the last entry that shows one.
    public let newest: Timestamp?
    /// Seconds from then to the verifier's now, negative if that lies ahead.
    public let age: Int64?
    /// The age up to which the export counts as fresh, in seconds.
    public let maximumAge: Int64
    /// Entries whose details are gone.
    public let erased: [UInt64]

    /// nil when the verifier was told that nobody will compare.
    let exchanges: [ExchangeRecord]?
}

/// What one entry contributes to the comparison of two logs.
struct ExchangeRecord: Hashable, Sendable {
    let entry: UInt64
    let isDisclosure: Bool
    /// nil when not shown.
    let reference: Digest?
    let counterpart: Digest?
    /// nil when not shown or not stated.
    let grants: Set<Digest>?
}
