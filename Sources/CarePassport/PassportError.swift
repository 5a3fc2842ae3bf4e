public import PassportCoding

/// The domain of `PassportError`.
public enum PassportDomain: FailureDomain {
    /// `passport`.
    public static let name = "passport"
}

/// Why a passport, grant, withdrawal or envelope is refused.
public typealias PassportError = Failure<PassportDomain>

extension Failure<PassportDomain>.Code {
    /// The bytes are not an object of this format.
    public static let malformed = Self("malformed")
    /// The signature does not hold, or its key may not sign this.
    public static let notAuthentic = Self("notAuthentic")
    /// A grant, ring, disclosure or withdrawal that belongs to something else.
    public static let mismatch = Self("mismatch")
    /// A grant whose terms break a rule: no reason, no guardian authority, wider than its parent;
    /// or a grant or passport whose status stands in somebody else's list.
    public static let brokenTerms = Self("brokenTerms")
}

extension Failure<PassportDomain> {
    /// Wraps a failure of the layers below as one of this module.
    package init(_ place: String, _ error: any Error) {
        if let error = error as? PassportError {
            self = error
        } else if let error = error as? any DescribedFailure {
            self.init(
                error.kind == .refused ? .notAuthentic : .malformed, error.kind,
                Self.placed(place, error.message), hint: error.hint, cause: error.identifier)
        } else {
            self.init(.malformed, "\(place): unreadable")
        }
    }
}
