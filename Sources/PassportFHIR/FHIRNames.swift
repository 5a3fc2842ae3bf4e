/// URIs that this module reads and writes, in one place.
enum FHIRNames {
    static let absent = "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips"
    static let conditionClinical = "http://terminology.hl7.org/CodeSystem/condition-clinical"
    static let conditionVerification = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
    static let allergyClinical = "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical"
    static let allergyVerification =
        "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification"
    static let ucum = "http://unitsofmeasure.org"
    static let bcp47 = "urn:ietf:bcp:47"
    static let emptyReason = "http://terminology.hl7.org/CodeSystem/list-empty-reason"
    static let dataAbsent = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
    static let actCode = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
    static let observationCategory = "http://terminology.hl7.org/CodeSystem/observation-category"
    static let profile = "http://hl7.org/fhir/uv/ips/StructureDefinition/"
    static let xhtml = "http://www.w3.org/1999/xhtml"
    static let pseudonym = "urn:care-passport:pseudonym"
    static let item = "urn:care-passport:item"

    /// The code system that a vocabulary makes.
    static func system(_ name: String) -> String { "urn:care-passport:\(name)" }

    /// An extension for what FHIR has no standard place for.
    static func `extension`(_ name: String) -> String { "urn:care-passport:ext:\(name)" }
}
