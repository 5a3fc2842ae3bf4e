public import PassportTrust

/// The one table that turns what checks found into open, warn or refuse.
///
/// `Spec/verification.md` holds the same table for people; a test compares the two row by row.
public enum VerificationTable {
    /// Up to this many days an old list makes `stale`, beyond it `staleLong`.
    public static let staleDays = 14

    /// One row: a state of a check, and the verdict for each section class, first for an issuer
    /// that is pinned or listed, then for one unknown to us.
    public struct Row: Hashable, Sendable {
        /// The check.
        public let check: Check
        /// The state.
        public let state: CheckState
        /// Verdicts for vital, ordinary and sensitive sections of an issuer known to us.
        public let known: [Verdict]
        /// The same for an issuer unknown to us.
        public let unknown: [Verdict]

        init(_ check: Check, _ state: CheckState, _ known: String, _ unknown: String) {
            func verdicts(_ letters: String) -> [Verdict] {
                letters.map { $0 == "o" ? .open : $0 == "w" ? .warn : .refuse }
            }
            self.check = check
            self.state = state
            self.known = verdicts(known)
            self.unknown = verdicts(unknown)
        }
    }

    /// All rows. A state without a row is refused.
    public static let rows: [Row] = [
        Row(.issuerSignature, .holds, "ooo", "ooo"),
        Row(.issuerSignature, .broken, "rrr", "rrr"),
        Row(.issuerSignature, .unverifiable, "rrr", "rrr"),
        Row(.issuerKey, .inForce, "ooo", "ooo"),
        Row(.issuerKey, .outsideWindow, "rrr", "rrr"),
        Row(.issuerKey, .suspect, "rrr", "rrr"),
        Row(.issuerKey, .ageUnproven, "wwr", "wrr"),
        Row(.issuerStanding, .pinned, "ooo", "rrr"),
        Row(.issuerStanding, .listed, "ooo", "rrr"),
        Row(.issuerStanding, .unknown, "rrr", "wwr"),
        Row(.manifest, .current, "ooo", "ooo"),
        Row(.manifest, .over, "www", "wwr"),
        Row(.manifest, .forked, "wrr", "wrr"),
        Row(.clock, .holds, "ooo", "ooo"),
        Row(.clock, .behind, "www", "wwr"),
        Row(.passportPeriod, .current, "ooo", "ooo"),
        Row(.passportPeriod, .notYet, "rrr", "rrr"),
        Row(.passportPeriod, .over, "rrr", "rrr"),
        Row(.passportStatus, .fresh, "ooo", "ooo"),
        Row(.passportStatus, .stale, "oww", "wwr"),
        Row(.passportStatus, .staleLong, "wrr", "wrr"),
        Row(.passportStatus, .unknown, "wrr", "wrr"),
        Row(.passportStatus, .ended, "rrr", "rrr"),
        Row(.passportStatus, .endedEarlier, "rrr", "rrr"),
        Row(.grantSignature, .holds, "ooo", "ooo"),
        Row(.grantSignature, .broken, "rrr", "rrr"),
        Row(.grantKey, .inForce, "ooo", "ooo"),
        Row(.grantKey, .holder, "ooo", "ooo"),
        Row(.grantKey, .outsideWindow, "rrr", "rrr"),
        Row(.grantKey, .suspect, "rrr", "rrr"),
        Row(.grantKey, .ageUnproven, "wwr", "wrr"),
        Row(.card, .none, "ooo", "ooo"),
        Row(.card, .presented, "ooo", "ooo"),
        Row(.card, .unwitnessed, "wwr", "wwr"),
        Row(.grantPeriod, .current, "ooo", "ooo"),
        Row(.grantPeriod, .notYet, "rrr", "rrr"),
        Row(.grantPeriod, .over, "rrr", "rrr"),
        Row(.grantStatus, .fresh, "ooo", "ooo"),
        Row(.grantStatus, .stale, "oww", "wwr"),
        Row(.grantStatus, .staleLong, "wrr", "wrr"),
        Row(.grantStatus, .unknown, "wrr", "wrr"),
        Row(.grantStatus, .ended, "rrr", "rrr"),
        Row(.grantStatus, .endedEarlier, "rrr", "rrr"),
        Row(.withdrawal, .none, "ooo", "ooo"),
        Row(.withdrawal, .withdrawn, "rrr", "rrr"),
        Row(.withdrawal, .unverifiable, "wwr", "wwr"),
        Row(.recipient, .granted, "ooo", "ooo"),
        Row(.recipient, .notGranted, "rrr", "rrr"),
        Row(.purpose, .granted, "ooo", "ooo"),
        Row(.purpose, .notGranted, "rrr", "rrr"),
        Row(.disclosure, .holds, "ooo", "ooo"),
        Row(.disclosure, .ageUnproven, "wwr", "wrr"),
        Row(.disclosure, .broken, "rrr", "rrr"),
        Row(.disclosure, .unverifiable, "rrr", "rrr"),
        Row(.senderStanding, .pinned, "ooo", "ooo"),
        Row(.senderStanding, .listed, "ooo", "ooo"),
        Row(.senderStanding, .unknown, "www", "wwr"),
        Row(.ring, .holds, "ooo", "ooo"),
        Row(.ring, .broken, "rrr", "rrr"),
    ]

    private struct Place: Hashable {
        let check: Check
        let state: CheckState
    }

    /// The rows by place: a report looks up each of its lines for each section, and going through
    /// all rows every time was a tenth of opening an envelope.
    private static let rowsByPlace = Dictionary(
        rows.map { (Place(check: $0.check, state: $0.state), $0) },
        uniquingKeysWith: { first, _ in first })

    /// The verdict for one state, section class and issuer standing.
    public static func verdict(
        _ check: Check, _ state: CheckState, _ section: SectionClass, _ issuer: IssuerStanding
    ) -> Verdict {
        guard let row = rowsByPlace[Place(check: check, state: state)] else { return .refuse }
        let column = SectionClass.allCases.firstIndex(of: section) ?? 2
        let verdicts = issuer == .unknown ? row.unknown : row.known
        return column < verdicts.count ? verdicts[column] : .refuse
    }

    /// The state for a freshness.
    public static func state(_ freshness: Freshness) -> CheckState {
        switch freshness {
        case .fresh: .fresh
        case .stale(let days): days <= staleDays ? .stale : .staleLong
        case .ended: .ended
        case .endedEarlier: .endedEarlier
        case .unknown: .unknown
        }
    }
}
