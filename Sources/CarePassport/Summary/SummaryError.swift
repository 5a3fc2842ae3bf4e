public import PassportCoding

/// The domain of `SummaryError`.
public enum SummaryDomain: FailureDomain {
    /// `summary`.
    public static let name = "summary"
}

/// Why care content is not what it should be.
public typealias SummaryError = Failure<SummaryDomain>

extension Failure<SummaryDomain>.Code {
    /// Bytes that are not a section.
    public static let malformedSection = Self("malformedSection")
    /// More bytes, elements or characters than a named limit.
    public static let overLimit = Self("overLimit")
    /// Content that would not survive its own reader.
    public static let invalidContent = Self("invalidContent")
    /// A person reference or passport id of the wrong length.
    public static let invalidReference = Self("invalidReference")
}

extension Failure<SummaryDomain> {
    init(_ error: CodingError, as code: Code) {
        self.init(
            error.code == .overLimit ? .overLimit : code, error.kind, error.message,
            hint: error.hint, cause: error.identifier)
    }
}
