public import PassportCoding
public import PassportCrypto
public import PassportTrust

/// Who may sign grants for a passport.
public enum GrantAuthority: Hashable, Sendable {
    /// The person, with the key that the passport names.
    case holder
    /// An organisation that the passport names, or the recipient of the parent grant.
    case organisation(OrganisationID)

    init(_ value: CBORValue) throws {
        self =
            value.item == CBORItem(0) ? .holder : .organisation(try value.organisation())
    }

    var item: CBORItem {
        switch self {
        case .holder: CBORItem(0)
        case .organisation(let id): id.item
        }
    }
}

/// The one reader that a grant, box or disclosure is for.
public enum Recipient: Hashable, Sendable {
    /// An organisation.
    case organisation(OrganisationID)
    /// Whoever has the carry half of the card.
    case bearer

    init(_ value: CBORValue) throws {
        self = value.item == CBORItem(0) ? .bearer : .organisation(try value.organisation())
    }

    /// The recipient as an item.
    public var item: CBORItem {
        switch self {
        case .bearer: CBORItem(0)
        case .organisation(let id): id.item
        }
    }
}

/// By what right somebody decides for a child.
public struct GuardianAuthority: Hashable, Sendable {
    /// First moment of the authority.
    public let from: Timestamp
    /// Last moment of the authority; never after the child's majority.
    public let until: Timestamp
    /// ISO 3166-1 alpha-2 code of the country whose law gives it.
    public let jurisdiction: String
    /// SHA-256 of the paper that proves it, if one was seen.
    public let proof: Digest?

    /// States an authority.
    public init(from: Timestamp, until: Timestamp, jurisdiction: String, proof: Digest?) {
        self.from = from
        self.until = until
        self.jurisdiction = jurisdiction
        self.proof = proof
    }

    init(_ value: CBORValue) throws {
        var fields = try value.fields()
        from = try fields.take(1, "from").timestamp()
        until = try fields.take(2, "until").timestamp()
        let place = try fields.take(3, "jurisdiction")
        jurisdiction = try place.text(maximum: 2)
        guard jurisdiction.utf8.count == 2,
            jurisdiction.utf8.allSatisfy({ (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) })
        else { throw CodingError(.unexpectedItem, "\(place.place): not a country") }
        proof = try fields.takeOptional(4, "proof")?.digest()
        try fields.finish()
    }

    var item: CBORItem {
        CBORItem(fields: [
            (1, from.item), (2, until.item), (3, .text(jurisdiction)), (4, proof?.item),
        ])
    }
}

/// The statement that was put before the person.
public struct ConsentStatement: Hashable, Sendable {
    /// BCP 47 tag of its language.
    public let language: String
    /// How it was put.
    public let method: StatementMethod
    /// SHA-256 of its text, so that the wording can be proven later.
    public let hash: Digest
    /// Whether the person said it back in their own words.
    public let saidBack: Bool

    /// States how consent was explained.
    public init(language: String, method: StatementMethod, hash: Digest, saidBack: Bool) {
        self.language = language
        self.method = method
        self.hash = hash
        self.saidBack = saidBack
    }

    init(_ value: CBORValue) throws {
        let parts = try value.array(4...4)
        language = try parts[0].text(maximum: 35)
        guard let method = StatementMethod(rawValue: try parts[1].int(in: 1...4)) else {
            throw CodingError(.unexpectedItem, "\(value.place): not a method")
        }
        self.method = method
        hash = try parts[2].digest()
        saidBack = try parts[3].bool()
    }

    var item: CBORItem {
        .array([.text(language), CBORItem(method.rawValue), hash.item, .bool(saidBack)])
    }
}

/// Everything that a grant says, apart from the keys it comes with.
public struct GrantTerms: Hashable, Sendable {
    /// The grant's random identifier.
    public var id: Identifier
    /// SHA-256 over the passport's exact bytes.
    public var passport: Digest
    /// Who signs.
    public var authority: GrantAuthority
    /// The one recipient.
    public var recipient: Recipient
    /// Kinds of sections, ascending. There is no "all".
    public var sections: [Int]
    /// What the sections may be used for.
    public var purposes: [Purpose]
    /// The legal basis.
    public var basis: LegalBasis
    /// The reason, required with vital interest.
    public var vitalReason: VitalReason?
    /// First moment at which the sections may be opened.
    public var from: Timestamp
    /// Last moment at which the sections may be opened.
    public var until: Timestamp
    /// Who said yes.
    public var giver: GiverRole
    /// What a child said.
    public var assent: Assent
    /// By what right a proxy decides.
    public var guardian: GuardianAuthority?
    /// How many further times the recipient may pass it on, 0 … 3.
    public var onward: Int
    /// Until when the recipient may keep what it opened.
    public var retention: Timestamp
    /// The statement shown.
    public var statement: ConsentStatement
    /// Where the grant's status stands.
    public var status: StatusReference
    /// SHA-256 over the ring that comes with the grant.
    public var ring: Digest
    /// When it was signed.
    public var issued: Timestamp
    /// The organisation at whose desk a card was presented; it countersigns.
    public var desk: OrganisationID?
    /// The grant that this one passes on, narrowed.
    public var parent: [UInt8]?

    /// States the terms.
    public init(
        id: Identifier, passport: Digest, authority: GrantAuthority, recipient: Recipient,
        sections: [Int], purposes: [Purpose], basis: LegalBasis, vitalReason: VitalReason?,
        from: Timestamp, until: Timestamp, giver: GiverRole, assent: Assent,
        guardian: GuardianAuthority?, onward: Int, retention: Timestamp,
        statement: ConsentStatement, status: StatusReference, ring: Digest, issued: Timestamp,
        desk: OrganisationID?, parent: [UInt8]?
    ) {
        self.id = id
        self.passport = passport
        self.authority = authority
        self.recipient = recipient
        self.sections = sections.sorted()
        self.purposes = purposes.sorted { $0.rawValue < $1.rawValue }
        self.basis = basis
        self.vitalReason = vitalReason
        self.from = from
        self.until = until
        self.giver = giver
        self.assent = assent
        self.guardian = guardian
        self.onward = onward
        self.retention = retention
        self.statement = statement
        self.status = status
        self.ring = ring
        self.issued = issued
        self.desk = desk
        self.parent = parent
    }
}
