/// The nine categories of UNHCR's health information system (iRHIS): the least stigmatising
/// coarse code, usable by helpers who may not diagnose.
public enum PresentingProblem: Vocabulary {
    /// `presenting-problem`.
    public static let name = "presenting-problem"
    /// The words by number.
    public static let words: [Int: String] = [
        1: "epilepsy-seizure",
        2: "alcohol-substance",
        3: "intellectual-developmental",
        4: "psychotic",
        5: "delirium-dementia",
        6: "emotional-disorder",
        7: "other-emotional-complaint",
        8: "unexplained-somatic",
        9: "self-harm-suicide",
    ]
}
