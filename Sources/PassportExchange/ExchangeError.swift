public import PassportCoding

/// The domain of `ExchangeError`.
public enum ExchangeDomain: FailureDomain {
    /// `exchange`.
    public static let name = "exchange"
}

/// Why a request, a receipt or an address was not accepted, or a peer could not be reached.
public typealias ExchangeError = Failure<ExchangeDomain>

extension Failure<ExchangeDomain>.Code {
    /// The bytes have not the form that the specification gives.
    public static let malformed = Self("malformed")
    /// Longer than the limit.
    public static let overLimit = Self("overLimit")
    /// The request carries no signature, or one that does not cover what it must.
    public static let unsigned = Self("unsigned")
    /// The signature does not hold.
    public static let badSignature = Self("badSignature")
    /// No key that is known here and in force made the signature.
    public static let unknownKey = Self("unknownKey")
    /// The request was signed for another address or path.
    public static let wrongTarget = Self("wrongTarget")
    /// The request is too old, or from the future.
    public static let skewed = Self("skewed")
    /// The request was seen before.
    public static let replayed = Self("replayed")
    /// The body is not the one whose digest was signed.
    public static let wrongDigest = Self("wrongDigest")
    /// An object that belongs to something else.
    public static let mismatch = Self("mismatch")
    /// Nobody answered, or the line broke.
    public static let unreachable = Self("unreachable")
    /// Whoever answered has not the key that was expected.
    public static let wrongPeer = Self("wrongPeer")
    /// The answer cannot be understood.
    public static let badAnswer = Self("badAnswer")
    /// The other side refused.
    public static let refused = Self("refused")
}

extension Failure<ExchangeDomain> {
    /// Wraps what a lower layer said, with the place where it said it.
    init(_ place: String, _ error: any Error) {
        if let error = error as? ExchangeError {
            self = error
        } else if let error = error as? any DescribedFailure {
            self.init(
                .malformed, error.kind, Self.placed(place, error.message), hint: error.hint,
                cause: error.identifier)
        } else {
            self.init(.malformed, "\(place): unreadable")
        }
    }
}
