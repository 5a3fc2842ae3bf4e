import PassportCoding

/// A course of a structured intervention: what the next helper needs to go on.
public struct Intervention: Element {
    static let elementName = "intervention"

    /// Which protocol.
    public var protocolName: Term<CareProtocol>
    /// Which version of it.
    public var version: String?
    /// The last session held.
    public var session: Int?
    /// How many sessions the course has.
    public var sessions: Int?
    /// The first session's date.
    public var first: PartialDate?
    /// The last session's date.
    public var last: PartialDate?
    /// How sessions are held.
    public var mode: Term<Mode>?
    /// In which language.
    public var language: String?
    /// Where the course stands.
    public var status: Term<InterventionStatus>?
    /// Why it ended.
    public var stopReason: Term<StopReason>?
    /// The training of the helper.
    public var cadre: Term<Cadre>?
    /// What a later version added.
    public internal(set) var extras = Extras()

    /// An intervention.
    public init(_ protocolName: Term<CareProtocol>) { self.protocolName = protocolName }

    var members: [(Int, CBORItem?)] {
        [
            (1, protocolName.item), (2, version.map(CBORItem.text)),
            (3, session.map { CBORItem($0) }), (4, sessions.map { CBORItem($0) }),
            (5, first?.item), (6, last?.item), (7, mode?.item),
            (8, language.map(CBORItem.text)), (9, status?.item), (10, stopReason?.item),
            (11, cadre?.item),
        ]
    }

    init(reading reader: inout ElementReader) throws(CodingError) {
        protocolName = try reader.term(1, "protocol")
        version = try reader.optionalText(2, "version", maximum: Limits.shortTextCharacters)
        session = try reader.int(3, "session", in: 0...Limits.sessions)
        sessions = try reader.int(4, "sessions", in: 1...Limits.sessions)
        first = try reader.date(5, "first")
        last = try reader.date(6, "last")
        mode = try reader.optionalTerm(7, "mode")
        language = try reader.language(8, "language")
        status = try reader.optionalTerm(9, "status")
        stopReason = try reader.optionalTerm(10, "stop reason")
        cadre = try reader.optionalTerm(11, "cadre")
    }
}

/// One episode of care at one organisation.
public struct CareEpisode: Element {
    static let elementName = "episode"

    /// The layer of the intervention pyramid.
    public var layer: Term<Layer>?
    /// The 4Ws activity.
    public var activity: Code?
    /// The version of the 4Ws list.
    public var activityList: String?
    /// The training of the helpers.
    public var cadre: Term<Cadre>?
    /// The kind of place.
    public var setting: Term<Setting>?
    /// The country, never the place.
    public var country: String?
    /// What was offered.
    public var interventions: [Intervention] = []
    /// Since when.
    public var start: PartialDate?
    /// Until when.
    public var end: PartialDate?
    /// Why it ended.
    public var closure: Term<StopReason>?
    /// What a later version added.
    public internal(set) var extras = Extras()

    /// An episode of which nothing is told.
    public init() {}

    var members: [(Int, CBORItem?)] {
        [
            (1, layer?.item), (2, activity?.item), (3, activityList.map(CBORItem.text)),
            (4, cadre?.item), (5, setting?.item), (6, country.map(CBORItem.text)),
            (7, interventions.listItem), (8, start?.item), (9, end?.item), (10, closure?.item),
        ]
    }

    init(reading reader: inout ElementReader) throws(CodingError) {
        layer = try reader.optionalTerm(1, "layer")
        activity = try reader.element(2, "activity")
        activityList = try reader.optionalText(
            3, "activity list", maximum: Limits.shortTextCharacters)
        cadre = try reader.optionalTerm(4, "cadre")
        setting = try reader.optionalTerm(5, "setting")
        country = try reader.country(6, "country")
        interventions = try reader.elements(
            7, "interventions", maximum: Limits.elementsPerInnerList)
        start = try reader.date(8, "start")
        end = try reader.date(9, "end")
        closure = try reader.optionalTerm(10, "closure")
    }
}

/// What the person came with, coarsely.
public struct Complaint: Element {
    static let elementName = "complaint"

    /// The iRHIS category.
    public var category: Term<PresentingProblem>
    /// When it was recorded.
    public var recorded: PartialDate?
    /// What a later version added.
    public internal(set) var extras = Extras()

    /// A complaint.
    public init(_ category: Term<PresentingProblem>, recorded: PartialDate? = nil) {
        self.category = category
        self.recorded = recorded
    }

    var members: [(Int, CBORItem?)] { [(1, category.item), (2, recorded?.item)] }

    init(reading reader: inout ElementReader) throws(CodingError) {
        category = try reader.term(1, "category")
        recorded = try reader.date(2, "recorded")
    }
}

/// The content of a `care` section.
public struct CareContent: Element {
    static let elementName = "care"

    /// Episodes of care.
    public var episodes: [CareEpisode] = []
    /// What the person came with.
    public var complaints: [Complaint] = []
    /// What a later version added.
    public internal(set) var extras = Extras()

    /// Empty content.
    public init() {}

    var members: [(Int, CBORItem?)] { [(1, episodes.listItem), (2, complaints.listItem)] }

    init(reading reader: inout ElementReader) throws(CodingError) {
        episodes = try reader.elements(1, "episodes", maximum: Limits.elementsPerInnerList)
        complaints = try reader.elements(2, "complaints", maximum: Limits.elementsPerInnerList)
    }
}
