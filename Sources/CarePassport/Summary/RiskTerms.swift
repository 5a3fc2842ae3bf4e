/// What may happen.
public enum RiskType: Vocabulary {
    /// `risk`.
    public static let name = "risk"
    /// The words by number.
    public static let words: [Int: String] = [
        1: "self-harm",
        2: "suicide",
        3: "harm-to-others",
        4: "self-neglect",
        5: "seizure",
        6: "violence-from-others",
    ]
}

/// How likely it was judged.
public enum RiskLevel: Vocabulary {
    /// `risk-level`.
    public static let name = "risk-level"
    /// The words by number.
    public static let words: [Int: String] = [
        1: "none-found",
        2: "low",
        3: "moderate",
        4: "high",
        5: "imminent",
        6: "unknown",
    ]
}
