/// Whether a medicine is taken.
public enum MedicineStatus: Vocabulary {
    /// `medicine-status`.
    public static let name = "medicine-status"
    /// The words by number.
    public static let words: [Int: String] = [
        1: "active",
        2: "completed",
        3: "stopped",
        4: "on-hold",
        5: "intended",
        6: "not-taken",
        7: "cancelled",
        8: "draft",
        9: "unknown",
    ]
}

/// A unit of time.
public enum TimeUnit: Vocabulary {
    /// `time-unit`.
    public static let name = "time-unit"
    /// The words by number.
    public static let words: [Int: String] = [
        1: "s",
        2: "min",
        3: "h",
        4: "d",
        5: "wk",
        6: "mo",
        7: "a",
    ]
}

/// A time of the day or a relation to meals.
public enum DayTime: Vocabulary {
    /// `day-time`.
    public static let name = "day-time"
    /// The words by number.
    public static let words: [Int: String] = [
        1: "MORN",
        2: "NOON",
        3: "AFT",
        4: "EVE",
        5: "NIGHT",
        6: "HS",
        7: "WAKE",
        8: "C",
        9: "CM",
        10: "CD",
        11: "CV",
        12: "AC",
        13: "ACM",
        14: "ACD",
        15: "ACV",
        16: "PC",
        17: "PCM",
        18: "PCD",
        19: "PCV",
    ]
}

/// A danger that the next prescriber must know.
public enum StopWarning: Vocabulary {
    /// `stop-warning`.
    public static let name = "stop-warning"
    /// The words by number.
    public static let words: [Int: String] = [
        1: "do-not-stop-abruptly",
        2: "blood-level-needed",
        3: "not-in-pregnancy",
        4: "blood-count-needed",
    ]
}
