import CarePassport
import PassportCoding

/// The parts of a supplement that a patient summary also has.
extension SupplementReader {
    static func emergency(_ object: SupplementObject) throws(FHIRError) -> EmergencyContent {
        var object = object
        var content = EmergencyContent()
        content.subject.pseudonym = try object.text("pseudonym")
        content.subject.birthYear = try object.int("birthYear")
        content.subject.ageBand = try object.term("ageBand")
        content.subject.sex = try object.term("sex")
        for var language in try object.objects("languages") {
            content.languages.append(
                SpokenLanguage(
                    try language.required("tag", try language.text("tag")),
                    uses: try language.terms("uses"),
                    isPreferred: try language.bool("preferred")))
            try language.finish()
        }
        content.interpreter = try object.term("interpreter")
        for var access in try object.objects("accessNeeds") {
            let need: Term<AccessNeed>? = try access.term("need")
            content.accessNeeds.append(
                AccessRequirement(
                    try access.required("need", need), try access.term("difficulty")))
            try access.finish()
        }
        for alert in try object.objects("alerts") {
            content.alerts.append(try Self.alert(alert))
        }
        content.statements = try object.terms("statements")
        for var inner in try object.objects("followUps") {
            var followUp = FollowUp(due: try inner.required("due", try inner.date("due")))
            followUp.cadre = try inner.term("cadre")
            followUp.activity = try inner.code("activity")
            try inner.finish()
            content.followUps.append(followUp)
        }
        try object.finish()
        return content
    }

    private static func alert(_ object: SupplementObject) throws(FHIRError) -> Alert {
        var object = object
        let kind: Term<AlertKind>? = try object.term("kind")
        var alert = Alert(
            try object.required("kind", kind), codes: try object.codes("codes"))
        alert.status = try object.term("status")
        alert.certainty = try object.term("certainty")
        alert.criticality = try object.term("criticality")
        alert.categories = try object.terms("categories")
        for var reaction in try object.objects("reactions") {
            alert.reactions.append(
                Reaction(
                    codes: try reaction.codes("codes"), severity: try reaction.term("severity")))
            try reaction.finish()
        }
        alert.since = try object.date("since")
        alert.recorded = try object.date("recorded")
        try object.finish()
        return alert
    }

    static func medication(_ object: SupplementObject) throws(FHIRError) -> MedicationContent {
        var object = object
        var content = MedicationContent()
        for var inner in try object.objects("medicines") {
            var medicine = Medicine(codes: try inner.codes("codes"))
            medicine.status = try inner.term("status")
            for dosage in try inner.objects("dosages") {
                medicine.dosages.append(try Self.dosage(dosage))
            }
            medicine.start = try inner.date("start")
            medicine.end = try inner.date("end")
            medicine.lastGiven = try inner.date("lastGiven")
            medicine.nextDue = try inner.date("nextDue")
            medicine.supplyEnd = try inner.date("supplyEnd")
            medicine.prescriber = try inner.term("prescriber")
            medicine.warnings = try inner.terms("warnings")
            medicine.recorded = try inner.date("recorded")
            try inner.finish()
            content.medicines.append(medicine)
        }
        content.statements = try object.terms("statements")
        try object.finish()
        return content
    }

    private static func dosage(_ object: SupplementObject) throws(FHIRError) -> Dosage {
        var object = object
        var dosage = Dosage()
        dosage.dose = try quantity(try object.object("dose"))
        dosage.doseHigh = try quantity(try object.object("doseHigh"))
        if var inner = try object.object("frequency") {
            let unit: Term<TimeUnit>? = try inner.term("unit")
            dosage.frequency = Frequency(
                times: try inner.required("times", try inner.int("times")),
                period: try inner.required("period", try inner.decimal("period")),
                unit: try inner.required("unit", unit))
            try inner.finish()
        }
        dosage.times = try object.terms("times")
        dosage.asNeeded = try object.bool("asNeeded")
        dosage.route = try object.codes("route")
        try object.finish()
        return dosage
    }

    private static func quantity(_ object: SupplementObject?) throws(FHIRError) -> Quantity? {
        guard var object else { return nil }
        let quantity = Quantity(
            try object.required("value", try object.decimal("value")),
            unit: try object.text("unit"), isUCUM: try object.bool("ucum"))
        try object.finish()
        return quantity
    }

    static func diagnosis(_ object: SupplementObject) throws(FHIRError) -> DiagnosisContent {
        var object = object
        var content = DiagnosisContent()
        for var inner in try object.objects("diagnoses") {
            var diagnosis = Diagnosis(codes: try inner.codes("codes"))
            diagnosis.status = try inner.term("status")
            diagnosis.certainty = try inner.term("certainty")
            diagnosis.cadre = try inner.term("cadre")
            diagnosis.since = try inner.date("since")
            diagnosis.until = try inner.date("until")
            diagnosis.recorded = try inner.date("recorded")
            try inner.finish()
            content.diagnoses.append(diagnosis)
        }
        content.statements = try object.terms("statements")
        try object.finish()
        return content
    }
}
