import CarePassport
import PassportCoding

/// MedicationStatement and MedicationRequest.
struct MedicineReader {
    private static let read: Set<String> = [
        "medicationCodeableConcept", "medicationReference", "effectivePeriod",
        "effectiveDateTime", "dateAsserted", "authoredOn", "dosage", "dosageInstruction",
        "taken",
    ]

    /// The concept that names the medicine, and the entry it stands in.
    static func concept(
        of resource: JSON, _ index: BundleIndex
    ) -> (concept: JSON?, entry: Int?) {
        if let concept = resource["medicationCodeableConcept"] { return (concept, nil) }
        guard let found = index.resource(resource["medicationReference"], in: resource) else {
            return (nil, nil)
        }
        if Concept.isCoded(found.resource["code"]) { return (found.resource["code"], found.entry) }
        // A product without a code of its own, but with exactly one ingredient, is named by it.
        let ingredients = found.resource.list("ingredient")
        if ingredients.count == 1, let concept = ingredients.first?["itemCodeableConcept"] {
            return (concept, found.entry)
        }
        return (found.resource["code"], found.entry)
    }

    static func read(_ resource: JSON, _ concept: JSON?) -> Reading<Medicine> {
        let status = resource.text("status")
        if status == "entered-in-error" { return .dropped(.enteredInError) }
        if resource["doNotPerform"]?.bool == true { return .dropped(.refuted) }
        if let statement = AbsentCodes.statement(concept) { return .statement(statement) }
        let named = Concept(concept)
        if named.isBlocked { return .dropped(.doNotTravel) }
        guard !named.codes.isEmpty else { return .dropped(.noCode) }
        var partial = named.partial.union(Leftovers.rules(of: resource, read: read))
        var medicine = Medicine(codes: named.codes)
        medicine.status = resource.extensionTerm("medicine-status") ?? status.flatMap { Term($0) }
        // R4's predecessor says in a field of its own that a medicine is not taken.
        if resource.text("taken") == "n" { medicine.status = Term("not-taken") }
        if resource.has("status"), medicine.status == nil { partial.insert(.invalidValue) }
        medicine.start =
            resource["effectivePeriod"]?.date("start") ?? resource.date("effectiveDateTime")
        medicine.end = resource["effectivePeriod"]?.date("end")
        medicine.recorded = resource.date("dateAsserted") ?? resource.date("authoredOn")
        medicine.lastGiven = resource.extensionDate("last-given")
        medicine.nextDue = resource.extensionDate("next-due")
        medicine.supplyEnd = resource.extensionDate("supply-end")
        medicine.prescriber = resource.extensionTerm("prescriber")
        medicine.warnings = resource.extensionTerms("warning")
        let dosages = resource.list("dosage") + resource.list("dosageInstruction")
        for json in dosages {
            let bounds = json["timing"]?["repeat"]?["boundsPeriod"]
            medicine.start = medicine.start ?? bounds?.date("start")
            medicine.end = medicine.end ?? bounds?.date("end")
            guard let dosage = DosageReader.read(json, &partial) else { continue }
            guard medicine.dosages.count < Limits.elementsPerInnerList else {
                partial.insert(.overLimit)
                break
            }
            medicine.dosages.append(dosage)
        }
        return .item(medicine, partial)
    }
}
