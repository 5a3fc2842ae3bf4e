import PassportCoding

/// What is due next, and whom to ask: an organisation by its key, never a person.
public struct FollowUp: Element {
    static let elementName = "follow-up"

    /// When.
    public var due: PartialDate
    /// By a helper of what training.
    public var cadre: Term<Cadre>?
    /// The 4Ws activity.
    public var activity: Code?
    /// The identity of the organisation to call back.
    public var callBack: [UInt8]?
    /// What a later version added.
    public internal(set) var extras = Extras()

    /// A follow-up.
    public init(due: PartialDate) { self.due = due }

    var members: [(Int, CBORItem?)] {
        [
            (1, due.item), (2, cadre?.item), (3, activity?.item),
            (4, callBack.map(CBORItem.bytes)),
        ]
    }

    init(reading reader: inout ElementReader) throws(CodingError) {
        guard let due = try reader.date(1, "due") else {
            throw CodingError(.missingKey, "follow-up: due is missing")
        }
        self.due = due
        cadre = try reader.optionalTerm(2, "cadre")
        activity = try reader.element(3, "activity")
        callBack = try reader.optional(4, "call back")?.bytes(exactly: 32)
    }
}
