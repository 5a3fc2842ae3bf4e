import CarePassport
import PassportCoding

/// Gathers items under the limits of a section, so that what was imported can be sealed.
struct SummaryBuilder {
    /// Bytes of a section left to its header and to the fixed parts of its content.
    private static let headerBytes = 2_048

    /// After so many items of one list did not fit, the rest is not tried: each trial encodes
    /// the content, and a hostile bundle can hold thousands of items that are just too large.
    private static let trials = 16

    private(set) var summary = CareSummary()
    private var failures: [AnyKeyPath: Int] = [:]

    /// Adds an item to a list of one content; returns the rule that kept it out.
    mutating func add<Content, Item: Hashable>(
        _ item: Item, to content: WritableKeyPath<CareSummary, Content?>, empty: Content,
        _ list: WritableKeyPath<Content, [Item]>, maximum: Int = Limits.elementsPerList
    ) -> ImportRule? {
        var changed = summary[keyPath: content] ?? empty
        guard !changed[keyPath: list].contains(item) else { return .duplicate }
        guard changed[keyPath: list].count < maximum, failures[list, default: 0] < Self.trials
        else { return .overLimit }
        changed[keyPath: list].append(item)
        let before = summary
        summary[keyPath: content] = changed
        guard isSealable else {
            summary = before
            failures[list, default: 0] += 1
            return .overLimit
        }
        return nil
    }

    mutating func add(_ alert: Alert) -> ImportRule? {
        add(alert, to: \.emergency, empty: EmergencyContent(), \.alerts)
    }

    mutating func add(_ medicine: Medicine) -> ImportRule? {
        add(medicine, to: \.medication, empty: MedicationContent(), \.medicines)
    }

    mutating func add(_ diagnosis: Diagnosis) -> ImportRule? {
        add(diagnosis, to: \.diagnosis, empty: DiagnosisContent(), \.diagnoses)
    }

    /// Fills the fixed parts of the emergency content.
    mutating func edit(_ change: (inout EmergencyContent) -> Void) {
        var content = summary.emergency ?? EmergencyContent()
        change(&content)
        summary.emergency = content
    }

    /// Sets the safety plan; one is all there can be.
    mutating func set(_ plan: SafetyPlan) -> ImportRule? {
        var content = summary.risk ?? RiskContent()
        guard content.plan == nil else { return content.plan == plan ? .duplicate : .overLimit }
        content.plan = plan
        let before = summary
        summary.risk = content
        guard isSealable else {
            summary = before
            return .overLimit
        }
        return nil
    }

    private var isSealable: Bool {
        summary.contents.allSatisfy {
            $0.encodedByteCount <= Limits.sectionBytes - Self.headerBytes
        }
    }
}
