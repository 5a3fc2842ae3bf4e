public import CarePassport
public import PassportCoding

/// Reads a FHIR R4 International Patient Summary and accounts for every entry of it.
public struct SummaryReader {
    private let index: BundleIndex
    private let subject: Int
    private var builder = SummaryBuilder()
    private var account = ImportAccount()
    private var usedMedications: [Int: ImportAccount.Outcome] = [:]

    /// Reads a document; what it cannot take it names in the account.
    public static func read(
        _ bytes: [UInt8]
    ) throws(FHIRError) -> (CareSummary, ImportAccount) {
        let bundle = try JSONReader.value(from: bytes)
        guard bundle.text("resourceType") == "Bundle" else {
            throw FHIRError(.notBundle, "document: not a FHIR bundle")
        }
        guard bundle.text("type") == "document" else {
            throw FHIRError(.notDocument, "bundle: not of type document")
        }
        let index = try BundleIndex(bundle)
        guard let composition = index.resources.first,
            composition.text("resourceType") == "Composition"
        else { throw FHIRError(.notDocument, "bundle: entry[0] is not a composition") }
        guard Concept.code(composition["type"], in: CodeSystem.loinc.uri) == "60591-5" else {
            throw FHIRError(
                .notSummary, "entry[0]: not a patient summary",
                hint: "the composition's type must be LOINC 60591-5")
        }
        var reader = try SummaryReader(index, composition)
        reader.readEntries()
        reader.account.references = reader.references(of: composition)
        reader.readEmptyReasons(of: composition)
        return (reader.builder.summary, reader.account)
    }

    private init(_ index: BundleIndex, _ composition: JSON) throws(FHIRError) {
        self.index = index
        let patients = index.resources.indices.filter {
            index.resources[$0].text("resourceType") == "Patient"
        }
        if let named = index.entry(composition["subject"]), patients.contains(named) {
            subject = named
        } else if patients.count == 1, let only = patients.first {
            subject = only
        } else {
            throw FHIRError(.noSubject, "entry[0].subject: names no patient of the bundle")
        }
    }

    private mutating func readEntries() {
        for (position, resource) in index.resources.enumerated() {
            // Made plain first: to compare megabytes of combining marks with every type that
            // there is takes seconds.
            let type = Self.plain(resource.text("resourceType") ?? "None")
            let outcome = read(resource, type, at: position)
            account.entries.append(
                .init(
                    position: "entry[\(position)]", type: type, outcome: outcome.0,
                    partial: Self.sorted(outcome.1), isCoded: isCoded(resource, type)))
        }
        // A Medication is only known to be used when everything that may use it was read.
        for (position, outcome) in usedMedications where account.entries.indices.contains(position)
        {
            account.entries[position].outcome = outcome
        }
    }

    private typealias Result = (ImportAccount.Outcome, Set<ImportRule>)

    private mutating func read(_ resource: JSON, _ type: String, at position: Int) -> Result {
        if type == "Composition" { return (.dropped(.structure), []) }
        if type == "Patient" {
            guard position == subject else { return (.dropped(.otherPerson), []) }
            var partial: Set<ImportRule> = []
            builder.edit { partial = PatientReader.read(resource, into: &$0) }
            return (.taken(.emergency), partial)
        }
        if type == "Medication" { return (.dropped(.unused), []) }
        if let rule = Self.types[type] { return (.dropped(rule), []) }
        if let rule = screen(resource) { return (.dropped(rule), []) }
        switch type {
        case "MedicationStatement", "MedicationRequest": return readMedicine(resource)
        case "AllergyIntolerance": return readAllergy(resource)
        case "Condition": return readCondition(resource)
        case "Observation": return readObservation(resource)
        case "CarePlan": return readCarePlan(resource)
        case "Flag": return readFlag(resource)
        default: return (.dropped(.notInDictionary), [])
        }
    }

