/// The domain of `CodingError`.
public enum CodingDomain: FailureDomain {
    /// `coding`.
    public static let name = "coding"
}

/// Why bytes or text are not what they should be.
public typealias CodingError = Failure<CodingDomain>

extension Failure<CodingDomain>.Code {
    /// The input ends inside an item.
    public static let truncated = Self("truncated")
    /// Bytes follow the end of the item.
    public static let trailingBytes = Self("trailingBytes")
    /// A length, number or map order that deterministic encoding does not allow.
    public static let notDeterministic = Self("notDeterministic")
    /// Two entries of one map have the same key.
    public static let duplicateKey = Self("duplicateKey")
    /// An item kind that this format never uses: floats, indefinite lengths, undefined.
    public static let unsupportedItem = Self("unsupportedItem")
    /// Reserved or malformed initial byte, or text that is not UTF-8.
    public static let malformed = Self("malformed")
    /// A named limit was passed.
    public static let overLimit = Self("overLimit")
    /// An item has another type, length or value than its place requires.
    public static let unexpectedItem = Self("unexpectedItem")
    /// A required map entry is absent.
    public static let missingKey = Self("missingKey")
    /// A map holds a positive key that this version does not know.
    public static let unknownCriticalPart = Self("unknownCriticalPart")
    /// Text in base64url, base32, base45 or hexadecimal that is not canonical.
    public static let malformedText = Self("malformedText")
    /// A zlib stream that does not inflate cleanly.
    public static let malformedZlib = Self("malformedZlib")
}
