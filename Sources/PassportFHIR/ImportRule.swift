/// Why something in a source was left out. The set is open: a later version may add names, and
/// a name never changes its meaning.
public struct ImportRule: Hashable, Sendable, Codable {
    /// The stable name.
    public let name: String

    /// A rule with a name.
    public init(_ name: String) { self.name = name }

    /// Reads the bare name.
    public init(from decoder: any Decoder) throws {
        name = try decoder.singleValueContainer().decode(String.self)
    }

    /// Writes the bare name.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(name)
    }

    /// Organisations, helpers, devices, visits, consents: not about care content.
    public static let administrative = Self("administrative")
    /// A document or image in another format.
    public static let attachment = Self("attachment")
    /// Names, numbers, addresses, contacts, photos, the exact day of birth.
    public static let demographics = Self("demographics")
    /// A matter on the do-not-travel list.
    public static let doNotTravel = Self("do-not-travel")
    /// The same content as an entry before it.
    public static let duplicate = Self("duplicate")
    /// Marked by its author as a mistake.
    public static let enteredInError = Self("entered-in-error")
    /// Free text that is not narrative: notes, annotations, dosage in words.
    public static let freeText = Self("free-text")
    /// A value in a form that FHIR does not allow here.
    public static let invalidValue = Self("invalid-value")
    /// Numbers that others gave to a record.
    public static let identifiers = Self("identifiers")
    /// It carries a modifier that this importer cannot interpret.
    public static let modifier = Self("modifier")
    /// Generated or written narrative.
    public static let narrative = Self("narrative")
    /// Nothing in it has both a code and a code system.
    public static let noCode = Self("no-code")
    /// A measurement that is registered or cancelled.
    public static let notFinal = Self("not-final")
    /// The data dictionary has no place for it.
    public static let notInDictionary = Self("not-in-dictionary")
    /// It tells of someone other than the subject.
    public static let otherPerson = Self("other-person")
    /// A limit of the summary was reached.
    public static let overLimit = Self("over-limit")
    /// Answers to single items of an instrument.
    public static let rawAnswers = Self("raw-answers")
    /// The author says it is not so: refuted, or an order not to do something.
    public static let refuted = Self("refuted")
    /// Family members and their history.
    public static let relatives = Self("relatives")
    /// The composition itself: read for its references, carries no item of its own.
    public static let structure = Self("structure")
    /// The source gave no words for the code, so its plain text was taken as display.
    public static let textAsDisplay = Self("text-as-display")
    /// A display was cut at the limit.
    public static let truncated = Self("truncated")
    /// A reference that leads nowhere in the bundle.
    public static let unresolved = Self("unresolved-reference")
    /// A resource that only others refer to, and none that was taken does.
    public static let unused = Self("unused")
    /// A total outside the range of its instrument.
    public static let valueOutOfRange = Self("value-out-of-range")

    /// The rules of this version, in alphabetical order.
    public static let all: [ImportRule] = [
        .administrative,
        .attachment,
        .demographics,
        .doNotTravel,
        .duplicate,
        .enteredInError,
        .freeText,
        .identifiers,
        .invalidValue,
        .modifier,
        .narrative,
        .noCode,
        .notFinal,
        .notInDictionary,
        .otherPerson,
        .overLimit,
        .rawAnswers,
        .refuted,
        .relatives,
        .structure,
        .textAsDisplay,
        .truncated,
        .unresolved,
        .unused,
        .valueOutOfRange,
    ]
}
