public import PassportCoding
public import PassportCrypto
public import PassportTrust

/// The signed claims of a passport (CWT claims, RFC 8392, and private ones).
///
/// Which slots hold sections, how many, and of what kind cannot be read here: decoys have the
/// same size, and their commitments are as random as real ones.
public struct PassportClaims: Hashable, Sendable {
    /// The organisation that wrote it.
    public var issuer: OrganisationID
    /// The passport's random identifier.
    public var id: Identifier
    /// The person's key, for this passport only.
    public var holderKey: VerifyingKey
    /// Organisations that may grant, ascending; the holder always may.
    public var authorities: [OrganisationID]
    /// When it was issued.
    public var issued: Timestamp
    /// Until when it may be opened.
    public var expires: Timestamp
    /// Where its status stands.
    public var status: StatusReference
    /// Net or paper.
    public var profile: Profile
    /// Equal-sized ciphertexts.
    public var slots: [[UInt8]]
    /// One commitment to each slot's key.
    public var commitments: [Digest]
    /// All slot secrets, encrypted under the consent half.
    public var holderRing: [UInt8]

    static let profileClaim = -65_537
    static let authoritiesClaim = -65_538
    static let slotsClaim = -65_539
    static let commitmentsClaim = -65_540
    static let holderRingClaim = -65_541
    static let statusClaim = 65_535

    /// States the claims.
    public init(
        issuer: OrganisationID, id: Identifier, holderKey: VerifyingKey,
        authorities: [OrganisationID], issued: Timestamp, expires: Timestamp,
        status: StatusReference, profile: Profile, slots: [[UInt8]], commitments: [Digest],
        holderRing: [UInt8]
    ) {
        self.issuer = issuer
        self.id = id
        self.holderKey = holderKey
        self.authorities = authorities.sorted { $0.digest < $1.digest }
        self.issued = issued
        self.expires = expires
        self.status = status
        self.profile = profile
        self.slots = slots
        self.commitments = commitments
        self.holderRing = holderRing
    }

    init(decoding payload: [UInt8]) throws {
        var claims = try CBORFields(CBORReader.item(from: payload), "passport")
        issuer = try OrganisationID(text: claims.take(1, "iss").text(maximum: 43))
        expires = try claims.take(4, "exp").timestamp()
        issued = try claims.take(6, "iat").timestamp()
        id = try claims.take(7, "cti").identifier()
        holderKey = try Self.holderKey(claims.take(8, "cnf"))
        status = try StatusReference(claims.take(Self.statusClaim, "status"))
        let number = try claims.take(Self.profileClaim, "profile").int(in: 1...2)
        guard let profile = Profile(rawValue: number) else {
            throw CodingError(.unexpectedItem, "passport: not a profile")
        }
        self.profile = profile
        authorities = try claims.take(Self.authoritiesClaim, "authorities")
            .array(0...Limits.authorities).map { try $0.organisation() }
        for index in authorities.indices.dropFirst()
        where authorities[index - 1].digest >= authorities[index].digest {
            throw CodingError(.notDeterministic, "passport: authorities out of order or twice")
        }
        slots = try Self.split(
            claims.take(Self.slotsClaim, "slots"), profile.slotCount, profile.sealedSlotBytes)
        commitments = try Self.split(
            claims.take(Self.commitmentsClaim, "commitments"), profile.slotCount,
            Digest.byteCount
        ).compactMap { Digest(bytes: $0) }
        holderRing = try claims.take(Self.holderRingClaim, "holder ring")
            .bytes(exactly: profile.ringBytes + 16)
        try claims.finishExactly()
        guard issued <= expires else {
            throw CodingError(.unexpectedItem, "passport: expires before it is issued")
        }
    }

    private static func split(
        _ value: CBORValue, _ count: Int, _ size: Int
    ) throws -> [[UInt8]] {
        let bytes = try value.bytes(exactly: count * size)
        return (0..<count).map { Array(bytes[$0 * size..<($0 + 1) * size]) }
    }

    /// `cnf` holds a COSE_Key: OKP, Ed25519, the public point, and nothing else.
    private static func holderKey(_ value: CBORValue) throws -> VerifyingKey {
        var confirmation = try value.fields()
        var key = try confirmation.take(1, "COSE_Key").fields()
        _ = try key.take(1, "kty").int(in: 1...1)
        _ = try key.take(-1, "crv").int(in: 6...6)
        let point = try key.take(-2, "x").verifyingKey()
        try key.finishExactly()
        try confirmation.finishExactly()
        return point
    }

    /// The claims' one encoding.
    package func encoded() -> [UInt8] {
        var joined: [UInt8] = []
        joined.reserveCapacity(profile.slotCount * profile.sealedSlotBytes)
        for slot in slots { joined += slot }
        let key = CBORItem(fields: [
            (1, CBORItem(1)), (-1, CBORItem(6)), (-2, .bytes(holderKey.rawRepresentation)),
        ])
        return CBORItem(fields: [
            (1, .text(issuer.text)), (4, expires.item), (6, issued.item), (7, id.item),
            (8, CBORItem(fields: [(1, key)])), (Self.statusClaim, status.item),
            (Self.profileClaim, CBORItem(profile.rawValue)),
            (Self.authoritiesClaim, .array(authorities.map(\.item))),
            (Self.slotsClaim, .bytes(joined)),
            (Self.commitmentsClaim, .bytes(commitments.flatMap(\.bytes))),
            (Self.holderRingClaim, .bytes(holderRing)),
        ]).encoded()
    }

    /// What a slot's ciphertext is bound to: moved to another slot or passport, it does not open.
    package static func slotBinding(
        issuer: OrganisationID, passport: Identifier, slot: Int
    ) -> [UInt8] {
        CBORItem.array([CBORItem(1), issuer.item, passport.item, CBORItem(slot)]).encoded()
    }

    /// What the holder ring's ciphertext is bound to.
    package static func ringBinding(issuer: OrganisationID, passport: Identifier) -> [UInt8] {
        CBORItem.array([CBORItem(1), issuer.item, passport.item]).encoded()
    }
}
