public import PassportCoding

extension Limits {
    /// Codes that name one thing.
    public static let codesPerItem = 4
    /// Elements in one list of a section.
    public static let elementsPerList = 64
    /// Elements in a list inside an element.
    public static let elementsPerInnerList = 16
    /// Characters of a code.
    public static let codeCharacters = 64
    /// Characters of a code system's name.
    public static let systemCharacters = 200
    /// Characters of a unit, a version or a pseudonym.
    public static let shortTextCharacters = 40
    /// Characters of a language tag.
    public static let languageTagCharacters = 35
    /// The number of the last term a vocabulary can have.
    public static let termNumber = 65_535
    /// Decimal digits of a mantissa.
    public static let decimalDigits = 15
    /// Digits after the decimal point.
    public static let decimalPlaces = 9
    /// Sessions that a course can have.
    public static let sessions = 999
    /// JSON values in one document.
    public static let jsonValues = 1_048_576
    /// Entries of one FHIR bundle.
    public static let bundleEntries = 65_536
}
