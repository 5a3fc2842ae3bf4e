public import PassportCoding

/// The domain of `SealingError`.
public enum SealingDomain: FailureDomain {
    /// `sealing`.
    public static let name = "sealing"
}

/// Why something could not be sealed, granted, packed or opened.
public typealias SealingError = Failure<SealingDomain>

extension Failure<SealingDomain>.Code {
    /// The sections do not fit into the profile's slots.
    public static let tooLarge = Self("tooLarge")
    /// A section was named that the passport or ring does not hold.
    public static let noSuchSection = Self("noSuchSection")
    /// No box of the envelope opens under the keys at hand.
    public static let notForUs = Self("notForUs")
    /// The verification table refuses.
    public static let refused = Self("refused")
    /// A box or content that opens and is not what it should be.
    public static let malformed = Self("malformed")
    /// A slot that does not open, or is not what the signed claims commit to.
    public static let brokenSlot = Self("brokenSlot")
    /// More recipients or passports than an envelope has room for.
    public static let tooMany = Self("tooMany")
    /// The intent in the log is for another opening.
    public static let wrongIntent = Self("wrongIntent")
    /// The card does not belong to the passport.
    public static let wrongCard = Self("wrongCard")
}

extension Failure<SealingDomain> {
    init(_ place: String, _ error: any Error) {
        if let error = error as? SealingError {
            self = error
        } else if let error = error as? any DescribedFailure {
            self.init(
                error.kind == .refused ? .refused : .malformed, error.kind,
                Self.placed(place, error.message), hint: error.hint, cause: error.identifier)
        } else {
            self.init(.malformed, "\(place): unreadable")
        }
    }
}
