import CarePassport

/// Writes allergies, medicines, diagnoses and statements of absence.
enum ClinicalWriter {
    /// MedicationStatement has fewer states than requests; the exact one stands beside it.
    private static let statementStatus: Set<String> = [
        "active", "completed", "intended", "stopped", "on-hold", "unknown", "not-taken",
    ]

    static func allergy(_ alert: Alert) -> JSON {
        var reactions: [JSON] = []
        for reaction in alert.reactions {
            reactions.append(
                .members([
                    ("manifestation", .array([.concept(reaction.codes)].compactMap { $0 })),
                    ("severity", reaction.severity.map { .string($0.word) }),
                ]))
        }
        return .members([
            ("resourceType", .string("AllergyIntolerance")),
            ("code", .concept(alert.codes)),
            ("clinicalStatus", status(alert.status, FHIRNames.allergyClinical)),
            ("verificationStatus", certainty(alert.certainty, FHIRNames.allergyVerification)),
            ("criticality", alert.criticality.map { .string($0.word) }),
            (
                "category",
                alert.categories.isEmpty ? nil : .array(alert.categories.map { .string($0.word) })
            ),
            ("reaction", reactions.isEmpty ? nil : .array(reactions)),
            ("onsetDateTime", .date(alert.since)),
            ("recordedDate", .date(alert.recorded)),
            (
                "extension",
                .extensions([
                    .term("clinical-status", alert.status), .term("certainty", alert.certainty),
                ])
            ),
        ])
    }

    static func medicine(_ medicine: Medicine) -> JSON {
        let status = medicine.status?.word ?? "unknown"
        return .members([
            ("resourceType", .string("MedicationStatement")),
            ("status", .string(statementStatus.contains(status) ? status : "unknown")),
            ("medicationCodeableConcept", .concept(medicine.codes)),
            (
                "effectivePeriod",
                .period(medicine.start, medicine.end) ?? .absent("unknown")
            ),
            ("dateAsserted", .date(medicine.recorded)),
            (
                "dosage",
                medicine.dosages.isEmpty ? nil : .array(medicine.dosages.map(DosageWriter.write))
            ),
            (
                "extension",
                .extensions(
                    [
                        .term("medicine-status", medicine.status),
                        .extension("last-given", "Date", .date(medicine.lastGiven)),
                        .extension("next-due", "Date", .date(medicine.nextDue)),
                        .extension("supply-end", "Date", .date(medicine.supplyEnd)),
                        .term("prescriber", medicine.prescriber),
                    ] + medicine.warnings.map { .term("warning", $0) })
            ),
        ])
    }

    static func diagnosis(_ diagnosis: Diagnosis) -> JSON {
        .members([
            ("resourceType", .string("Condition")),
            ("code", .concept(diagnosis.codes)),
            ("clinicalStatus", status(diagnosis.status, FHIRNames.conditionClinical)),
            (
                "verificationStatus",
                certainty(diagnosis.certainty, FHIRNames.conditionVerification)
            ),
            ("onsetDateTime", .date(diagnosis.since)),
            ("abatementDateTime", .date(diagnosis.until)),
            ("recordedDate", .date(diagnosis.recorded)),
            (
                "extension",
                .extensions([
                    .term("clinical-status", diagnosis.status),
                    .term("certainty", diagnosis.certainty), .term("cadre", diagnosis.cadre),
                ])
            ),
        ])
    }

    static func complaint(_ complaint: Complaint) -> JSON {
        .members([
            ("resourceType", .string("Condition")),
            ("code", .term(concept: complaint.category)),
            ("clinicalStatus", .concept(FHIRNames.conditionClinical, "active")),
            ("recordedDate", .date(complaint.recorded)),
        ])
    }

    /// A statement of absence as the IPS writes it; nil for one of a later version.
    static func statement(
        _ statement: Term<AbsenceStatement>, _ topic: SummaryItem.Topic
    ) -> JSON? {
        guard let code = AbsentCodes.code(statement, topic: topic.rawValue) else { return nil }
        let concept = JSON.concept(FHIRNames.absent, code)
        switch topic {
        case .allergies:
            return .members([
                ("resourceType", .string("AllergyIntolerance")), ("code", concept),
                ("clinicalStatus", .concept(FHIRNames.allergyClinical, "active")),
            ])
        case .medications:
            return .members([
                ("resourceType", .string("MedicationStatement")),
                ("status", .string("unknown")), ("medicationCodeableConcept", concept),
                ("effectivePeriod", .absent("unknown")),
            ])
        case .problems:
            return .members([
                ("resourceType", .string("Condition")), ("code", concept),
                ("clinicalStatus", .concept(FHIRNames.conditionClinical, "active")),
            ])
        }
    }

    /// Words that FHIR's own list may lack stand in the extension beside it.
    /// Where there is none, the profiles still ask for one: it is said to be unknown.
    private static func status(_ status: Term<ClinicalStatus>?, _ system: String) -> JSON? {
        guard let status, status.isKnown else { return .absent("unknown") }
        guard system == FHIRNames.allergyClinical else { return .concept(system, status.word) }
        let narrower = ["recurrence": "active", "relapse": "active", "remission": "inactive"]
        return .concept(system, narrower[status.word] ?? status.word)
    }

    private static func certainty(_ certainty: Term<Certainty>?, _ system: String) -> JSON? {
        guard let certainty, certainty.isKnown else { return nil }
        let isWider = system != FHIRNames.allergyVerification
        return .concept(
            system, isWider || certainty.word == "confirmed" ? certainty.word : "unconfirmed")
    }
}

/// Writes a dosage.
enum DosageWriter {
    static func write(_ dosage: Dosage) -> JSON {
        var times: JSON?
        if dosage.frequency != nil || !dosage.times.isEmpty {
            times = .members([
                ("frequency", dosage.frequency.map { .number("\($0.times)") }),
                ("period", dosage.frequency.map { .decimal($0.period) }),
                ("periodUnit", dosage.frequency.map { .string($0.unit.word) }),
                (
                    "when",
                    dosage.times.isEmpty ? nil : .array(dosage.times.map { .string($0.word) })
                ),
            ])
        }
        var rate: JSON?
        if let high = dosage.doseHigh {
            rate = .members([
                (
                    "doseRange",
                    .members([("low", dosage.dose.map(quantity)), ("high", quantity(high))])
                )
            ])
        } else if let dose = dosage.dose {
            rate = .object(["doseQuantity": quantity(dose)])
        }
        return .members([
            ("timing", times.map { .object(["repeat": $0]) }),
            ("doseAndRate", rate.map { .array([$0]) }),
            ("asNeededBoolean", dosage.asNeeded ? .bool(true) : nil),
            ("route", .concept(dosage.route)),
        ])
    }

    private static func quantity(_ quantity: Quantity) -> JSON {
        .members([
            ("value", .decimal(quantity.value)), ("unit", .text(quantity.unit)),
            ("system", quantity.isUCUM ? .string(FHIRNames.ucum) : nil),
            ("code", quantity.isUCUM ? .text(quantity.unit) : nil),
        ])
    }
}
