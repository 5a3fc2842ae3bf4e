/// The kinds of section that this format names; numbers 7 to 9 are reserved and come later.
public enum SectionKind: Int, CaseIterable, Sendable, Hashable, Codable {
    /// Who the person is to care, what can kill them, how to talk with them.
    case emergency = 1
    /// Medicines.
    case medication = 2
    /// Episodes of care and what was offered in them.
    case care = 3
    /// Raw scores of instruments.
    case scores = 4
    /// Diagnoses.
    case diagnosis = 5
    /// Risks and the safety plan.
    case risk = 6
    /// Who may decide for a child (reserved).
    case guardianship = 7
    /// Referrals under way (reserved).
    case referral = 8
    /// The person's own short notes (reserved).
    case notes = 9

    /// The kind's name as it stands in commands and grants.
    public var name: String {
        switch self {
        case .emergency: "emergency"
        case .medication: "medication"
        case .care: "care"
        case .scores: "scores"
        case .diagnosis: "diagnosis"
        case .risk: "risk"
        case .guardianship: "guardianship"
        case .referral: "referral"
        case .notes: "notes"
        }
    }

    /// The kind with a name.
    public init?(name: String) {
        guard let kind = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = kind
    }

    /// The kinds that this version writes.
    public static let written: [SectionKind] = [
        .emergency, .medication, .care, .scores, .diagnosis, .risk,
    ]
}
