extension SummaryItem {
    static func lines(_ medicine: Medicine) -> [SummaryLine] {
        var writer = LineWriter("item.medicine", .text(medicine.codes.label))
        writer.codes(medicine.codes)
        writer.term("status", medicine.status)
        for dosage in medicine.dosages { write(dosage, into: &writer) }
        writer.date("start", medicine.start)
        writer.date("end", medicine.end)
        writer.date("last-given", medicine.lastGiven)
        writer.date("next-due", medicine.nextDue)
        writer.date("supply-end", medicine.supplyEnd)
        writer.term("prescriber", medicine.prescriber)
        writer.terms("warning", medicine.warnings)
        writer.date("recorded", medicine.recorded)
        writer.notUnderstood(medicine.extras)
        return writer.lines
    }

    private static func write(_ dosage: Dosage, into writer: inout LineWriter) {
        writer.text("dose", dosage.dose?.text)
        writer.text("dose-high", dosage.doseHigh?.text)
        if let frequency = dosage.frequency {
            writer.field(
                "frequency", .text("\(frequency.times)"), .text(frequency.period.text),
                .key(frequency.unit.key))
        }
        writer.terms("time", dosage.times)
        if dosage.asNeeded { writer.field("as-needed") }
        if !dosage.route.isEmpty { writer.text("route", dosage.route.label) }
        writer.notUnderstood(dosage.extras)
    }

    static func lines(_ episode: CareEpisode) -> [SummaryLine] {
        var writer = LineWriter("item.episode")
        writer.term("layer", episode.layer)
        writer.text("activity", episode.activity?.label)
        writer.text("activity-list", episode.activityList)
        writer.term("cadre", episode.cadre)
        writer.term("setting", episode.setting)
        writer.text("country", episode.country)
        writer.date("start", episode.start)
        writer.date("end", episode.end)
        writer.term("closure", episode.closure)
        for intervention in episode.interventions { write(intervention, into: &writer) }
        writer.notUnderstood(episode.extras)
        return writer.lines
    }

    private static func write(_ intervention: Intervention, into writer: inout LineWriter) {
        switch (intervention.session, intervention.sessions) {
        case (let session?, let sessions?):
            writer.field(
                "session-of", .key(intervention.protocolName.key), .text("\(session)"),
                .text("\(sessions)"))
        case (let session?, nil):
            writer.field(
                "session", .key(intervention.protocolName.key), .text("\(session)"))
        default: writer.term("intervention", intervention.protocolName)
        }
        writer.text("version", intervention.version)
        writer.term("status", intervention.status)
        writer.term("stop-reason", intervention.stopReason)
        writer.date("first", intervention.first)
        writer.date("last", intervention.last)
        writer.term("mode", intervention.mode)
        writer.text("language", intervention.language)
        writer.term("cadre", intervention.cadre)
        writer.notUnderstood(intervention.extras)
    }
}

extension Quantity {
    /// The amount with its unit.
    var text: String { unit.map { "\(value.text) \($0)" } ?? value.text }
}
