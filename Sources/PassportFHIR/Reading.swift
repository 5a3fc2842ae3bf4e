import CarePassport

/// What a reader made of one resource.
enum Reading<Item> {
    /// An item, and what of the resource is not in it.
    case item(Item, Set<ImportRule>)
    /// A statement that there is nothing, or that nothing is known.
    case statement(Term<AbsenceStatement>)
    /// Nothing.
    case dropped(ImportRule)
}

/// Codes that say that there is nothing, or that nothing is known.
enum AbsentCodes {
    private static let ips: [String: Int] = [
        "no-known-allergies": 1, "no-known-medications": 1, "no-known-problems": 1,
        "no-allergy-info": 2, "no-medication-info": 2, "no-problem-info": 2,
        "no-known-medication-allergies": 3, "no-known-food-allergies": 4,
        "no-known-environmental-allergies": 5,
    ]
    private static let snomed: [String: Int] = [
        "716186003": 1, "160244002": 1, "787481004": 1, "160245001": 1, "409137002": 3,
        "429625007": 4, "428607008": 5,
    ]

    /// The statement that a concept makes.
    static func statement(_ concept: JSON?) -> Term<AbsenceStatement>? {
        for coding in concept?.list("coding") ?? [] {
            guard let code = coding.text("code") else { continue }
            switch coding.text("system") {
            case FHIRNames.absent: if let number = ips[code] { return Term(number: number) }
            case CodeSystem.snomed.uri:
                if let number = snomed[code] { return Term(number: number) }
            default: continue
            }
        }
        return nil
    }

    /// The IPS code of a statement about `topic` (`allergies`, `medications`, `problems`).
    static func code(_ statement: Term<AbsenceStatement>, topic: String) -> String? {
        switch statement.number {
        case 1: "no-known-\(topic)"
        case 2:
            "no-\(topic == "allergies" ? "allergy" : String(topic.dropLast()))-info"
        case 3...5 where topic == "allergies": statement.word
        default: nil
        }
    }
}
