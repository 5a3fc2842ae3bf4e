/// A moment in whole seconds since 1970-01-01T00:00:00Z, without leap seconds (POSIX time).
///
/// The format has no finer clock: seconds are what CWT carries, and finer times would tell
/// printed sheets apart.
public struct Timestamp: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Seconds since the epoch, 0 … 253,402,300,799 (the year 9999).
    public let seconds: Int64

    /// The last moment that the format can say: 9999-12-31T23:59:59Z.
    public static let latest = Timestamp(clamping: 253_402_300_799)

    /// A moment, moved into the range that the format can say.
    public init(clamping seconds: Int64) {
        self.seconds = min(max(seconds, 0), 253_402_300_799)
    }

    /// The moment `seconds` later (earlier when negative), kept within range.
    public func adding(seconds more: Int64) -> Timestamp {
        let (sum, overflow) = seconds.addingReportingOverflow(more)
        return Timestamp(clamping: overflow ? (more < 0 ? 0 : Int64.max) : sum)
    }

    /// Whole days from `earlier` to this moment, negative when it is later.
    public func days(since earlier: Timestamp) -> Int64 {
        (seconds - earlier.seconds) / 86_400
    }

    /// Orders by time.
    public static func < (one: Timestamp, other: Timestamp) -> Bool {
        one.seconds < other.seconds
    }

    /// The moment as an item.
    public var item: CBORItem { .unsigned(UInt64(seconds)) }

    /// RFC 3339 in UTC, for example `2026-03-01T09:30:00Z`.
    public var description: String {
        let (year, month, day) = civilDate
        let rest = seconds % 86_400
        func two(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let padding = String(repeating: "0", count: max(0, 4 - "\(year)".count))
        return "\(padding)\(year)-\(two(month))-\(two(day))"
            + "T\(two(rest / 3_600)):\(two(rest / 60 % 60)):\(two(rest % 60))Z"
    }

    /// Year, month and day in the proleptic Gregorian calendar, by Hinnant's `civil_from_days`.
    private var civilDate: (Int64, Int64, Int64) {
        let shifted = seconds / 86_400 + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }
}

extension CBORValue {
    /// A moment within the range that the format can say.
    public func timestamp() throws(CodingError) -> Timestamp {
        Timestamp(
            clamping: Int64(try unsigned(in: 0...UInt64(Timestamp.latest.seconds))))
    }
}
