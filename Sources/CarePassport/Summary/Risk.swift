import PassportCoding

/// One judgement of a risk, with a day after which nobody should rely on it.
public struct Risk: Element {
    static let elementName = "risk"
    /// How long a judgement holds where the author gave no end.
    public static let defaultDays = 30

    /// What may happen.
    public var type: Term<RiskType>
    /// How likely it was judged.
    public var level: Term<RiskLevel>
    /// On which day.
    public var asOf: PartialDate
    /// The screen that was used.
    public var screen: Code?
    /// The last day on which the judgement holds.
    public var validUntil: PartialDate
    /// What a later version added.
    public internal(set) var extras = Extras()

    /// A risk; nil when no end is given and the day is not known exactly.
    public init?(
        _ type: Term<RiskType>, level: Term<RiskLevel>, asOf: PartialDate,
        validUntil: PartialDate? = nil
    ) {
        guard let end = validUntil ?? asOf.adding(days: Self.defaultDays) else { return nil }
        self.type = type
        self.level = level
        self.asOf = asOf
        self.validUntil = end
    }

    var members: [(Int, CBORItem?)] {
        [
            (1, type.item), (2, level.item), (3, asOf.item), (4, screen?.item),
            (5, validUntil.item),
        ]
    }

    init(reading reader: inout ElementReader) throws(CodingError) {
        type = try reader.term(1, "type")
        level = try reader.term(2, "level")
        let asOf = try reader.date(3, "as of")
        screen = try reader.element(4, "screen")
        let validUntil = try reader.date(5, "valid until")
        guard let asOf, let validUntil else {
            throw CodingError(.missingKey, "risk: as of or valid until is missing")
        }
        self.asOf = asOf
        self.validUntil = validUntil
    }
}

/// The seven steps of a safety plan (Stanley and Brown), in the person's own words.
public struct SafetyPlan: Element {
    static let elementName = "safety plan"
    /// The keys of the steps in a table of translations, in order.
    public static let steps = [
        "warning-signs", "coping", "distraction", "supporters", "professionals", "means-safety",
        "reason-for-living",
    ]

    /// Texts by step number 1 to 7; an empty text says that the step was asked and is empty.
    public var texts: [Int: String] = [:]
    /// What a later version added.
    public internal(set) var extras = Extras()

    /// A plan without steps.
    public init() {}

    var members: [(Int, CBORItem?)] {
        (1...Self.steps.count).map { step in
            (step, texts[step].map { $0.isEmpty ? .null : .text($0) })
        }
    }

    init(reading reader: inout ElementReader) throws(CodingError) {
        for (index, name) in Self.steps.enumerated() {
            guard let value = reader.optional(index + 1, name) else { continue }
            texts[index + 1] =
                value.isNull ? "" : try value.careText(maximum: Limits.freeTextCharacters)
        }
    }
}

/// The content of a `risk` section.
public struct RiskContent: Element {
    static let elementName = "risk"

    /// The judgements.
    public var risks: [Risk] = []
    /// The safety plan.
    public var plan: SafetyPlan?
    /// What a later version added.
    public internal(set) var extras = Extras()

    /// Empty content.
    public init() {}

    var members: [(Int, CBORItem?)] { [(1, risks.listItem), (2, plan?.item)] }

    init(reading reader: inout ElementReader) throws(CodingError) {
        risks = try reader.elements(1, "risks", maximum: Limits.elementsPerInnerList)
        plan = try reader.element(2, "safety plan")
    }
}
