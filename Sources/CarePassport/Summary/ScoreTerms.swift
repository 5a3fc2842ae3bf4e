/// How an instrument was given.
public enum ScoreMode: Vocabulary {
    /// `score-mode`.
    public static let name = "score-mode"
    /// The words by number.
    public static let words: [Int: String] = [
        1: "self-report",
        2: "interview",
        3: "interview-interpreted",
        4: "remote",
        5: "observer",
    ]
}

/// Who answered.
public enum Informant: Vocabulary {
    /// `informant`.
    public static let name = "informant"
    /// The words by number.
    public static let words: [Int: String] = [
        1: "self",
        2: "parent",
        3: "caregiver",
        4: "teacher",
        5: "clinician",
    ]
}

/// What a higher total means.
public enum Direction: Vocabulary {
    /// `direction`.
    public static let name = "direction"
    /// The words by number.
    public static let words: [Int: String] = [
        1: "higher-worse",
        2: "higher-better",
    ]
}

/// How function was rated.
public enum FunctionScale: Vocabulary {
    /// `function-scale`.
    public static let name = "function-scale"
    /// The words by number.
    public static let words: [Int: String] = [
        1: "whodas-12",
        2: "self-rated",
    ]
}
