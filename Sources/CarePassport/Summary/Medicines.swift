/// Medicines of mental health care that the next prescriber must treat with care.
///
/// The ATC codes are from general knowledge and not verified: the table gives names and
/// proposes warnings, it never changes a code's status and never fills a record by itself.
public struct KnownMedicine: Sendable, Hashable {
    /// The ATC code.
    public let atc: String
    /// The generic name.
    public let name: String
    /// Warnings to propose to the person who signs.
    public let warnings: [Term<StopWarning>]

    /// The table.
    public static let all: [KnownMedicine] = [
        .init(atc: "N06AB06", name: "sertraline", warnings: [.doNotStopAbruptly]),
        .init(atc: "N06AB03", name: "fluoxetine", warnings: []),
        .init(atc: "N06AA09", name: "amitriptyline", warnings: [.doNotStopAbruptly]),
        .init(atc: "N05AD01", name: "haloperidol", warnings: [.doNotStopAbruptly]),
        .init(atc: "N05AX08", name: "risperidone", warnings: [.doNotStopAbruptly]),
        .init(atc: "N05AH03", name: "olanzapine", warnings: [.doNotStopAbruptly]),
        .init(atc: "N03AG01", name: "valproate", warnings: [.notInPregnancy, .doNotStopAbruptly]),
        .init(atc: "N03AF01", name: "carbamazepine", warnings: [.doNotStopAbruptly]),
        .init(atc: "N05AN01", name: "lithium", warnings: [.bloodLevelNeeded]),
        .init(atc: "N05BA01", name: "diazepam", warnings: [.doNotStopAbruptly]),
        .init(atc: "N04AA02", name: "biperiden", warnings: []),
    ]

    /// The medicine that one of some codes names.
    public static func named(in codes: [Code]) -> KnownMedicine? {
        codes.lazy.filter { $0.system == .atc }
            .compactMap { code in all.first { $0.atc == code.code } }.first
    }
}

extension Term where V == StopWarning {
    /// Stopping at once is dangerous.
    public static var doNotStopAbruptly: Self { Self(number: 1) }
    /// The level in the blood must be watched.
    public static var bloodLevelNeeded: Self { Self(number: 2) }
    /// Dangerous in pregnancy.
    public static var notInPregnancy: Self { Self(number: 3) }
}
