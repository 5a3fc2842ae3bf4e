import CarePassport
import PassportCoding

/// Care content of invented people.
enum Content {
    static func term<V>(_ word: String) throws -> Term<V> {
        guard let term = Term<V>(word) else { throw VectorProblem("no such word: \(word)") }
        return term
    }

    static func date(_ text: String) throws -> PartialDate {
        guard let date = PartialDate(text) else { throw VectorProblem("no such date: \(text)") }
        return date
    }

    static func number(_ text: String) throws -> DecimalNumber {
        guard let number = DecimalNumber(text) else { throw VectorProblem("no number: \(text)") }
        return number
    }

    /// A short history in all six kinds; most fit one paper slot.
    static func summary(_ pseudonym: String) throws -> CareSummary {
        var summary = CareSummary()
        summary.emergency = try emergency(pseudonym)
        var medicine = Medicine(codes: [Code(.atc, "N06AB06", display: "sertraline")])
        medicine.supplyEnd = try date("2026-03-28")
        medicine.warnings = [.doNotStopAbruptly]
        summary.medication = MedicationContent()
        summary.medication?.medicines = [medicine]
        var intervention = Intervention(try term("trt"))
        intervention.session = 3
        intervention.sessions = 5
        var episode = CareEpisode()
        episode.interventions = [intervention]
        summary.care = CareContent()
        summary.care?.episodes = [episode]
        if let instrument = Instrument.all.first(where: { $0.code == "phq-9" }) {
            var score = Score(
                instrument.preferredCode, total: try number("14"), direction: .higherWorse)
            score.date = try date("2026-01-20")
            summary.scores = ScoresContent()
            summary.scores?.scores = [score]
        }
        var diagnosis = Diagnosis(codes: [Code(.icd11, "6B40")])
        diagnosis.recorded = try date("2026-01-20")
        summary.diagnosis = DiagnosisContent()
        summary.diagnosis?.diagnoses = [diagnosis]
        guard
            let risk = Risk(
                try term("self-harm"), level: try term("moderate"), asOf: try date("2026-01-20"))
        else { throw VectorProblem("no such risk") }
        summary.risk = RiskContent()
        summary.risk?.risks = [risk]
        return summary
    }

    /// Long enough to span two paper slots.
    private static func emergency(_ pseudonym: String) throws -> EmergencyContent {
        var content = EmergencyContent()
        content.subject.pseudonym = pseudonym
        content.subject.birthYear = 2009
        content.languages = [
            SpokenLanguage("ar-SY", isPreferred: true),
            SpokenLanguage("tr", uses: [try term("speaks")]),
        ]
        var alert = Alert(
            .allergy, codes: [Code(.snomed, "91936005", display: "Allergy to penicillin")])
        alert.criticality = try term("high")
        content.alerts = [alert]
        var followUp = FollowUp(due: try date("2026-03-21"))
        followUp.callBack = Secrets.seed("call back \(pseudonym)")
        content.followUps = [followUp]
        return content
    }

    static func person(_ pseudonym: String) throws -> PersonReference {
        try PersonReference(Array(Secrets.seed("person \(pseudonym)").prefix(16)))
    }

    static func provenance() throws -> Provenance {
        Provenance(cadre: try term("trained-helper"), date: try date("2026-01-20"))
    }

    static func sections(_ pseudonym: String, supersedes: [UInt8]? = nil) throws -> [Section] {
        try summary(pseudonym).sections(
            person: person(pseudonym), provenance: provenance(), supersedes: supersedes)
    }
}
