public import PassportCoding
internal import PassportCrypto

/// The domain of `TrustError`.
public enum TrustDomain: FailureDomain {
    /// `trust`.
    public static let name = "trust"
}

/// Why an organisation's keys or lists are refused. Each code names the attack or mistake.
public typealias TrustError = Failure<TrustDomain>

extension Failure<TrustDomain>.Code {
    /// The bytes are not a manifest, identity, certificate or status list.
    public static let malformed = Self("malformed")
    /// Fewer root keys signed than the threshold asks for.
    public static let belowThreshold = Self("belowThreshold")
    /// A signature by a key that is no root key of the manifest.
    public static let foreignSignature = Self("foreignSignature")
    /// The chain does not start at the manifest whose hash is the organisation's identity.
    public static let wrongOrganisation = Self("wrongOrganisation")
    /// A manifest does not follow the one before it (gap, rollback, or another branch).
    public static let brokenChain = Self("brokenChain")
    /// Root keys or commitments changed inside an epoch (a thief of the current roots).
    public static let epochAltered = Self("epochAltered")
    /// A new epoch uses keys that the old one did not commit to.
    public static let notCommitted = Self("notCommitted")
    /// Two different manifests carry one number.
    public static let fork = Self("fork")
    /// A second history that begins in an epoch which the known chain has left behind.
    public static let retiredRoots = Self("retiredRoots")
    /// A manifest older than the one already known.
    public static let rollback = Self("rollback")
    /// A list is dated later than now: one of two clocks is wrong.
    public static let fromTheFuture = Self("fromTheFuture")
    /// The fingerprint read aloud is not that of the file.
    public static let fingerprintMismatch = Self("fingerprintMismatch")
    /// No key of this hash and purpose is in the manifest, or its full form is absent.
    public static let unknownKey = Self("unknownKey")
    /// A status list for another list's address.
    public static let wrongList = Self("wrongList")
    /// An index beyond the list's end.
    public static let outOfRange = Self("outOfRange")
}

extension Failure<TrustDomain> {
    /// Wraps a failure of the layers below as one of this module.
    init(_ place: String, _ error: any Error) {
        if let error = error as? TrustError {
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
