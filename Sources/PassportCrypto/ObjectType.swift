/// The kind of a signed object: its `typ` (COSE header 16, RFC 9596) and the keys that may sign it.
///
/// The type is inside the signature, so that a grant can never be passed off as a withdrawal.
public struct ObjectType: Hashable, Sendable {
    /// The media type in the protected header.
    public let mediaType: String
    /// The purposes whose keys may sign such an object.
    public let signers: Set<KeyPurpose>
    /// The purposes whose keys may countersign such an object; mostly none.
    public let countersigners: Set<KeyPurpose>

    private init(
        _ mediaType: String, _ signers: Set<KeyPurpose>, countersigners: Set<KeyPurpose> = []
    ) {
        self.mediaType = mediaType
        self.signers = signers
        self.countersigners = countersigners
    }

    /// A care passport.
    public static let passport = Self("application/vnd.carepass.passport+cose", [.issue])
    /// A grant; holders sign at a desk, which countersigns, organisations under their consent
    /// key.
    public static let grant = Self(
        "application/vnd.carepass.grant+cose", [.consent, .holder], countersigners: [.consent])
    /// A sender's statement of what it gave to one recipient.
    public static let disclosure = Self("application/vnd.carepass.disclosure+cose", [.consent])
    /// The end of one or several grants or of a passport.
    public static let withdrawal = Self(
        "application/vnd.carepass.withdrawal+cose", [.consent, .holder])
    /// An organisation's key manifest.
    public static let manifest = Self("application/vnd.carepass.manifest+cose", [.root])
    /// A member of staff's key, certified.
    public static let staffCertificate = Self(
        "application/vnd.carepass.staff+cose", [.issue])
    /// A member of staff's signature under an audit entry.
    public static let act = Self("application/vnd.carepass.act+cose", [.staff])
    /// What happened to a parcel: daemons say that it was delivered, organisations the rest.
    public static let receipt = Self(
        "application/vnd.carepass.receipt+cose", [.exchange, .consent])
    /// A Token Status List (draft-ietf-oauth-status-list).
    public static let statusList = Self("application/statuslist+cwt", [.status])
}
