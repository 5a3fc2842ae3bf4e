/// Whether a problem is present.
public enum ClinicalStatus: Vocabulary {
    /// `clinical-status`.
    public static let name = "clinical-status"
    /// The words by number.
    public static let words: [Int: String] = [
        1: "active",
        2: "recurrence",
        3: "relapse",
        4: "inactive",
        5: "remission",
        6: "resolved",
    ]
}

/// How sure the author was.
public enum Certainty: Vocabulary {
    /// `certainty`.
    public static let name = "certainty"
    /// The words by number.
    public static let words: [Int: String] = [
        1: "unconfirmed",
        2: "provisional",
        3: "differential",
        4: "confirmed",
    ]
}

/// A statement that there is nothing, or that nothing is known: none known is not the same as
/// not asked.
public enum AbsenceStatement: Vocabulary {
    /// `statement`.
    public static let name = "statement"
    /// The words by number.
    public static let words: [Int: String] = [
        1: "none-known",
        2: "no-information",
        3: "no-known-medicine-allergies",
        4: "no-known-food-allergies",
        5: "no-known-environmental-allergies",
    ]
}

/// What stands behind a code.
public enum CodeStatus: Vocabulary {
    /// `code-status`.
    public static let name = "code-status"
    /// The words by number.
    public static let words: [Int: String] = [
        1: "verified",
        2: "local",
        3: "withdrawn",
        4: "as-imported",
    ]
}

/// Whether content was translated.
public enum Translation: Vocabulary {
    /// `translation`.
    public static let name = "translation"
    /// The words by number.
    public static let words: [Int: String] = [
        1: "none",
        2: "human",
        3: "machine",
    ]
}
