/// One thing that is looked at before a section opens. Each is named for what it establishes.
public enum Check: String, CaseIterable, Sendable, Hashable {
    /// The passport's signature under the key it names.
    case issuerSignature
    /// That key's window and end.
    case issuerKey
    /// What the issuer is to us.
    case issuerStanding
    /// Whether the issuer's manifest is current.
    case manifest
    /// Whether our clock can be right.
    case clock
    /// The passport's own period.
    case passportPeriod
    /// The passport's entry in its status list.
    case passportStatus
    /// The grant's signature, the signer's authority, the rules of its terms, and its parents.
    case grantSignature
    /// The granting key's window and end.
    case grantKey
    /// Whether a card was presented, and where.
    case card
    /// The grant's period.
    case grantPeriod
    /// The grant's entry in its status list.
    case grantStatus
    /// Signed withdrawals known here.
    case withdrawal
    /// Whether the grant is for us.
    case recipient
    /// Whether the grant allows the purpose we state.
    case purpose
    /// The sender's statement of what it gave to whom.
    case disclosure
    /// What the sender is to us.
    case senderStanding
    /// Whether the ring is the one that the grant was signed over.
    case ring
}

/// What a check found. Not a boolean: each state has its own line in the verification table.
public enum CheckState: String, CaseIterable, Sendable, Hashable {
    /// The signature, hash or statement holds.
    case holds
    /// It does not.
    case broken
    /// The keys to check it with are not known here.
    case unverifiable
    /// The key was in force.
    case inForce
    /// The key was not in force at the claimed time.
    case outsideWindow
    /// The key was stolen or may have been, before or at the claimed time.
    case suspect
    /// The claimed time precedes the theft, and nothing proves it.
    case ageUnproven
    /// Signed with the person's own key.
    case holder
    /// Pinned here.
    case pinned
    /// On a list followed here.
    case listed
    /// Unknown to us.
    case unknown
    /// Within its period, or not yet expired.
    case current
    /// Its period has not begun.
    case notYet
    /// Its period is over.
    case over
    /// Two manifests carry one number.
    case forked
    /// The clock is behind what we have already seen.
    case behind
    /// Checked against a recent list.
    case fresh
    /// Checked against a list up to `VerificationTable.staleDays` old.
    case stale
    /// Checked against an older list.
    case staleLong
    /// Ended: expired, replaced or withdrawn.
    case ended
    /// Ended in an earlier list; the newest one shows it valid again.
    case endedEarlier
    /// A signed withdrawal ends it.
    case withdrawn
    /// Nothing of the kind is known or needed.
    case none
    /// Presented at a desk that says so.
    case presented
    /// Nobody says where it was presented.
    case unwitnessed
    /// It names us, or allows what we state.
    case granted
    /// It does not.
    case notGranted
}

/// What follows from a state for a section.
public enum Verdict: Int, Comparable, Sendable, Hashable {
    /// Open without remark.
    case open = 0
    /// Open, and say it.
    case warn = 1
    /// Do not open.
    case refuse = 2

    /// Orders by severity.
    public static func < (one: Verdict, other: Verdict) -> Bool {
        one.rawValue < other.rawValue
    }

    /// The name in the Spec's table and in JSON.
    public var name: String {
        switch self {
        case .open: "open"
        case .warn: "warn"
        case .refuse: "refuse"
        }
    }
}

/// How much harm a section does in wrong hands, and how much harm its absence does.
public enum SectionClass: String, CaseIterable, Sendable, Hashable {
    /// What an emergency needs: `emergency`, `medication`.
    case vital
    /// Everything between.
    case ordinary
    /// What can get somebody hurt: `risk`, `guardianship`, and every kind not known here.
    case sensitive

    /// The class of a section kind.
    public init(kind: Int) {
        switch kind {
        case 1, 2: self = .vital
        case 3, 4, 5, 8, 9: self = .ordinary
        default: self = .sensitive
        }
    }
}
