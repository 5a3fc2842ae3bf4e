/// What a key is for. A key of one purpose never signs or opens for another.
///
/// The numbers stand in key manifests; purposes above 8 never do, because their keys are named
/// elsewhere: roots in the manifest's own list, operators in certificates, holders in passports.
public enum KeyPurpose: Int, CaseIterable, Sendable, Hashable {
    /// Signs passports and operator certificates.
    case issue = 1
    /// Signs grants, desk countersignatures, disclosures and withdrawals.
    case consent = 2
    /// Signs status lists.
    case status = 3
    /// Signs checkpoints of the organisation's audit log.
    case log = 4
    /// Signs requests between daemons.
    case exchange = 5
    /// Cosigns checkpoints of others.
    case witness = 6
    /// Opens boxes of `net` envelopes (X-Wing).
    case sealNet = 7
    /// Opens boxes of `paper` envelopes (X25519).
    case sealPaper = 8
    /// Signs key manifests.
    case root = 9
    /// Signs what one member of staff did.
    case staff = 10
    /// Signs for the person, one key per passport.
    case holder = 11
    /// Encrypts what an organisation keeps for itself: drafts and rings at rest.
    case vault = 12

    /// The name in manifests shown to people and in JSON.
    public var name: String {
        switch self {
        case .issue: "issue"
        case .consent: "consent"
        case .status: "status"
        case .log: "log"
        case .exchange: "exchange"
        case .witness: "witness"
        case .sealNet: "seal-net"
        case .sealPaper: "seal-paper"
        case .root: "root"
        case .staff: "staff"
        case .holder: "holder"
        case .vault: "vault"
        }
    }

    /// The purposes that a manifest lists as role keys.
    public static let roles: [KeyPurpose] = allCases.filter { $0.rawValue <= 8 }

    /// True for keys that open boxes.
    public var isSealing: Bool { self == .sealNet || self == .sealPaper }

    /// True for keys that sign.
    public var isSigning: Bool { !isSealing && self != .vault }
}
