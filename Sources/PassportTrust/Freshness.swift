public import PassportCoding

/// How recent what we know about an object's end is. Never a boolean: "no" and "we have not
/// heard for three weeks" lead to different acts.
public enum Freshness: Hashable, Sendable {
    /// Checked against a list no older than `Freshness.freshDays`.
    case fresh
    /// Checked against a list this many days old.
    case stale(days: Int)
    /// Over: expired, superseded or withdrawn. To a stranger these look alike.
    case ended
    /// Over by a list seen earlier, though the newest one shows it valid again. What has ended
    /// stays so; a backup that was restored, or a stolen status key, may be behind it.
    case endedEarlier
    /// Nothing is known: no list, or a clock that cannot be right.
    case unknown

    /// Up to this many days a list counts as fresh.
    public static let freshDays = 7

    /// The age of a list at a moment.
    public static func age(of issued: Timestamp, at now: Timestamp) -> Freshness {
        let days = now.days(since: issued)
        if days < 0 { return .unknown }
        return days <= Int64(freshDays) ? .fresh : .stale(days: Int(clamping: days))
    }

    /// True when it has ended, whatever list says so.
    public var isOver: Bool { self == .ended || self == .endedEarlier }

    /// The name in JSON.
    public var name: String {
        switch self {
        case .fresh: "fresh"
        case .stale: "stale"
        case .ended: "ended"
        case .endedEarlier: "endedEarlier"
        case .unknown: "unknown"
        }
    }
}
