/// What of a care history travels: one content per kind of section, each of them optional.
public struct CareSummary: Hashable, Sendable {
    /// Who the person is to care and what can harm them.
    public var emergency: EmergencyContent?
    /// Medicines.
    public var medication: MedicationContent?
    /// Episodes of care.
    public var care: CareContent?
    /// Raw scores.
    public var scores: ScoresContent?
    /// Diagnoses.
    public var diagnosis: DiagnosisContent?
    /// Risks and the safety plan.
    public var risk: RiskContent?

    /// An empty summary.
    public init() {}

    /// The summary that some sections make together, in their order.
    public init(_ sections: [Section]) {
        for section in sections {
            var part = CareSummary()
            switch section.content {
            case .emergency(let content): part.emergency = content
            case .medication(let content): part.medication = content
            case .care(let content): part.care = content
            case .scores(let content): part.scores = content
            case .diagnosis(let content): part.diagnosis = content
            case .risk(let content): part.risk = content
            case .unknown: continue
            }
            self = merging(part)
        }
    }

    /// The kinds that hold something.
    public var kinds: [SectionKind] { contents.compactMap { SectionKind(rawValue: $0.kind) } }

    /// The contents in the order of their kinds.
    public var contents: [SectionContent] {
        var contents: [SectionContent] = []
        if let emergency, emergency != EmergencyContent() { contents.append(.emergency(emergency)) }
        if let medication, medication != MedicationContent() {
            contents.append(.medication(medication))
        }
        if let care, care != CareContent() { contents.append(.care(care)) }
        if let scores, scores != ScoresContent() { contents.append(.scores(scores)) }
        if let diagnosis, diagnosis != DiagnosisContent() { contents.append(.diagnosis(diagnosis)) }
        if let risk, risk != RiskContent() { contents.append(.risk(risk)) }
        return contents
    }

    /// One section for each kind that holds something, each read back by its own reader.
    public func sections(
        person: PersonReference, provenance: Provenance, supersedes: [UInt8]? = nil
    ) throws(SummaryError) -> [Section] {
        var sections: [Section] = []
        for content in contents {
            let section = Section(
                person: person, provenance: provenance, content: content, supersedes: supersedes)
            sections.append(try section.checked())
        }
        return sections
    }

    /// Both summaries as one. Lists follow each other, an element equal to one already there is
    /// left out; of single values the first one stands.
    public func merging(_ other: CareSummary) -> CareSummary {
        var result = self
        result.emergency = Self.both(emergency, other.emergency) { one, two in
            if one.subject.isEmpty { one.subject = two.subject }
            one.interpreter = one.interpreter ?? two.interpreter
            one.languages.appendNew(two.languages)
            one.accessNeeds.appendNew(two.accessNeeds)
            one.alerts.appendNew(two.alerts)
            one.statements.appendNew(two.statements)
            one.followUps.appendNew(two.followUps)
        }
        result.medication = Self.both(medication, other.medication) { one, two in
            one.medicines.appendNew(two.medicines)
            one.statements.appendNew(two.statements)
        }
        result.care = Self.both(care, other.care) { one, two in
            one.episodes.appendNew(two.episodes)
            one.complaints.appendNew(two.complaints)
        }
        result.scores = Self.both(scores, other.scores) { one, two in
            one.scores.appendNew(two.scores)
            one.function.appendNew(two.function)
        }
        result.diagnosis = Self.both(diagnosis, other.diagnosis) { one, two in
            one.diagnoses.appendNew(two.diagnoses)
            one.statements.appendNew(two.statements)
        }
        result.risk = Self.both(risk, other.risk) { one, two in
            one.risks.appendNew(two.risks)
            one.plan = one.plan ?? two.plan
        }
        return result
    }

    private static func both<Content>(
        _ one: Content?, _ two: Content?, _ merge: (inout Content, Content) -> Void
    ) -> Content? {
        guard var one else { return two }
        guard let two else { return one }
        merge(&one, two)
        return one
    }
}

extension Array where Element: Equatable {
    fileprivate mutating func appendNew(_ others: [Element]) {
        for other in others where !contains(other) { append(other) }
    }
}
