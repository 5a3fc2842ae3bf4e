public import PassportCoding

/// The domain of `AuditError`.
public enum AuditDomain: FailureDomain {
    /// `audit`.
    public static let name = "audit"
}

/// Why an entry, a note, a checkpoint, a proof or an export is refused.
public typealias AuditError = Failure<AuditDomain>

extension Failure<AuditDomain>.Code {
    /// The bytes or the text are not of the form that the log's specification gives.
    public static let malformed = Self("malformed")
    /// An entry without act or time, or an export without the entry that ends it.
    public static let incomplete = Self("incomplete")
    /// Fields and commitments do not belong together: something was changed.
    public static let altered = Self("altered")
    /// Bigger than a limit allows.
    public static let overLimit = Self("overLimit")
    /// The note or proof belongs to the log of another organisation.
    public static let wrongOrigin = Self("wrongOrigin")
    /// No offered key made a signature on the note.
    public static let unknownKey = Self("unknownKey")
    /// A key was offered that may not sign such a thing.
    public static let wrongPurpose = Self("wrongPurpose")
    /// A signature by a known key does not hold.
    public static let badSignature = Self("badSignature")
    /// A Merkle proof does not lead to the root.
    public static let badProof = Self("badProof")
    /// An index or size beyond the tree.
    public static let outOfRange = Self("outOfRange")
    /// Reports of logs whose integrity did not hold, or that were not made for comparing, cannot
    /// be compared.
    public static let notIntact = Self("notIntact")
}

extension Failure<AuditDomain> {
    /// Wraps a failure of the layers below as one of this module.
    init(_ place: String, _ error: any Error) {
        if let error = error as? AuditError {
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
