/// Input with a canary in every field that takes text or a date.
///
/// Words of a vocabulary and small numbers have no room for a canary; what holds them is
/// covered by the fields beside them.
enum CanaryInput {
    static let supplement = """
        {"form": "care-passport-supplement/1",
         "emergency": {
          "pseudonym": "@emergency.pseudonym", "birthYear": 1987, "sex": "female",
          "languages": [{"tag": "ar-x-@emergency.tag", "uses": ["speaks"], "preferred": true}],
          "accessNeeds": [{"need": "hearing", "difficulty": "some"}],
          "alerts": [{"kind": "allergy", "codes": [{"system": "urn:@emergency.system",
            "code": "@emergency.code", "display": "@emergency.display"}],
            "reactions": [{"codes": [{"system": "urn:@emergency.reaction-system",
              "code": "@emergency.reaction-code", "display": "@emergency.reaction"}],
              "severity": "severe"}],
            "since": "@emergency.d1", "recorded": "@emergency.d2"}],
          "followUps": [{"due": "@emergency.d3", "cadre": "nurse",
            "activity": {"system": "urn:care-passport:4ws", "code": "@emergency.activity",
            "display": "@emergency.activity-display"}}]},
         "medication": {"medicines": [{"codes": [{"system": "urn:@medication.system",
            "code": "@medication.code", "display": "@medication.display"}],
            "status": "active", "start": "@medication.d1", "end": "@medication.d2",
            "lastGiven": "@medication.d3", "nextDue": "@medication.d4",
            "supplyEnd": "@medication.d5", "recorded": "@medication.d6",
            "dosages": [{"dose": {"value": 1.5, "unit": "@medication.unit"},
              "doseHigh": {"value": 2, "unit": "@medication.unit-high"},
              "route": [{"system": "urn:@medication.route-system",
                "code": "@medication.route-code", "display": "@medication.route"}]}]}]},
         "care": {"episodes": [{"layer": "focused-support",
            "activity": {"system": "urn:care-passport:4ws", "code": "@care.code",
              "display": "@care.display"},
            "activityList": "@care.list", "country": "TR", "start": "@care.d1",
            "end": "@care.d2", "interventions": [{"protocol": "trt", "version": "@care.version",
              "session": 3, "of": 5, "first": "@care.d3", "last": "@care.d4",
              "language": "ar-x-@care.tag"}]}],
          "complaints": [{"category": "emotional-disorder", "recorded": "@care.d5"}]},
         "scores": {"scores": [{"instrument": "phq-9", "version": "@scores.version",
            "language": "ar-x-@scores.tag", "total": 14, "date": "@scores.d1", "cutOff": 10,
            "cutOffSource": "@scores.source"}],
          "function": [{"scale": "self-rated", "total": 4, "date": "@scores.d2"}]},
         "diagnosis": {"diagnoses": [{"codes": [{"system": "urn:@diagnosis.system",
            "code": "@diagnosis.code", "display": "@diagnosis.display"}],
            "status": "active", "since": "@diagnosis.d1", "until": "@diagnosis.d2",
            "recorded": "@diagnosis.d3"}]},
         "risk": {"risks": [{"type": "self-harm", "level": "moderate", "asOf": "@risk.d1",
            "validUntil": "@risk.d2", "screen": {"system": "urn:@risk.system",
              "code": "@risk.code", "display": "@risk.display"}}],
          "safetyPlan": {"warning-signs": "@risk.warning-signs", "coping": "@risk.coping",
            "distraction": "@risk.distraction", "supporters": "@risk.supporters",
            "professionals": "@risk.professionals", "means-safety": "@risk.means-safety",
            "reason-for-living": "@risk.reason-for-living"}}}
        """

    /// A summary whose every resource also carries what must be dropped.
    static let bundle = """
        {"resourceType": "Bundle", "id": "@never.bundle-id", "type": "document",
         "identifier": {"system": "urn:@never.bundle-system", "value": "@never.bundle-value"},
         "entry": [\(composition), \(patient), \(allergy), \(medicine), \(condition),
          \(observation), \(episode), \(followUp), \(safetyPlan), \(riskFlag), \(alertFlag),
          \(dropped)]}
        """

    private static let never = """
        "id": "@never.id", "text": {"status": "generated", "div": "<div>@never.narrative</div>"},
        "meta": {"source": "urn:@never.meta"},
        "identifier": [{"system": "urn:@never.id-system", "value": "@never.id-value"}],
        "note": [{"text": "@never.note", "authorString": "@never.note-author"}],
        "extension": [{"url": "urn:@never.extension-url", "valueString": "@never.extension"}]
        """

