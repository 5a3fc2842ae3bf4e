extension SummaryItem {
    /// The item for people: a head line, then one line for each thing known of it.
    public var lines: [SummaryLine] {
        switch self {
        case .subject(let subject): Self.lines(subject)
        case .language(let language): Self.lines(language)
        case .interpreter(let need): [SummaryLine("item.interpreter", [.key(need.key)])]
        case .access(let access): Self.lines(access)
        case .alert(let alert): Self.lines(alert)
        case .statement(let topic, let statement):
            [SummaryLine("item.statement.\(topic.rawValue)", [.key(statement.key)])]
        case .followUp(let followUp): Self.lines(followUp)
        case .medicine(let medicine): Self.lines(medicine)
        case .episode(let episode): Self.lines(episode)
        case .complaint(let complaint): Self.lines(complaint)
        case .score(let score): Self.lines(score)
        case .function(let function): Self.lines(function)
        case .diagnosis(let diagnosis): Self.lines(diagnosis)
        case .risk(let risk): Self.lines(risk)
        case .plan(let plan): Self.lines(plan)
        case .unknown(let kind, _): [SummaryLine("item.unknown", [.text("\(kind)")])]
        }
    }

    private static func lines(_ subject: Subject) -> [SummaryLine] {
        var writer = LineWriter("item.subject")
        writer.text("pseudonym", subject.pseudonym)
        writer.number("birth-year", subject.birthYear)
        writer.term("age-band", subject.ageBand)
        writer.term("sex", subject.sex)
        writer.notUnderstood(subject.extras)
        return writer.lines
    }

    private static func lines(_ language: SpokenLanguage) -> [SummaryLine] {
        var writer = LineWriter("item.language", .text(language.tag))
        writer.terms("language-use", language.uses)
        if language.isPreferred { writer.field("preferred") }
        writer.notUnderstood(language.extras)
        return writer.lines
    }

    private static func lines(_ access: AccessRequirement) -> [SummaryLine] {
        var writer = LineWriter("item.access", .key(access.need.key))
        writer.term("difficulty", access.difficulty)
        writer.notUnderstood(access.extras)
        return writer.lines
    }

    private static func lines(_ alert: Alert) -> [SummaryLine] {
        var writer = LineWriter("item.alert", .key(alert.kind.key), .text(alert.codes.label))
        writer.codes(alert.codes)
        writer.term("status", alert.status)
        writer.term("certainty", alert.certainty)
        writer.term("criticality", alert.criticality)
        writer.terms("category", alert.categories)
        for reaction in alert.reactions {
            writer.text("reaction", reaction.codes.label)
            writer.term("severity", reaction.severity)
        }
        writer.date("since", alert.since)
        writer.date("recorded", alert.recorded)
        writer.notUnderstood(alert.extras)
        return writer.lines
    }

    private static func lines(_ followUp: FollowUp) -> [SummaryLine] {
        var writer = LineWriter("item.follow-up", .text(followUp.due.text))
        writer.term("cadre", followUp.cadre)
        writer.text("activity", followUp.activity?.label)
        if let callBack = followUp.callBack {
            let digits = Array("0123456789abcdef")
            let text = callBack.flatMap { byte in
                [Int(byte >> 4), Int(byte & 15)].compactMap {
                    digits.indices.contains($0) ? digits[$0] : nil
                }
            }
            writer.text("call-back", String(text))
        }
        writer.notUnderstood(followUp.extras)
        return writer.lines
    }

    private static func lines(_ complaint: Complaint) -> [SummaryLine] {
        var writer = LineWriter("item.complaint", .key(complaint.category.key))
        writer.date("recorded", complaint.recorded)
        writer.notUnderstood(complaint.extras)
        return writer.lines
    }

    private static func lines(_ score: Score) -> [SummaryLine] {
        var writer = LineWriter(
            "item.score", .text(score.instrument.label), .text(score.total.text))
        writer.codes([score.instrument])
        writer.date("date", score.date)
        writer.text("version", score.version)
        writer.text("language", score.language)
        writer.term("mode", score.mode)
        writer.term("informant", score.informant)
        writer.number("missing-items", score.missingItems)
        writer.term("direction", score.direction)
        writer.text("cut-off", score.cutOff?.text)
        writer.text("cut-off-source", score.cutOffSource)
        writer.notUnderstood(score.extras)
        return writer.lines
    }

    private static func lines(_ function: FunctionScore) -> [SummaryLine] {
        var writer = LineWriter(
            "item.function", .key(function.scale.key), .text(function.total.text))
        writer.date("date", function.date)
        writer.notUnderstood(function.extras)
        return writer.lines
    }

    private static func lines(_ diagnosis: Diagnosis) -> [SummaryLine] {
        var writer = LineWriter("item.diagnosis", .text(diagnosis.codes.label))
        writer.codes(diagnosis.codes)
        writer.term("status", diagnosis.status)
        writer.term("certainty", diagnosis.certainty)
        writer.term("cadre", diagnosis.cadre)
        writer.date("since", diagnosis.since)
        writer.date("until", diagnosis.until)
        writer.date("recorded", diagnosis.recorded)
        writer.notUnderstood(diagnosis.extras)
        return writer.lines
    }

    private static func lines(_ risk: Risk) -> [SummaryLine] {
        var writer = LineWriter("item.risk", .key(risk.type.key), .key(risk.level.key))
        writer.date("as-of", risk.asOf)
        writer.date("valid-until", risk.validUntil)
        writer.text("screen", risk.screen?.label)
        writer.notUnderstood(risk.extras)
        return writer.lines
    }

    private static func lines(_ plan: SafetyPlan) -> [SummaryLine] {
        var writer = LineWriter("item.safety-plan")
        for (index, name) in SafetyPlan.steps.enumerated() {
            guard let text = plan.texts[index + 1] else { continue }
            writer.field(
                "step", .key("step.\(name)"), text.isEmpty ? .key("step.empty") : .text(text))
        }
        writer.notUnderstood(plan.extras)
        return writer.lines
    }
}
