/// A date known to the day, the month or the year, as FHIR has them; times of day never travel.
///
/// The encoding is one number whose count of digits says how much is known: 2026, 202603,
/// 20260314. It reads as what it means in any diagnostic dump.
public struct PartialDate: Hashable, Sendable {
    /// 1000 to 9999.
    public let year: Int
    /// 1 to 12.
    public let month: Int?
    /// 1 to the last day of the month.
    public let day: Int?

    /// A date; nil when the calendar has no such day.
    public init?(year: Int, month: Int? = nil, day: Int? = nil) {
        guard (1000...9999).contains(year) else { return nil }
        if let month {
            guard (1...12).contains(month) else { return nil }
            if let day {
                guard (1...Self.days(in: month, of: year)).contains(day) else { return nil }
            }
        } else if day != nil {
            return nil
        }
        self.year = year
        self.month = month
        self.day = day
    }

    /// The date that a number stands for.
    public init?(number: Int) {
        switch number {
        case 1000...9999: self.init(year: number)
        case 100_000...999_999: self.init(year: number / 100, month: number % 100)
        case 10_000_000...99_999_999:
            self.init(year: number / 10_000, month: number / 100 % 100, day: number % 100)
        default: return nil
        }
    }

    /// Reads `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard (1...3).contains(parts.count) else { return nil }
        var numbers: [Int] = []
        for (index, part) in parts.enumerated() {
            guard part.utf8.count == (index == 0 ? 4 : 2),
                part.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(part)
            else { return nil }
            numbers.append(number)
        }
        var rest = numbers[...]
        guard let year = rest.popFirst() else { return nil }
        self.init(year: year, month: rest.popFirst(), day: rest.popFirst())
    }

    /// The number that stands for the date.
    public var number: Int {
        guard let month else { return year }
        guard let day else { return year * 100 + month }
        return (year * 100 + month) * 100 + day
    }

    /// `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
    public var text: String {
        guard let month else { return "\(year)" }
        let head = "\(year)-\(Self.twoDigits(month))"
        guard let day else { return head }
        return "\(head)-\(Self.twoDigits(day))"
    }

    /// For sorting: an unknown month or day counts as the earliest possible one.
    public var earliest: Int { (year * 100 + (month ?? 1)) * 100 + (day ?? 1) }

    /// The date some days later; nil when the day is not known or the calendar ends.
    public func adding(days: Int) -> PartialDate? {
        guard let month, let day, (0...100_000).contains(days) else { return nil }
        var result = (year: year, month: month, day: day + days)
        while result.day > Self.days(in: result.month, of: result.year) {
            result.day -= Self.days(in: result.month, of: result.year)
            result.month += 1
            if result.month > 12 {
                result.month = 1
                result.year += 1
            }
        }
        return PartialDate(year: result.year, month: result.month, day: result.day)
    }

    private static func twoDigits(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }

    private static func days(in month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
