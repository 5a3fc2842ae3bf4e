import PassportCoding

/// The content of an `emergency` section.
public struct EmergencyContent: Element {
    static let elementName = "emergency"

    /// Who the person is to care.
    public var subject = Subject()
    /// The person's languages.
    public var languages: [SpokenLanguage] = []
    /// Whether an interpreter is needed.
    public var interpreter: Term<InterpreterNeed>?
    /// What care must provide for.
    public var accessNeeds: [AccessRequirement] = []
    /// What can harm the person.
    public var alerts: [Alert] = []
    /// Statements about allergies: none known, or no information.
    public var statements: [Term<AbsenceStatement>] = []
    /// What is due next.
    public var followUps: [FollowUp] = []
    /// What a later version added.
    public internal(set) var extras = Extras()

    /// Empty content.
    public init() {}

    var members: [(Int, CBORItem?)] {
        [
            (1, subject.isEmpty ? nil : subject.item), (2, languages.listItem),
            (3, interpreter?.item), (4, accessNeeds.listItem), (5, alerts.listItem),
            (6, statements.termsItem()), (7, followUps.listItem),
        ]
    }

    init(reading reader: inout ElementReader) throws(CodingError) {
        if let subject: Subject = try reader.element(1, "subject") {
            guard !subject.isEmpty else {
                throw CodingError(.notDeterministic, "emergency: subject: empty")
            }
            self.subject = subject
        }
        languages = try reader.elements(2, "languages", maximum: Limits.elementsPerInnerList)
        interpreter = try reader.optionalTerm(3, "interpreter")
        accessNeeds = try reader.elements(4, "access needs", maximum: Limits.elementsPerInnerList)
        alerts = try reader.elements(5, "alerts")
        statements = try reader.terms(6, "statements")
        followUps = try reader.elements(7, "follow-ups", maximum: Limits.elementsPerInnerList)
    }
}
