public import CarePassport
public import PassportCoding

/// Reads what a helper adds by hand to a summary: a small JSON form in the summary's own words.
public struct SupplementReader {
    /// The form's name, which stands in its `form` property.
    public static let form = "care-passport-supplement/1"

    /// Reads a supplement. Every section that it makes can be sealed.
    public static func read(_ bytes: [UInt8]) throws(FHIRError) -> CareSummary {
        var root = try SupplementObject(try JSONReader.value(from: bytes), "supplement")
        guard try root.text("form") == form else {
            throw root.malformed("form", "not \(form)")
        }
        var summary = CareSummary()
        if let object = try root.object("emergency") {
            summary.emergency = try emergency(object)
        }
        if let object = try root.object("medication") {
            summary.medication = try medication(object)
        }
        if let object = try root.object("care") { summary.care = try care(object) }
        if let object = try root.object("scores") { summary.scores = try scores(object) }
        if let object = try root.object("diagnosis") {
            summary.diagnosis = try diagnosis(object)
        }
        if let object = try root.object("risk") { summary.risk = try risk(object) }
        try root.finish()
        try check(summary)
        return summary
    }

    /// Runs the sections' own reader over what was entered, with a header that stands for one.
    private static func check(_ summary: CareSummary) throws(FHIRError) {
        guard let day = PartialDate(year: 2000, month: 1, day: 1) else { return }
        do throws(SummaryError) {
            let person = try PersonReference(
                Array(repeating: 0, count: PersonReference.byteCount))
            _ = try summary.sections(
                person: person, provenance: Provenance(cadre: Term(number: 1), date: day))
        } catch {
            throw FHIRError(
                .invalidContent, error.kind, error.message, hint: error.hint,
                cause: error.identifier)
        }
    }

    private static func care(_ object: SupplementObject) throws(FHIRError) -> CareContent {
        var object = object
        var content = CareContent()
        for episode in try object.objects("episodes") {
            content.episodes.append(try Self.episode(episode))
        }
        for var complaint in try object.objects("complaints") {
            let category: Term<PresentingProblem>? = try complaint.term("category")
            content.complaints.append(
                Complaint(
                    try complaint.required("category", category),
                    recorded: try complaint.date("recorded")))
            try complaint.finish()
        }
        try object.finish()
        return content
    }

    private static func episode(_ object: SupplementObject) throws(FHIRError) -> CareEpisode {
        var object = object
        var episode = CareEpisode()
        episode.layer = try object.term("layer")
        episode.activity = try object.code("activity")
        episode.activityList = try object.text("activityList")
        episode.cadre = try object.term("cadre")
        episode.setting = try object.term("setting")
        episode.country = try object.text("country")
        episode.start = try object.date("start")
        episode.end = try object.date("end")
        episode.closure = try object.term("closure")
        for var inner in try object.objects("interventions") {
            let name: Term<CareProtocol>? = try inner.term("protocol")
            var intervention = Intervention(try inner.required("protocol", name))
            intervention.version = try inner.text("version")
            intervention.session = try inner.int("session")
            intervention.sessions = try inner.int("of")
            intervention.first = try inner.date("first")
            intervention.last = try inner.date("last")
            intervention.mode = try inner.term("mode")
            intervention.language = try inner.text("language")
            intervention.status = try inner.term("status")
            intervention.stopReason = try inner.term("stopReason")
            intervention.cadre = try inner.term("cadre")
            try inner.finish()
            episode.interventions.append(intervention)
        }
        try object.finish()
        return episode
    }

    private static func scores(_ object: SupplementObject) throws(FHIRError) -> ScoresContent {
        var object = object
        var content = ScoresContent()
        for score in try object.objects("scores") { content.scores.append(try Self.score(score)) }
        for var function in try object.objects("function") {
            let scale: Term<FunctionScale>? = try function.term("scale")
            content.function.append(
                FunctionScore(
                    try function.required("scale", scale),
                    total: try function.required("total", try function.decimal("total")),
                    date: try function.date("date")))
            try function.finish()
        }
        try object.finish()
        return content
    }

    private static func score(_ object: SupplementObject) throws(FHIRError) -> Score {
        var object = object
        let name = try object.required("instrument", try object.text("instrument"))
        guard let instrument = Instrument.all.first(where: { $0.code == name }) else {
            throw object.malformed("instrument", "not an instrument of the table")
        }
        let total = try object.required("total", try object.decimal("total"))
        guard instrument.allows(total) else {
            throw object.malformed("total", "outside the instrument's range")
        }
        var score = Score(
            instrument.preferredCode, total: total, direction: instrument.direction)
        score.version = try object.text("version")
        score.language = try object.text("language")
        score.mode = try object.term("mode")
        score.informant = try object.term("informant")
        score.missingItems = try object.int("missingItems")
        score.date = try object.date("date")
        score.cutOff = try object.decimal("cutOff")
        score.cutOffSource = try object.text("cutOffSource")
        try object.finish()
        return score
    }

    private static func risk(_ object: SupplementObject) throws(FHIRError) -> RiskContent {
        var object = object
        var content = RiskContent()
        for var inner in try object.objects("risks") {
            let type: Term<RiskType>? = try inner.term("type")
            let level: Term<RiskLevel>? = try inner.term("level")
            let risk = Risk(
                try inner.required("type", type), level: try inner.required("level", level),
                asOf: try inner.required("asOf", try inner.date("asOf")),
                validUntil: try inner.date("validUntil"))
            guard var risk else {
                throw inner.malformed("validUntil", "is missing, and asOf is not a full date")
            }
            risk.screen = try inner.code("screen")
            try inner.finish()
            content.risks.append(risk)
        }
        if var steps = try object.object("safetyPlan") {
            var plan = SafetyPlan()
            for (index, name) in SafetyPlan.steps.enumerated() {
                guard let text = try steps.text(name) else { continue }
                guard !DoNotTravel.blocks(text: text) else {
                    throw FHIRError(
                        .invalidContent, .refused,
                        "supplement.risk.safetyPlan.\(name): a matter that does not travel")
                }
                plan.texts[index + 1] = text
            }
            try steps.finish()
            content.plan = plan
        }
        try object.finish()
        return content
    }
}
