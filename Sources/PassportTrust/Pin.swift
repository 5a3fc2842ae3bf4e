public import PassportCoding
public import PassportCrypto

/// A decision made here: this identity is who we think it is, for these purposes.
public struct Pin: Hashable, Sendable {
    /// Who.
    public let organisation: OrganisationID
    /// What the organisation is trusted for; explicitly chosen, never "all" by default.
    public let purposes: Set<KeyPurpose>
    /// When it was pinned.
    public let pinned: Timestamp

    /// Records a pin.
    public init(organisation: OrganisationID, purposes: Set<KeyPurpose>, pinned: Timestamp) {
        self.organisation = organisation
        self.purposes = purposes
        self.pinned = pinned
    }
}

/// How an issuer stands with whoever is looking.
public enum IssuerStanding: String, Sendable, Hashable, CaseIterable {
    /// Pinned here, for the purpose in question.
    case pinned
    /// On a trust list that is followed here.
    case listed
    /// Neither. Signatures may hold, and still nobody here knows whose they are.
    case unknown
}
