/// Codes that were checked, each with its source: a code without a source is not verified.
public enum VerifiedCodes {
    /// One checked code.
    public struct Entry: Sendable, Hashable {
        /// The system's URI.
        public let system: CodeSystem
        /// The code.
        public let code: String
        /// What it stands for.
        public let meaning: String
        /// Where it was found.
        public let source: String
    }

    /// The questionnaires that GitHub uwcirg/patient-summary runs.
    private static let questionnaires = "uwcirg/patient-summary, PHQ-9 and GAD-7 resources"
    /// SPiER-Project/adoption-guide on GitHub.
    private static let spier = "SPiER-Project/adoption-guide, Stanley-Brown safety plan"
    /// Found in public material by this project's survey, which does not name the single page.
    private static let survey = "domain survey of this project; name the page before release"

    /// The table.
    public static let all: [Entry] = [
        Entry(system: .loinc, code: "44249-1", meaning: "PHQ-9 panel", source: questionnaires),
        Entry(
            system: .loinc, code: "44261-6", meaning: "PHQ-9 total score", source: questionnaires),
        Entry(system: .loinc, code: "55757-9", meaning: "PHQ-2 panel", source: survey),
        Entry(system: .loinc, code: "55758-7", meaning: "PHQ-2 total score", source: survey),
        Entry(system: .loinc, code: "89204-2", meaning: "PHQ-9 teen total score", source: survey),
        Entry(system: .loinc, code: "69737-5", meaning: "GAD-7 panel", source: questionnaires),
        Entry(
            system: .loinc, code: "70274-6", meaning: "GAD-7 total score", source: questionnaires),
        Entry(system: .loinc, code: "93373-9", meaning: "C-SSRS screener", source: survey),
        Entry(system: .loinc, code: "93245-9", meaning: "C-SSRS", source: survey),
        Entry(system: .loinc, code: "87626-8", meaning: "safety plan document", source: spier),
    ]

    /// True for a checked code.
    public static func contains(_ system: CodeSystem, _ code: String) -> Bool {
        system == .loinc && all.contains { $0.code == code && !$0.source.isEmpty }
    }
}