    private static let composition = """
        {"fullUrl": "urn:uuid:1", "resource": {"resourceType": "Composition", \(never),
          "title": "@never.title", "status": "final",
          "type": {"coding": [{"system": "http://loinc.org", "code": "60591-5",
            "display": "@never.type-display"}]},
          "subject": {"reference": "urn:uuid:2", "display": "@never.subject"},
          "author": [{"display": "@never.author"}],
          "section": [{"title": "@never.section-title",
            "text": {"div": "<div>@never.section-div</div>"},
            "entry": [{"reference": "urn:uuid:4", "display": "@never.reference"}]}]}}
        """

    private static let patient = """
        {"fullUrl": "urn:uuid:2", "resource": {"resourceType": "Patient", "id": "@never.patient",
          "text": {"div": "<div>@never.patient-div</div>"},
          "identifier": [{"system": "urn:care-passport:pseudonym",
            "value": "@emergency.f-pseudonym"},
            {"system": "urn:@never.patient-system", "value": "@never.patient-number"}],
          "name": [{"text": "@never.name", "family": "@never.family", "given": ["@never.given"]}],
          "telecom": [{"system": "phone", "value": "@never.telecom"}],
          "address": [{"line": ["@never.line"], "city": "@never.city",
            "district": "@never.district"}],
          "contact": [{"name": {"text": "@never.contact"}}], "birthDate": "@never.d1",
          "photo": [{"title": "@never.photo"}], "gender": "female",
          "maritalStatus": {"text": "@never.marital"},
          "generalPractitioner": [{"display": "@never.practitioner"}],
          "communication": [{"language": {"text": "@never.language-text",
            "coding": [{"system": "urn:ietf:bcp:47", "code": "fa-x-@emergency.f-tag",
              "display": "@never.language-display"}]}}]}}
        """

    private static let allergy = """
        {"fullUrl": "urn:uuid:3", "resource": {"resourceType": "AllergyIntolerance", \(never),
          "patient": {"reference": "urn:uuid:2", "display": "@never.allergy-patient"},
          "recorder": {"display": "@never.recorder"}, "onsetString": "@never.onset",
          "code": {"text": "@never.allergy-text", "coding": [{"system":
            "urn:@emergency.f-system", "code": "@emergency.f-code",
            "display": "@emergency.f-display", "userSelected": true}]},
          "recordedDate": "@emergency.d9", "reaction": [{"description": "@never.description",
            "note": [{"text": "@never.reaction-note"}],
            "substance": {"text": "@never.substance"},
            "manifestation": [{"coding": [{"system": "urn:@emergency.f-reaction-system",
              "code": "@emergency.f-reaction-code", "display": "@emergency.f-reaction"}]}]}]}}
        """

    private static let medicine = """
        {"fullUrl": "urn:uuid:4", "resource": {"resourceType": "MedicationStatement", \(never),
          "subject": {"reference": "urn:uuid:2", "display": "@never.medicine-subject"},
          "status": "active", "reasonCode": [{"text": "@never.reason"}],
          "informationSource": {"display": "@never.source"},
          "medicationCodeableConcept": {"coding": [{"system": "urn:@medication.f-system",
            "code": "@medication.f-code"}], "text": "@medication.f-text"},
          "effectivePeriod": {"start": "@medication.d9", "end": "@medication.d10"},
          "dosage": [{"text": "@never.dosage", "patientInstruction": "@never.instruction",
            "additionalInstruction": [{"text": "@never.additional"}],
            "site": {"text": "@never.site"},
            "route": {"coding": [{"system": "urn:@medication.f-route-system",
              "code": "@medication.f-route-code", "display": "@medication.f-route"}]},
            "doseAndRate": [{"doseQuantity": {"value": 3, "unit": "@medication.f-unit"}}]}]}}
        """

    private static let condition = """
        {"fullUrl": "urn:uuid:5", "resource": {"resourceType": "Condition", \(never),
          "subject": {"reference": "urn:uuid:2"}, "asserter": {"display": "@never.asserter"},
          "evidence": [{"code": [{"text": "@never.evidence"}]}],
          "bodySite": [{"text": "@never.body"}], "stage": [{"summary": {"text":
            "@never.stage"}}],
          "code": {"coding": [{"system": "urn:@diagnosis.f-system",
            "code": "@diagnosis.f-code", "display": "@diagnosis.f-display"}]},
          "onsetDateTime": "@diagnosis.d9"}}
        """

