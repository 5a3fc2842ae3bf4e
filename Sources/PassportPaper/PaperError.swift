public import PassportCoding

/// The domain of `PaperError`.
public enum PaperDomain: FailureDomain {
    /// `paper`.
    public static let name = "paper"
}

/// Why an envelope cannot be spread over frames, or frames do not make an envelope.
public typealias PaperError = Failure<PaperDomain>

extension Failure<PaperDomain>.Code {
    /// A code whose text is no frame.
    public static let malformed = Self("malformed")
    /// A frame of a later version.
    public static let unknownVersion = Self("unknownVersion")
    /// More bytes, frames or sets than are handled.
    public static let overLimit = Self("overLimit")
    /// Too few frames of the set.
    public static let incomplete = Self("incomplete")
    /// Enough frames of more than one set.
    public static let severalSets = Self("severalSets")
    /// Enough frames, and no choice of them has the digest: some are not what was printed.
    public static let damaged = Self("damaged")
    /// A page could not be drawn.
    public static let unprintable = Self("unprintable")
    /// A letter has no shape in any font of this machine.
    public static let missingFont = Self("missingFont")
}
