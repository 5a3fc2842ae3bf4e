/// Who did it, by training and not by name: 4Ws codes 9 and 10 differ only in this.
public enum Cadre: Vocabulary {
    /// `cadre`.
    public static let name = "cadre"
    /// The words by number.
    public static let words: [Int: String] = [
        1: "community-volunteer",
        2: "trained-helper",
        3: "social-worker",
        4: "teacher",
        5: "counsellor",
        6: "psychologist",
        7: "nurse",
        8: "general-doctor",
        9: "psychiatrist",
        10: "child-protection-worker",
        11: "midwife",
        12: "pharmacist",
        13: "health-mediator",
        14: "other",
        15: "unknown",
    ]
}
