public import PassportCoding

/// The domain of `FHIRError`.
public enum FHIRDomain: FailureDomain {
    /// `fhir`.
    public static let name = "fhir"
}

/// Why bytes are not a summary that this importer reads.
public typealias FHIRError = Failure<FHIRDomain>

extension Failure<FHIRDomain>.Code {
    /// Not JSON, or JSON that readers disagree about.
    public static let malformedJSON = Self("malformedJSON")
    /// Two properties of one object have the same name.
    public static let duplicateName = Self("duplicateName")
    /// A property name with an escaped character.
    public static let escapedName = Self("escapedName")
    /// More bytes, depth or values than a named limit.
    public static let overLimit = Self("overLimit")
    /// A FHIR resource that is not a bundle, or no FHIR at all.
    public static let notBundle = Self("notBundle")
    /// A bundle that is not a document led by a composition.
    public static let notDocument = Self("notDocument")
    /// A document that is not a patient summary (LOINC 60591-5).
    public static let notSummary = Self("notSummary")
    /// A summary whose subject is not one patient in the bundle.
    public static let noSubject = Self("noSubject")
    /// A supplement that breaks its form.
    public static let malformedSupplement = Self("malformedSupplement")
    /// Content that the summary refuses.
    public static let invalidContent = Self("invalidContent")
}
