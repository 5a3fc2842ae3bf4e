/// Interventions with a protocol that the next helper can continue.
public enum CareProtocol: Vocabulary {
    /// `intervention`.
    public static let name = "intervention"
    /// The words by number.
    public static let words: [Int: String] = [
        1: "pm-plus",
        2: "group-pm-plus",
        3: "ease",
        4: "self-help-plus",
        5: "thinking-healthy",
        6: "step-by-step",
        7: "ipt",
        8: "tf-cbt",
        9: "net",
        10: "emdr",
        11: "pfa",
        12: "counselling",
        13: "trt",
    ]
}
