import CarePassport

/// Flags in this project's code systems: a risk, or an alert that is not an allergy.
struct FlagReader {
    /// What a Flag can become.
    enum Item {
        case risk(Risk)
        case alert(Alert)
    }

    private static let read: Set<String> = ["category", "code", "period"]

    static func read(_ resource: JSON) -> Reading<Item> {
        if resource.text("status") == "entered-in-error" { return .dropped(.enteredInError) }
        let partial = Leftovers.rules(of: resource, read: read)
        let riskSystem = FHIRNames.system(RiskType.name)
        if let type = Concept.code(resource["code"], in: riskSystem).flatMap({
            Term<RiskType>($0)
        }) {
            guard let asOf = resource["period"]?.date("start"),
                var risk = Risk(
                    type, level: resource.extensionTerm("risk-level") ?? .unknown, asOf: asOf,
                    validUntil: resource["period"]?.date("end"))
            else { return .dropped(.invalidValue) }
            var screen = Concept(nil)
            risk.screen = resource.extensionValue("screen")?["valueCoding"].flatMap {
                screen.code($0)
            }
            return .item(.risk(risk), partial.union(screen.partial))
        }
        let kind = resource.list("category").lazy
            .compactMap { Concept.code($0, in: FHIRNames.system(AlertKind.name)) }
            .compactMap { Term<AlertKind>($0) }.first
        guard let kind else { return .dropped(.notInDictionary) }
        let named = Concept(resource["code"])
        if named.isBlocked { return .dropped(.doNotTravel) }
        guard !named.codes.isEmpty else { return .dropped(.noCode) }
        var alert = Alert(kind, codes: named.codes)
        alert.status = resource.extensionTerm("clinical-status")
        alert.certainty = resource.extensionTerm("certainty")
        alert.criticality = resource.extensionTerm("criticality")
        alert.categories = resource.extensionTerms("allergy-category")
        alert.since = resource["period"]?.date("start")
        alert.recorded = resource.extensionDate("recorded")
        return .item(.alert(alert), partial.union(named.partial))
    }
}

extension Term where V == RiskLevel {
    /// The source gave no level.
    static var unknown: Self { Self(number: 6) }
}
