import CarePassport
import PassportCoding

/// Takes a Dosage as far as it is structured; words are left out under their rule.
struct DosageReader {
    private static let codes: [String: (Int, String, String)] = [
        "QD": (1, "1", "d"), "BID": (2, "1", "d"), "TID": (3, "1", "d"), "QID": (4, "1", "d"),
        "QOD": (1, "2", "d"), "Q1H": (1, "1", "h"), "Q2H": (1, "2", "h"), "Q3H": (1, "3", "h"),
        "Q4H": (1, "4", "h"), "Q6H": (1, "6", "h"), "Q8H": (1, "8", "h"), "WK": (1, "1", "wk"),
        "MO": (1, "1", "mo"),
    ]

    /// The dosage; nil when nothing of it is structured.
    static func read(_ json: JSON, _ partial: inout Set<ImportRule>) -> Dosage? {
        var dosage = Dosage()
        if json.has("text") || json.has("patientInstruction") { partial.insert(.freeText) }
        if json.has("additionalInstruction") || json.has("maxDosePerPeriod") || json.has("site")
            || json.has("method") || json.has("maxDosePerAdministration")
        {
            partial.insert(.notInDictionary)
        }
        if let rate = json.list("doseAndRate").first {
            if let range = rate["doseRange"] {
                dosage.dose = quantity(range["low"], &partial)
                dosage.doseHigh = quantity(range["high"], &partial)
            } else {
                dosage.dose = quantity(rate["doseQuantity"], &partial)
            }
            if json.list("doseAndRate").count > 1 { partial.insert(.notInDictionary) }
        } else if let dose = json["doseQuantity"] {
            dosage.dose = quantity(dose, &partial)
        }
        if let timing = json["timing"] { read(timing: timing, into: &dosage, &partial) }
        dosage.asNeeded = json["asNeededBoolean"]?.bool ?? json.has("asNeededCodeableConcept")
        let route = Concept(json["route"])
        partial.formUnion(route.partial)
        if !route.isBlocked { dosage.route = route.codes }
        return dosage.isEmpty ? nil : dosage
    }

    static func quantity(_ json: JSON?, _ partial: inout Set<ImportRule>) -> Quantity? {
        guard let json else { return nil }
        guard let value = json["value"]?.decimal, !json.has("comparator") else {
            partial.insert(.invalidValue)
            return nil
        }
        // UCUM "1" is how sources write countable things: the printed unit says which.
        let isCount = json.text("code") == "1" && json.has("unit")
        let isUCUM = json.text("system") == FHIRNames.ucum && json.has("code") && !isCount
        let raw = isUCUM ? json.text("code") : json.text("unit") ?? json.text("code")
        guard let raw else { return Quantity(value) }
        guard let unit = CareText.cleaned(raw, maximum: Limits.shortTextCharacters), !unit.cut
        else {
            // A dose without its unit would be read as something else.
            partial.insert(.overLimit)
            return nil
        }
        return Quantity(value, unit: unit.text, isUCUM: isUCUM)
    }

    private static func read(
        timing: JSON, into dosage: inout Dosage, _ partial: inout Set<ImportRule>
    ) {
        if let times = timing["repeat"] {
            if let unit = times.text("periodUnit").flatMap({ Term<TimeUnit>($0) }),
                let period = times["period"]?.decimal
            {
                let count = times["frequency"]?.int ?? 1
                if (1...Limits.sessions).contains(count) {
                    dosage.frequency = Frequency(times: count, period: period, unit: unit)
                } else {
                    partial.insert(.invalidValue)
                }
            }
            for when in times.list("when").prefix(Limits.elementsPerInnerList) {
                if let term = when.string.flatMap({ Term<DayTime>($0) }) {
                    dosage.times.append(term)
                } else {
                    partial.insert(.notInDictionary)
                }
            }
            let other = [
                "frequencyMax", "periodMax", "count", "countMax", "duration", "dayOfWeek",
                "timeOfDay", "offset", "boundsDuration", "boundsRange",
            ]
            if other.contains(where: times.has) { partial.insert(.notInDictionary) }
        }
        if timing.has("event") { partial.insert(.notInDictionary) }
        guard dosage.frequency == nil else { return }
        for coding in timing["code"]?.list("coding") ?? [] {
            guard let code = coding.text("code"), let known = codes[code],
                let period = DecimalNumber(known.1), let unit = Term<TimeUnit>(known.2)
            else { continue }
            dosage.frequency = Frequency(times: known.0, period: period, unit: unit)
            return
        }
        if timing.has("code") { partial.insert(.notInDictionary) }
    }
}
