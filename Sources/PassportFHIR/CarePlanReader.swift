import CarePassport
import PassportCoding

/// CarePlans that this project writes: FHIR has no settled place for a course of sessions, a
/// follow-up without a person or a safety plan. CarePlans of others are left out.
struct CarePlanReader {
    /// What a CarePlan can become.
    enum Item {
        case episode(CareEpisode)
        case followUp(FollowUp)
        case plan(SafetyPlan)
    }

    private static let read: Set<String> = ["category", "period", "activity"]

    static func read(_ resource: JSON) -> Reading<Item> {
        let kind = resource.list("category").lazy
            .compactMap { Concept.code($0, in: FHIRNames.item) }.first
        guard let kind else { return .dropped(.notInDictionary) }
        if resource.text("status") == "entered-in-error" { return .dropped(.enteredInError) }
        var partial = Leftovers.rules(of: resource, read: read)
        switch kind {
        case "episode": return .item(.episode(episode(resource, &partial)), partial)
        case "follow-up":
            guard let due = resource["period"]?.date("start") else {
                return .dropped(.invalidValue)
            }
            var followUp = FollowUp(due: due)
            followUp.cadre = resource.extensionTerm("cadre")
            followUp.activity = activity(resource)
            followUp.callBack = resource.extensionValue("call-back")?.text("valueString")
                .flatMap(bytes).flatMap { $0.count == 32 ? $0 : nil }
            return .item(.followUp(followUp), partial)
        case "safety-plan": return .item(.plan(plan(resource, &partial)), partial)
        default: return .dropped(.notInDictionary)
        }
    }

    private static func activity(_ resource: JSON) -> Code? {
        resource.list("category").lazy.flatMap { Concept($0).codes }.first { $0.system == .fourWs }
    }

    private static func episode(
        _ resource: JSON, _ partial: inout Set<ImportRule>
    ) -> CareEpisode {
        var episode = CareEpisode()
        episode.layer = resource.extensionTerm("layer")
        episode.activity = activity(resource)
        episode.activityList = resource.extensionText(
            "activity-list", maximum: Limits.shortTextCharacters)
        episode.cadre = resource.extensionTerm("cadre")
        episode.setting = resource.extensionTerm("setting")
        let country = resource.extensionCode("country")
        episode.country = country.flatMap { Tags.isCountry($0) ? $0 : nil }
        episode.closure = resource.extensionTerm("closure")
        episode.start = resource["period"]?.date("start")
        episode.end = resource["period"]?.date("end")
        for activity in resource.list("activity") {
            guard let detail = activity["detail"], let read = intervention(detail) else {
                partial.insert(.notInDictionary)
                continue
            }
            guard episode.interventions.count < Limits.elementsPerInnerList else {
                partial.insert(.overLimit)
                break
            }
            episode.interventions.append(read)
        }
        return episode
    }

    private static func intervention(_ detail: JSON) -> Intervention? {
        let system = FHIRNames.system(CareProtocol.name)
        guard
            let name = Concept.code(detail["code"], in: system).flatMap({ Term<CareProtocol>($0) })
        else { return nil }
        var intervention = Intervention(name)
        intervention.version = detail.extensionText(
            "version", maximum: Limits.shortTextCharacters)
        intervention.session = detail.extensionInt("session", in: 0...Limits.sessions)
        intervention.sessions = detail.extensionInt("sessions", in: 1...Limits.sessions)
        intervention.first = detail["scheduledPeriod"]?.date("start")
        intervention.last = detail["scheduledPeriod"]?.date("end")
        intervention.mode = detail.extensionTerm("mode")
        intervention.language = detail.extensionLanguage("language")
        intervention.status = detail.extensionTerm("intervention-status")
        intervention.stopReason = detail.extensionTerm("stop-reason")
        intervention.cadre = detail.extensionTerm("cadre")
        return intervention
    }

    private static func plan(_ resource: JSON, _ partial: inout Set<ImportRule>) -> SafetyPlan {
        var plan = SafetyPlan()
        let system = FHIRNames.system("safety-plan-step")
        for activity in resource.list("activity") {
            guard let detail = activity["detail"],
                let name = Concept.code(detail["code"], in: system),
                let index = SafetyPlan.steps.firstIndex(of: name)
            else {
                partial.insert(.notInDictionary)
                continue
            }
            let raw = detail.text("description") ?? ""
            let text = CareText.cleaned(raw, maximum: Limits.freeTextCharacters)
            guard text?.cut != true else {
                // Half a sentence of a safety plan can say the opposite of the whole.
                partial.insert(.overLimit)
                continue
            }
            guard !DoNotTravel.blocks(text: raw) else {
                partial.insert(.doNotTravel)
                continue
            }
            plan.texts[index + 1] = text?.text ?? ""
        }
        return plan
    }

    private static func bytes(_ text: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        var high: UInt8?
        for character in text {
            guard let digit = character.hexDigitValue.flatMap({ UInt8(exactly: $0) }) else {
                return nil
            }
            if let first = high {
                bytes.append(first << 4 | digit)
                high = nil
            } else {
                high = digit
            }
        }
        return high == nil ? bytes : nil
    }
}