    /// Types that are left out whole, whatever they hold.
    private static let types: [String: ImportRule] = [
        "Organization": .administrative, "Practitioner": .administrative,
        "PractitionerRole": .administrative, "Device": .administrative,
        "Location": .administrative, "Encounter": .administrative, "Consent": .administrative,
        "Provenance": .administrative, "AuditEvent": .administrative, "Coverage": .administrative,
        "HealthcareService": .administrative, "Appointment": .administrative,
        "RelatedPerson": .relatives, "FamilyMemberHistory": .relatives,
        "DocumentReference": .attachment, "Binary": .attachment, "Media": .attachment,
        "Bundle": .attachment, "QuestionnaireResponse": .rawAnswers,
        "Questionnaire": .administrative, "Person": .demographics, "Group": .otherPerson,
    ]

    /// The rule that keeps a resource out before its content is looked at.
    private func screen(_ resource: JSON) -> ImportRule? {
        if resource.has("modifierExtension") || resource.has("implicitRules") { return .modifier }
        for label in resource["meta"]?.list("security") ?? [] {
            if label.text("system") == FHIRNames.actCode,
                let code = label.text("code"), DoNotTravel.blocks(label: code)
            {
                return .doNotTravel
            }
        }
        let person = resource["subject"] ?? resource["patient"]
        if let entry = index.entry(person), entry != subject { return .otherPerson }
        return nil
    }

    private mutating func readMedicine(_ resource: JSON) -> Result {
        let (concept, entry) = MedicineReader.concept(of: resource, index)
        let result: Result
        switch MedicineReader.read(resource, concept) {
        case .dropped(let rule): result = (.dropped(rule), [])
        case .item(let medicine, let partial):
            result = Self.result(builder.add(medicine), .medication, partial)
        case .statement(let statement):
            let rule = builder.add(
                statement, to: \.medication, empty: MedicationContent(), \.statements,
                maximum: Limits.elementsPerInnerList)
            result = Self.result(rule, .medication, [])
        }
        if let entry { note(use: result.0, of: entry) }
        return result
    }

    /// A Medication shares the fate of what uses it; being taken once is enough.
    private mutating func note(use outcome: ImportAccount.Outcome, of entry: Int) {
        if case .taken = usedMedications[entry] { return }
        usedMedications[entry] = outcome
    }

    private mutating func readAllergy(_ resource: JSON) -> Result {
        switch AllergyReader.read(resource) {
        case .dropped(let rule): return (.dropped(rule), [])
        case .item(let alert, let partial):
            return Self.result(builder.add(alert), .emergency, partial)
        case .statement(let statement):
            let rule = builder.add(
                statement, to: \.emergency, empty: EmergencyContent(), \.statements,
                maximum: Limits.elementsPerInnerList)
            return Self.result(rule, .emergency, [])
        }
    }

    private mutating func readCondition(_ resource: JSON) -> Result {
        switch ConditionReader.read(resource) {
        case .dropped(let rule): return (.dropped(rule), [])
        case .item(.diagnosis(let diagnosis), let partial):
            return Self.result(builder.add(diagnosis), .diagnosis, partial)
        case .item(.complaint(let complaint), let partial):
            let rule = builder.add(
                complaint, to: \.care, empty: CareContent(), \.complaints,
                maximum: Limits.elementsPerInnerList)
            return Self.result(rule, .care, partial)
        case .statement(let statement):
            let rule = builder.add(
                statement, to: \.diagnosis, empty: DiagnosisContent(), \.statements,
                maximum: Limits.elementsPerInnerList)
            return Self.result(rule, .diagnosis, [])
        }
    }

    private mutating func readObservation(_ resource: JSON) -> Result {
        switch ObservationReader.read(resource) {
        case .dropped(let rule): return (.dropped(rule), [])
        case .statement: return (.dropped(.notInDictionary), [])
        case .item(.score(let score), let partial):
            let rule = builder.add(score, to: \.scores, empty: ScoresContent(), \.scores)
            return Self.result(rule, .scores, partial)
        case .item(.function(let function), let partial):
            let rule = builder.add(
                function, to: \.scores, empty: ScoresContent(), \.function,
                maximum: Limits.elementsPerInnerList)
            return Self.result(rule, .scores, partial)
        }
    }

