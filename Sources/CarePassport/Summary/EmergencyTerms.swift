/// Sex as asked by care.
public enum Sex: Vocabulary {
    /// `sex`.
    public static let name = "sex"
    /// The words by number.
    public static let words: [Int: String] = [
        1: "male",
        2: "female",
        3: "other",
        4: "unknown",
    ]
}

/// An age band, where a year of birth is too much.
public enum AgeBand: Vocabulary {
    /// `age-band`.
    public static let name = "age-band"
    /// The words by number.
    public static let words: [Int: String] = [
        1: "under-5",
        2: "5-9",
        3: "10-14",
        4: "15-17",
        5: "18-24",
        6: "25-39",
        7: "40-59",
        8: "60-plus",
    ]
}

/// What a person does in a language.
public enum LanguageUse: Vocabulary {
    /// `language-use`.
    public static let name = "language-use"
    /// The words by number.
    public static let words: [Int: String] = [
        1: "speaks",
        2: "reads",
    ]
}

/// Whether an interpreter is needed.
public enum InterpreterNeed: Vocabulary {
    /// `interpreter`.
    public static let name = "interpreter"
    /// The words by number.
    public static let words: [Int: String] = [
        1: "not-needed",
        2: "needed",
        3: "for-difficult-matters",
    ]
}

/// A difficulty that care must provide for.
public enum AccessNeed: Vocabulary {
    /// `access-need`.
    public static let name = "access-need"
    /// The words by number.
    public static let words: [Int: String] = [
        1: "seeing",
        2: "hearing",
        3: "moving",
        4: "remembering",
        5: "self-care",
        6: "communicating",
        7: "reading",
    ]
}

/// How great a difficulty is.
public enum Difficulty: Vocabulary {
    /// `difficulty`.
    public static let name = "difficulty"
    /// The words by number.
    public static let words: [Int: String] = [
        1: "some",
        2: "a-lot",
        3: "cannot-at-all",
    ]
}

/// What kind of danger an alert tells of.
public enum AlertKind: Vocabulary {
    /// `alert`.
    public static let name = "alert"
    /// The words by number.
    public static let words: [Int: String] = [
        1: "allergy",
        2: "medicine-danger",
        3: "seizure",
        4: "pregnancy",
    ]
}

/// What a next exposure could do.
public enum Criticality: Vocabulary {
    /// `criticality`.
    public static let name = "criticality"
    /// The words by number.
    public static let words: [Int: String] = [
        1: "low",
        2: "high",
        3: "unable-to-assess",
    ]
}

/// What kind of substance.
public enum AllergyCategory: Vocabulary {
    /// `allergy-category`.
    public static let name = "allergy-category"
    /// The words by number.
    public static let words: [Int: String] = [
        1: "food",
        2: "medication",
        3: "environment",
        4: "biologic",
    ]
}

/// How severe something was.
public enum Severity: Vocabulary {
    /// `severity`.
    public static let name = "severity"
    /// The words by number.
    public static let words: [Int: String] = [
        1: "mild",
        2: "moderate",
        3: "severe",
    ]
}
