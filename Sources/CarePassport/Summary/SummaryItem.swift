public import PassportCoding

/// One thing that a reader sees on its own and that keeps its own source.
public enum SummaryItem: Hashable, Sendable {
    /// What a statement of absence is about.
    public enum Topic: String, Hashable, Sendable {
        /// Allergies.
        case allergies
        /// Medicines.
        case medications
        /// Problems.
        case problems
    }

    /// Who the person is to care.
    case subject(Subject)
    /// A language.
    case language(SpokenLanguage)
    /// Whether an interpreter is needed.
    case interpreter(Term<InterpreterNeed>)
    /// What care must provide for.
    case access(AccessRequirement)
    /// What can harm the person.
    case alert(Alert)
    /// That there is nothing, or that nothing is known.
    case statement(Topic, Term<AbsenceStatement>)
    /// What is due next.
    case followUp(FollowUp)
    /// A medicine.
    case medicine(Medicine)
    /// An episode of care.
    case episode(CareEpisode)
    /// What the person came with.
    case complaint(Complaint)
    /// A score.
    case score(Score)
    /// A score of function.
    case function(FunctionScore)
    /// A diagnosis.
    case diagnosis(Diagnosis)
    /// A risk.
    case risk(Risk)
    /// The safety plan.
    case plan(SafetyPlan)
    /// Content of a kind that this version does not read.
    case unknown(kind: Int, content: CBORItem)

    /// The day by which items are sorted; nil sorts last.
    public var date: PartialDate? {
        switch self {
        case .alert(let alert): alert.recorded ?? alert.since
        case .followUp(let followUp): followUp.due
        case .medicine(let medicine): medicine.recorded ?? medicine.lastGiven ?? medicine.start
        case .episode(let episode):
            episode.interventions.compactMap { $0.last ?? $0.first }
                .max { $0.earliest < $1.earliest } ?? episode.end ?? episode.start
        case .complaint(let complaint): complaint.recorded
        case .score(let score): score.date
        case .function(let function): function.date
        case .diagnosis(let diagnosis): diagnosis.recorded ?? diagnosis.since
        case .risk(let risk): risk.asOf
        case .subject, .language, .interpreter, .access, .statement, .plan, .unknown: nil
        }
    }

    /// True for what can harm the person.
    public var isAlert: Bool {
        if case .alert = self { true } else { false }
    }

    /// The items of one content, in its order.
    public static func items(of content: SectionContent) -> [SummaryItem] {
        switch content {
        case .emergency(let content):
            var items: [SummaryItem] = []
            if !content.subject.isEmpty { items.append(.subject(content.subject)) }
            items += content.languages.map(SummaryItem.language)
            if let interpreter = content.interpreter { items.append(.interpreter(interpreter)) }
            items += content.accessNeeds.map(SummaryItem.access)
            items += content.alerts.map(SummaryItem.alert)
            items += content.statements.map { .statement(.allergies, $0) }
            items += content.followUps.map(SummaryItem.followUp)
            return items
        case .medication(let content):
            return content.medicines.map(SummaryItem.medicine)
                + content.statements.map { .statement(.medications, $0) }
        case .care(let content):
            return content.episodes.map(SummaryItem.episode)
                + content.complaints.map(SummaryItem.complaint)
        case .scores(let content):
            return content.scores.map(SummaryItem.score)
                + content.function.map(SummaryItem.function)
        case .diagnosis(let content):
            return content.diagnoses.map(SummaryItem.diagnosis)
                + content.statements.map { .statement(.problems, $0) }
        case .risk(let content):
            var items = content.risks.map(SummaryItem.risk)
            if let plan = content.plan { items.append(.plan(plan)) }
            return items
        case .unknown(let kind, let content):
            return [.unknown(kind: kind, content: content)]
        }
    }
}
