import CarePassport
import PassportCoding

/// Writes what FHIR has no settled place for: as CarePlan, Observation and Flag, with this
/// project's codes and extensions.
enum CareWriter {
    static func episode(_ episode: CareEpisode) -> JSON {
        plan(
            "episode", activity: episode.activity,
            [
                ("period", .period(episode.start, episode.end)),
                (
                    "activity",
                    episode.interventions.isEmpty
                        ? nil
                        : .array(
                            episode.interventions.map { .object(["detail": intervention($0)]) })
                ),
                (
                    "extension",
                    .extensions([
                        .term("layer", episode.layer),
                        .extension("activity-list", "String", .text(episode.activityList)),
                        .term("cadre", episode.cadre), .term("setting", episode.setting),
                        .extension("country", "Code", .text(episode.country)),
                        .term("closure", episode.closure),
                    ])
                ),
            ])
    }

    static func followUp(_ followUp: FollowUp) -> JSON {
        let hex = followUp.callBack.map { bytes in
            bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        }
        return plan(
            "follow-up", activity: followUp.activity,
            [
                ("period", .period(followUp.due, nil)),
                (
                    "extension",
                    .extensions([
                        .term("cadre", followUp.cadre),
                        .extension("call-back", "String", .text(hex)),
                    ])
                ),
            ])
    }

    static func plan(_ safety: SafetyPlan) -> JSON {
        var steps: [JSON] = []
        for (index, name) in SafetyPlan.steps.enumerated() {
            guard let text = safety.texts[index + 1] else { continue }
            let detail = JSON.members([
                ("status", .string("unknown")),
                ("code", .concept(FHIRNames.system("safety-plan-step"), name)),
                ("description", text.isEmpty ? nil : .string(text)),
            ])
            steps.append(.object(["detail": detail]))
        }
        return plan(
            "safety-plan", activity: Code(.loinc, "87626-8"),
            [("activity", steps.isEmpty ? nil : .array(steps))])
    }

    private static func plan(
        _ kind: String, activity: Code?, _ members: [(String, JSON?)]
    ) -> JSON {
        let category =
            [JSON.concept(FHIRNames.item, kind)]
            + (activity.flatMap { JSON.concept([$0]) }.map { [$0] } ?? [])
        return JSON.members([
            ("resourceType", .string("CarePlan")), ("status", .string("unknown")),
            ("intent", .string("plan")), ("category", .array(category)),
        ]).adding(members)
    }

    private static func intervention(_ intervention: Intervention) -> JSON {
        let status = intervention.status.flatMap { $0.isKnown ? $0.word : nil } ?? "unknown"
        return .members([
            ("code", .term(concept: intervention.protocolName)),
            ("status", .string(status == "planned" ? "scheduled" : status)),
            ("scheduledPeriod", .period(intervention.first, intervention.last)),
            (
                "extension",
                .extensions([
                    .extension("version", "String", .text(intervention.version)),
                    .extension("session", "Integer", number(intervention.session)),
                    .extension("sessions", "Integer", number(intervention.sessions)),
                    .term("mode", intervention.mode),
                    .extension("language", "Code", .text(intervention.language)),
                    .term("intervention-status", intervention.status),
                    .term("stop-reason", intervention.stopReason),
                    .term("cadre", intervention.cadre),
                ])
            ),
        ])
    }

    private static func number(_ value: Int?) -> JSON? { value.map { .number("\($0)") } }

    private static func observation(
        _ code: JSON?, _ total: DecimalNumber, _ date: PartialDate?, _ extensions: [JSON?]
    ) -> JSON {
        let isWhole = total.exponent == 0 && Int32(exactly: total.mantissa) != nil
        return .members([
            ("resourceType", .string("Observation")), ("status", .string("final")),
            (
                "category",
                .array([
                    .concept(FHIRNames.observationCategory, "survey"),
                    .concept(FHIRNames.item, "score"),
                ])
            ),
            ("code", code),
            ("valueInteger", isWhole ? .decimal(total) : nil),
            ("valueQuantity", isWhole ? nil : .object(["value": .decimal(total)])),
            ("effectiveDateTime", .date(date)),
            ("_effectiveDateTime", date == nil ? .absent("unknown") : nil),
            ("extension", .extensions(extensions)),
        ])
    }

    static func score(_ score: Score) -> JSON {
        observation(
            .concept([score.instrument]), score.total, score.date,
            [
                .extension("version", "String", .text(score.version)),
                .extension("language", "Code", .text(score.language)),
                .term("score-mode", score.mode), .term("informant", score.informant),
                .extension("missing-items", "Integer", number(score.missingItems)),
                .term("direction", score.direction),
                .extension("cut-off", "Decimal", score.cutOff.map { .decimal($0) }),
                .extension("cut-off-source", "String", .text(score.cutOffSource)),
            ])
    }

    static func function(_ function: FunctionScore) -> JSON {
        observation(.term(concept: function.scale), function.total, function.date, [])
    }

    static func risk(_ risk: Risk) -> JSON {
        .members([
            ("resourceType", .string("Flag")), ("status", .string("active")),
            ("category", .array([.concept(FHIRNames.item, "risk")])),
            ("code", .term(concept: risk.type)),
            ("period", .period(risk.asOf, risk.validUntil)),
            (
                "extension",
                .extensions([
                    .term("risk-level", risk.level),
                    .extension("screen", "Coding", risk.screen.map { .coding($0) }),
                ])
            ),
        ])
    }

    /// An alert that is no allergy.
    static func alert(_ alert: Alert) -> JSON {
        .members([
            ("resourceType", .string("Flag")), ("status", .string("active")),
            ("category", .array([.term(concept: alert.kind)])),
            ("code", .concept(alert.codes)),
            ("period", .period(alert.since, nil)),
            (
                "extension",
                .extensions(
                    [
                        .term("clinical-status", alert.status),
                        .term("certainty", alert.certainty),
                        .term("criticality", alert.criticality),
                        .extension("recorded", "Date", .date(alert.recorded)),
                    ] + alert.categories.map { .term("allergy-category", $0) })
            ),
        ])
    }
}
