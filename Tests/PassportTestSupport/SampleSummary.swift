public import CarePassport
internal import PassportCoding

/// A summary in which every element of the dictionary is filled; the person is invented.
public enum SampleSummary {
    /// A word or number of the sample is not one of the format's.
    private struct Missing: Error {}

    private static func required<Value>(_ value: Value?) throws -> Value {
        guard let value else { throw Missing() }
        return value
    }

    /// A term by its word.
    public static func term<V>(_ word: String) throws -> Term<V> {
        let term: Term<V>? = Term(word)
        return try required(term)
    }

    /// A date by its text.
    public static func date(_ text: String) throws -> PartialDate {
        try required(PartialDate(text))
    }

    /// Every element of every section.
    public static func full() throws -> CareSummary {
        var summary = CareSummary()
        summary.emergency = try emergency()
        summary.medication = try medication()
        summary.care = try care()
        summary.scores = try scores()
        var diagnosis = Diagnosis(codes: [Code(.icd11, "6B40", display: "PTSD")])
        diagnosis.status = try term("active")
        diagnosis.certainty = try term("provisional")
        diagnosis.cadre = try term("psychiatrist")
        diagnosis.since = try date("2025-11")
        diagnosis.until = try date("2026")
        diagnosis.recorded = try date("2026-02-28")
        summary.diagnosis = DiagnosisContent()
        summary.diagnosis?.diagnoses = [diagnosis]
        summary.diagnosis?.statements = [try term("no-information")]
        summary.risk = try risk()
        return summary
    }

    private static func emergency() throws -> EmergencyContent {
        var content = EmergencyContent()
        content.subject.pseudonym = "سامي"
        content.subject.birthYear = 2009
        content.subject.ageBand = try term("15-17")
        content.subject.sex = try term("male")
        content.languages = [
            SpokenLanguage("ar-SY", uses: [try term("speaks")], isPreferred: true),
            SpokenLanguage("tr"),
        ]
        content.interpreter = try term("needed")
        content.accessNeeds = [AccessRequirement(try term("hearing"), try term("some"))]
        var allergy = Alert(.allergy, codes: [Code(.snomed, "91936005", display: "Penicillin")])
        allergy.status = try term("active")
        allergy.certainty = try term("confirmed")
        allergy.criticality = try term("high")
        allergy.categories = [try term("medication")]
        allergy.reactions = [
            Reaction(codes: [Code(.snomed, "126485001")], severity: try term("moderate"))
        ]
        allergy.since = try date("2015")
        allergy.recorded = try date("2026-03-14")
        var seizure = Alert(try term("seizure"), codes: [Code(.alert, "seizure")])
        seizure.since = try date("2024-06")
        seizure.recorded = try date("2026-03-14")
        seizure.criticality = try term("high")
        content.alerts = [allergy, seizure]
        content.statements = [try term("no-known-food-allergies")]
        var followUp = FollowUp(due: try date("2026-03-21"))
        followUp.cadre = try term("trained-helper")
        followUp.activity = Code(.fourWs, "8.2")
        followUp.callBack = Array(0..<32)
        content.followUps = [followUp]
        return content
    }

    private static func medication() throws -> MedicationContent {
        var medicine = Medicine(codes: [
            Code(.atc, "N06AB06", display: "sertraline"),
            Code(CodeSystem("urn:oid:1.2.3"), "99", display: "χάπι", status: .withdrawn),
        ])
        medicine.status = try term("cancelled")
        var dosage = Dosage()
        dosage.dose = Quantity(try required(DecimalNumber("0.50")), unit: "mg", isUCUM: true)
        dosage.doseHigh = Quantity(try required(DecimalNumber("1.5")), unit: "mg", isUCUM: true)
        dosage.frequency = Frequency(
            times: 2, period: try required(DecimalNumber("1")), unit: try term("d"))
        dosage.times = [try term("MORN"), try term("EVE")]
        dosage.asNeeded = true
        dosage.route = [Code(.edqm, "20053000", display: "Oral use")]
        var plain = Dosage()
        plain.dose = Quantity(try required(DecimalNumber("1")), unit: "tablet")
        medicine.dosages = [dosage, plain]
        medicine.start = try date("2026-01-12")
        medicine.end = try date("2026-06")
        medicine.lastGiven = try date("2026-03-10")
        medicine.nextDue = try date("2026-04-10")
        medicine.supplyEnd = try date("2026-03-28")
        medicine.prescriber = try term("general-doctor")
        medicine.warnings = [.doNotStopAbruptly, .bloodLevelNeeded]
        medicine.recorded = try date("2026-03-14")
        var content = MedicationContent()
        content.medicines = [medicine]
        content.statements = [try term("none-known")]
        return content
    }

    private static func care() throws -> CareContent {
        var intervention = Intervention(try term("trt"))
        intervention.version = "2.0"
        intervention.session = 3
        intervention.sessions = 5
        intervention.first = try date("2026-02-28")
        intervention.last = try date("2026-03-14")
        intervention.mode = try term("group")
        intervention.language = "ar"
        intervention.status = try term("stopped")
        intervention.stopReason = try term("moved")
        intervention.cadre = try term("trained-helper")
        var episode = CareEpisode()
        episode.layer = try term("focused-support")
        episode.activity = Code(.fourWs, "8.2")
        episode.activityList = "2012"
        episode.cadre = try term("counsellor")
        episode.setting = try term("community-centre")
        episode.country = "TR"
        episode.interventions = [intervention]
        episode.start = try date("2026-02-28")
        episode.end = try date("2026-03-20")
        episode.closure = try term("moved")
        var content = CareContent()
        content.episodes = [episode]
        content.complaints = [
            Complaint(try term("other-emotional-complaint"), recorded: try date("2026-02"))
        ]
        return content
    }

    private static func scores() throws -> ScoresContent {
        let cries = try required(Instrument.all.first { $0.code == "cries-8" })
        let phq = try required(Instrument.all.first { $0.code == "phq-9" })
        var score = Score(
            cries.preferredCode, total: try required(DecimalNumber("21")),
            direction: .higherWorse)
        score.version = "8"
        score.language = "ar"
        score.mode = try term("interview")
        score.informant = try term("self")
        score.missingItems = 1
        score.date = try date("2026-03-14")
        score.cutOff = DecimalNumber("17")
        score.cutOffSource = "general use"
        var content = ScoresContent()
        content.scores = [
            score,
            Score(
                phq.preferredCode, total: try required(DecimalNumber("14.0")),
                direction: .higherWorse),
        ]
        content.function = [
            FunctionScore(
                try term("self-rated"), total: try required(DecimalNumber("2")),
                date: try date("2026-03-14"))
        ]
        return content
    }

    private static func risk() throws -> RiskContent {
        var risk = try required(
            Risk(try term("self-harm"), level: try term("moderate"), asOf: try date("2026-03-14")))
        risk.screen = Code(.loinc, "93373-9")
        var content = RiskContent()
        content.risks = [risk]
        var plan = SafetyPlan()
        plan.texts = [1: "لا أنام", 2: "Walking", 7: ""]
        content.plan = plan
        return content
    }

    /// Its sections, of one invented person.
    public static func sections() throws -> [Section] {
        try full().sections(
            person: try PersonReference(Array(repeating: 0xA5, count: 16)),
            provenance: Provenance(
                cadre: try term("trained-helper"), date: try date("2026-03-14"),
                sourceHash: Array(repeating: 7, count: 32), translation: .human),
            supersedes: Array(repeating: 9, count: 16))
    }
}
