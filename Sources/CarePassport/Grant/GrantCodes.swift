/// Why data are used: codes of HL7 v3-ActReason, by a number of this format.
public enum Purpose: Int, CaseIterable, Sendable, Hashable {
    /// Treatment.
    case treat = 1
    /// Emergency treatment.
    case emergencyTreat = 2
    /// Break the glass.
    case breakGlass = 3
    /// Emergency room treatment.
    case emergencyRoomTreat = 4
    /// Coordination of care.
    case coordination = 5
    /// Care management.
    case careManagement = 6
    /// At the person's request.
    case personRequest = 7
    /// At the family's request.
    case familyRequest = 8
    /// Support network.
    case supportNetwork = 9
    /// Public health.
    case publicHealth = 10
    /// Threat.
    case threat = 11
    /// Disaster.
    case disaster = 12

    /// The code in v3-ActReason.
    public var code: String {
        switch self {
        case .treat: "TREAT"
        case .emergencyTreat: "ETREAT"
        case .breakGlass: "BTG"
        case .emergencyRoomTreat: "ERTREAT"
        case .coordination: "COC"
        case .careManagement: "CAREMGT"
        case .personRequest: "PATRQT"
        case .familyRequest: "FAMRQT"
        case .supportNetwork: "SUPNWK"
        case .publicHealth: "PUBHLTH"
        case .threat: "THREAT"
        case .disaster: "DISASTER"
        }
    }
}

/// The ground on which data are passed on; consent is one of six, and often not a valid one
/// where aid depends on it (ICRC Handbook on Data Protection, chapter 3).
public enum LegalBasis: Int, CaseIterable, Sendable, Hashable {
    /// The vital interest of the person or another.
    case vitalInterest = 1
    /// Important grounds of public interest.
    case publicInterest = 2
    /// The person's consent.
    case consent = 3
    /// The organisation's legitimate interest.
    case legitimateInterest = 4
    /// Performance of a contract.
    case contract = 5
    /// A legal obligation.
    case legalObligation = 6

    /// The name on the command line and in JSON.
    public var name: String {
        switch self {
        case .vitalInterest: "vital-interest"
        case .publicInterest: "public-interest"
        case .consent: "consent"
        case .legitimateInterest: "legitimate-interest"
        case .contract: "contract"
        case .legalObligation: "legal-obligation"
        }
    }
}

/// Why vital interest is invoked; the basis is empty without a reason.
public enum VitalReason: Int, CaseIterable, Sendable, Hashable {
    /// The person cannot be asked.
    case cannotBeAsked = 1
    /// Danger to the person's life.
    case dangerToLife = 2
    /// Danger to somebody else's life.
    case dangerToOthers = 3
    /// Vital medicine is about to stop.
    case medicineStops = 4

    /// The name on the command line and in JSON.
    public var name: String {
        switch self {
        case .cannotBeAsked: "cannot-be-asked"
        case .dangerToLife: "danger-to-life"
        case .dangerToOthers: "danger-to-others"
        case .medicineStops: "medicine-stops"
        }
    }
}

/// Who said yes.
public enum GiverRole: Int, CaseIterable, Sendable, Hashable {
    /// The person.
    case person = 1
    /// A parent.
    case parent = 2
    /// Another relative, or kin whose authority nobody has checked.
    case kin = 3
    /// An appointed guardian.
    case guardian = 4
    /// An institution.
    case institution = 5
    /// A worker mandated to decide in the child's best interest.
    case mandatedWorker = 6
    /// Nobody was asked; the basis is not consent.
    case nobody = 7

    /// True for those who decide for somebody else and need authority to do so.
    public var isProxy: Bool { rawValue >= 2 && rawValue <= 6 }

    /// The name on the command line and in JSON.
    public var name: String {
        switch self {
        case .person: "person"
        case .parent: "parent"
        case .kin: "kin"
        case .guardian: "guardian"
        case .institution: "institution"
        case .mandatedWorker: "mandated-worker"
        case .nobody: "nobody"
        }
    }
}

/// What a child who cannot consent alone said.
public enum Assent: Int, CaseIterable, Sendable, Hashable {
    /// An adult decides; no assent is needed.
    case notNeeded = 0
    /// The child agreed.
    case given = 1
    /// The child said no.
    case refused = 2
    /// The child was not asked.
    case notAsked = 3

    /// The name on the command line and in JSON.
    public var name: String {
        switch self {
        case .notNeeded: "not-needed"
        case .given: "given"
        case .refused: "refused"
        case .notAsked: "not-asked"
        }
    }
}

/// How the statement was put before the person.
public enum StatementMethod: Int, CaseIterable, Sendable, Hashable {
    /// Read by the person.
    case read = 1
    /// Read aloud or played.
    case audio = 2
    /// Shown in pictures.
    case icons = 3
    /// Through an interpreter.
    case interpreter = 4

    /// The name on the command line and in JSON.
    public var name: String {
        switch self {
        case .read: "read"
        case .audio: "audio"
        case .icons: "icons"
        case .interpreter: "interpreter"
        }
    }
}