    private mutating func readCarePlan(_ resource: JSON) -> Result {
        switch CarePlanReader.read(resource) {
        case .dropped(let rule): return (.dropped(rule), [])
        case .statement: return (.dropped(.notInDictionary), [])
        case .item(.episode(let episode), let partial):
            let rule = builder.add(
                episode, to: \.care, empty: CareContent(), \.episodes,
                maximum: Limits.elementsPerInnerList)
            return Self.result(rule, .care, partial)
        case .item(.followUp(let followUp), let partial):
            let rule = builder.add(
                followUp, to: \.emergency, empty: EmergencyContent(), \.followUps,
                maximum: Limits.elementsPerInnerList)
            return Self.result(rule, .emergency, partial)
        case .item(.plan(let plan), let partial):
            return Self.result(builder.set(plan), .risk, partial)
        }
    }

    private mutating func readFlag(_ resource: JSON) -> Result {
        switch FlagReader.read(resource) {
        case .dropped(let rule): return (.dropped(rule), [])
        case .statement: return (.dropped(.notInDictionary), [])
        case .item(.alert(let alert), let partial):
            return Self.result(builder.add(alert), .emergency, partial)
        case .item(.risk(let risk), let partial):
            let rule = builder.add(
                risk, to: \.risk, empty: RiskContent(), \.risks,
                maximum: Limits.elementsPerInnerList)
            return Self.result(rule, .risk, partial)
        }
    }

    private static func result(
        _ rule: ImportRule?, _ kind: SectionKind, _ partial: Set<ImportRule>
    ) -> Result {
        rule.map { (.dropped($0), []) } ?? (.taken(kind), partial)
    }

    private func isCoded(_ resource: JSON, _ type: String) -> Bool {
        if type == "MedicationStatement" || type == "MedicationRequest" {
            return Concept.isCoded(MedicineReader.concept(of: resource, index).concept)
        }
        return Concept.isCoded(resource["code"])
    }

    private static func sorted(_ rules: Set<ImportRule>) -> [ImportRule] {
        rules.sorted { $0.name < $1.name }
    }

    /// A resource type as far as FHIR has it: a source must not write into the account.
    static func plain(_ type: String) -> String {
        ResourceTypes.all.contains(type) ? type : "Other"
    }
}

extension SummaryReader {
    /// One line for each reference in the composition's sections.
    private func references(of composition: JSON) -> [ImportAccount.Line] {
        var lines: [ImportAccount.Line] = []
        var pending = composition.list("section").enumerated().map {
            (path: "entry[0].section[\($0.offset)]", section: $0.element)
        }
        pending.reverse()
        while let (path, section) = pending.popLast() {
            for (offset, reference) in section.list("entry").enumerated() {
                var outcome = ImportAccount.Outcome.dropped(.unresolved)
                var isCoded = false
                if let entry = index.entry(reference), account.entries.indices.contains(entry) {
                    outcome = account.entries[entry].outcome
                    isCoded = account.entries[entry].isCoded
                }
                lines.append(
                    .init(
                        position: "\(path).entry[\(offset)]", type: "Reference", outcome: outcome,
                        partial: [], isCoded: isCoded))
            }
            let inner = section.list("section").enumerated().map {
                (path: "\(path).section[\($0.offset)]", section: $0.element)
            }
            pending += inner.reversed()
        }
        return lines
    }

    /// An empty section that says why makes a statement too: nothing known, or not asked.
    private mutating func readEmptyReasons(of composition: JSON) {
        for section in composition.list("section") {
            let statement: Term<AbsenceStatement>
            switch Concept.code(section["emptyReason"], in: FHIRNames.emptyReason) {
            case "nilknown": statement = Term(number: 1)
            case "notasked": statement = Term(number: 2)
            default: continue
            }
            let count = Limits.elementsPerInnerList
            switch Concept.code(section["code"], in: CodeSystem.loinc.uri) {
            case "48765-2" where (builder.summary.emergency?.alerts ?? []).isEmpty:
                _ = builder.add(
                    statement, to: \.emergency, empty: EmergencyContent(), \.statements,
                    maximum: count)
            case "10160-0" where (builder.summary.medication?.medicines ?? []).isEmpty:
                _ = builder.add(
                    statement, to: \.medication, empty: MedicationContent(), \.statements,
                    maximum: count)
            case "11450-4" where (builder.summary.diagnosis?.diagnoses ?? []).isEmpty:
                _ = builder.add(
                    statement, to: \.diagnosis, empty: DiagnosisContent(), \.statements,
                    maximum: count)
            default: continue
            }
        }
    }
}