    private static let observation = """
        {"fullUrl": "urn:uuid:6", "resource": {"resourceType": "Observation", \(never),
          "status": "final", "performer": [{"display": "@never.performer"}],
          "subject": {"reference": "urn:uuid:2"},
          "component": [{"valueString": "@never.answer"}],
          "code": {"text": "@never.instrument-text", "coding": [{"system": "http://loinc.org",
            "code": "44261-6", "display": "@scores.f-display"}]},
          "valueInteger": 12, "effectiveDateTime": "@scores.d9"}}
        """

    private static let episode = """
        {"fullUrl": "urn:uuid:7", "resource": {"resourceType": "CarePlan",
          "id": "@never.plan-id", "title": "@never.plan-title",
          "description": "@never.plan-description", "status": "active", "intent": "plan",
          "category": [{"coding": [{"system": "urn:care-passport:item", "code": "episode"}]},
            {"coding": [{"system": "urn:care-passport:4ws", "code": "@care.f-code",
              "display": "@care.f-display"}]}],
          "extension": [{"url": "urn:care-passport:ext:activity-list",
            "valueString": "@care.f-list"}],
          "period": {"start": "@care.d8", "end": "@care.d9"},
          "activity": [{"progress": [{"text": "@never.progress"}],
            "detail": {"description": "@never.detail", "location": {"display": "@never.place"},
            "code": {"coding": [{"system": "urn:care-passport:intervention", "code": "trt"}]},
            "scheduledPeriod": {"start": "@care.d10", "end": "@care.d11"},
            "extension": [{"url": "urn:care-passport:ext:version",
              "valueString": "@care.f-version"}, {"url": "urn:care-passport:ext:language",
              "valueCode": "ar-x-@care.f-tag"}]}}]}}
        """

    private static let followUp = """
        {"fullUrl": "urn:uuid:8", "resource": {"resourceType": "CarePlan",
          "status": "active", "intent": "plan", "careTeam": [{"display": "@never.team"}],
          "category": [{"coding": [{"system": "urn:care-passport:item", "code": "follow-up"}]},
            {"coding": [{"system": "urn:care-passport:4ws", "code": "@emergency.f-activity"}]}],
          "period": {"start": "@emergency.d10"}}}
        """

    private static let safetyPlan = """
        {"fullUrl": "urn:uuid:9", "resource": {"resourceType": "CarePlan",
          "status": "active", "intent": "plan",
          "category": [{"coding": [{"system": "urn:care-passport:item",
            "code": "safety-plan"}]}],
          "activity": [{"detail": {"description": "@risk.f-coping", "code": {"coding": [
            {"system": "urn:care-passport:safety-plan-step", "code": "coping"}]}}}]}}
        """

    private static let riskFlag = """
        {"fullUrl": "urn:uuid:10", "resource": {"resourceType": "Flag", "status": "active",
          "author": {"display": "@never.flag-author"},
          "code": {"coding": [{"system": "urn:care-passport:risk", "code": "suicide"}]},
          "period": {"start": "@risk.d9", "end": "@risk.d10"},
          "extension": [{"url": "urn:care-passport:ext:screen", "valueCoding": {"system":
            "urn:@risk.f-system", "code": "@risk.f-code", "display": "@risk.f-display"}}]}}
        """

    private static let alertFlag = """
        {"fullUrl": "urn:uuid:11", "resource": {"resourceType": "Flag", "status": "active",
          "category": [{"coding": [{"system": "urn:care-passport:alert", "code": "seizure"}]}],
          "code": {"coding": [{"system": "urn:@emergency.g-system",
            "code": "@emergency.g-code", "display": "@emergency.g-display"}]},
          "period": {"start": "@emergency.d11"}}}
        """

    private static let dropped = """
        {"resource": {"resourceType": "Practitioner", "name": [{"text": "@never.helper"}]}},
        {"resource": {"resourceType": "Organization", "name": "@never.organisation"}},
        {"resource": {"resourceType": "RelatedPerson", "name": [{"text": "@never.relative"}]}},
        {"resource": {"resourceType": "FamilyMemberHistory", "name": "@never.family-history"}},
        {"resource": {"resourceType": "DocumentReference", "description": "@never.document"}},
        {"resource": {"resourceType": "QuestionnaireResponse", "item": [{"text":
          "@never.question", "answer": [{"valueString": "@never.response"}]}]}},
        {"resource": {"resourceType": "Procedure", "code": {"text": "@never.procedure"}}},
        {"resource": {"resourceType": "@never.type"}},
        {"resource": {"resourceType": "Condition", "code": {"coding": [{"system":
          "http://hl7.org/fhir/sid/icd-10", "code": "Z65.5", "display": "@never.blocked"}]}}}
        """
}
