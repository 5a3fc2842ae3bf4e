import CarePassport
import PassportCoding

/// Observation: a score of a known instrument or of function; all others are left out.
struct ObservationReader {
    /// What an Observation can become.
    enum Item {
        case score(Score)
        case function(FunctionScore)
    }

    private static let read: Set<String> = [
        "code", "category", "valueInteger", "valueQuantity", "effectiveDateTime",
        "effectivePeriod", "issued",
    ]

    static func read(_ resource: JSON) -> Reading<Item> {
        let isOurs = resource.list("category").contains {
            Concept.code($0, in: FHIRNames.item) == "score"
        }
        let scale = Concept.code(resource["code"], in: FHIRNames.system(FunctionScale.name))
            .flatMap { Term<FunctionScale>($0) }
        let codes = Concept(resource["code"]).codes
        let instrument = codes.first { Instrument.named($0) != nil } ?? (isOurs ? codes.first : nil)
        guard scale != nil || instrument != nil else { return .dropped(.notInDictionary) }
        switch resource.text("status") {
        case "final", "amended", "corrected", "preliminary": break
        case "entered-in-error": return .dropped(.enteredInError)
        default: return .dropped(.notFinal)
        }
        guard let total = value(resource) else { return .dropped(.invalidValue) }
        let date =
            resource.date("effectiveDateTime") ?? resource["effectivePeriod"]?.date("start")
        let leftovers = Leftovers.rules(of: resource, read: read)
        if let scale {
            return .item(.function(FunctionScore(scale, total: total, date: date)), leftovers)
        }
        guard let instrument else { return .dropped(.notInDictionary) }
        return score(resource, instrument, total, date, leftovers)
    }

    private static func score(
        _ resource: JSON, _ instrument: Code, _ total: DecimalNumber, _ date: PartialDate?,
        _ leftovers: Set<ImportRule>
    ) -> Reading<Item> {
        let known = Instrument.named(instrument)
        if let known, !known.allows(total) { return .dropped(.valueOutOfRange) }
        guard let direction = resource.extensionTerm("direction") ?? known?.direction else {
            return .dropped(.notInDictionary)
        }
        var score = Score(instrument, total: total, direction: direction)
        score.version = resource.extensionText("version", maximum: Limits.shortTextCharacters)
        score.language = resource.extensionLanguage("language")
        score.mode = resource.extensionTerm("score-mode")
        score.informant = resource.extensionTerm("informant")
        score.missingItems = resource.extensionInt("missing-items", in: 0...Limits.sessions)
        score.date = date
        score.cutOff = resource.extensionValue("cut-off")?["valueDecimal"]?.decimal
        score.cutOffSource = resource.extensionText(
            "cut-off-source", maximum: Limits.displayCharacters)
        return .item(.score(score), leftovers)
    }

    private static func value(_ resource: JSON) -> DecimalNumber? {
        if let value = resource["valueInteger"] { return value.decimal }
        guard let quantity = resource["valueQuantity"], !quantity.has("comparator") else {
            return nil
        }
        return quantity["value"]?.decimal
    }
}

extension Instrument {
    /// True for a total that the instrument can give.
    func allows(_ total: DecimalNumber) -> Bool {
        var scale = 1
        for _ in 0..<(-total.exponent) { scale *= 10 }
        return (minimum * scale...maximum * scale).contains(total.mantissa)
    }
}
