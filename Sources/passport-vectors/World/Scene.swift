import CarePassport
import PassportCoding
import PassportCrypto
import PassportSealing
import PassportSecrecy
import PassportTrust

/// Honest objects of one profile, and the means to make dishonest ones.
struct Scene: Sendable {
    let cast: Cast
    /// Text of Lea's consent half.
    let card: String
    /// Izmir's passport for Lea.
    let lea: PassportSealer.Sealed
    /// Izmir's passport for Omar, another person.
    let omar: PassportSealer.Sealed
    /// Athens' passport for Lea.
    let later: PassportSealer.Sealed

    var profile: Profile { cast.profile }

    init(_ profile: Profile) throws {
        cast = try Cast(profile)
        card = try ConsentHalf(from: Secrets.stream("card Lea")).text()
        lea = try Self.seal(
            "Lea", by: cast.izmir, authorities: [cast.izmir], status: 1, profile, card)
        omar = try Self.seal(
            "Omar", by: cast.izmir, authorities: [cast.izmir], status: 2, profile, card)
        later = try Self.seal(
            "Lea", by: cast.athens, authorities: [cast.athens, cast.izmir], status: 1, profile,
            card)
    }

    static func seal(
        _ person: String, by house: House, authorities: [House], status: Int, _ profile: Profile,
        _ card: String, issued: Timestamp = Moments.sealed,
        expires: Timestamp = Moments.passportEnd
    ) throws -> PassportSealer.Sealed {
        let words = "seal \(person) \(house.name) \(issued) \(expires)"
        return try PassportSealer(randomness: Secrets.stream(words)).seal(
            Content.sections(person),
            terms: .init(
                issuer: house.id, authorities: authorities.map(\.id), issued: issued,
                expires: expires, status: house.reference(status), profile: profile),
            card: ConsentHalf(text: card), key: house.signingKey(.issue))
    }

    /// Words that stay the same however the types are built.
    static func words(_ recipient: Recipient) -> String {
        switch recipient {
        case .bearer: "bearer"
        case .organisation(let id): id.text
        }
    }

    /// The text of the carry half.
    func carry() throws -> String { try ConsentHalf(text: card).carryHalf().text() }

    /// Terms of a grant by an organisation, ready to be changed; `ring` is the ring's digest.
    func terms(
        _ passport: UnverifiedPassport, to recipient: Recipient, _ sections: [Int], ring: Digest,
        by authority: House? = nil
    ) throws -> GrantTerms {
        let house = authority ?? cast.izmir
        let words = "grant \(passport.digest) \(Self.words(recipient)) \(sections) \(house.name)"
        return GrantTerms(
            id: Identifier(from: Secrets.stream(words)), passport: passport.digest,
            authority: .organisation(house.id), recipient: recipient, sections: sections,
            purposes: [.treat, .emergencyTreat], basis: .consent, vitalReason: nil,
            from: Moments.granted, until: Moments.grantEnd, giver: .person, assent: .notNeeded,
            guardian: nil, onward: 0, retention: Moments.passportEnd,
            statement: ConsentStatement(
                language: "ar", method: .interpreter,
                hash: Digest.sha256(of: Array("the statement".utf8)), saidBack: true),
            status: house.reference(20), ring: ring, issued: Moments.granted, desk: nil,
            parent: nil)
    }

    /// A ring with some kinds of a passport's ring, under a salt of its own.
    func ring(_ sealed: PassportSealer.Sealed, _ kinds: [Int], salt: String = "salt") -> [UInt8] {
        var ring = RingBytes(sealed.ring).holding(kinds)
        ring.salt = Array(Secrets.seed("\(salt) \(kinds)").prefix(16))
        return ring.encoded
    }

    func sign(_ terms: GrantTerms, by house: House) throws -> [UInt8] {
        try COSESign1.sign(terms.encoded(), as: .grant, with: house.signingKey(.consent)).bytes
    }

    /// Signs with Lea's card; a desk countersigns.
    func signAsHolder(
        _ terms: GrantTerms, of passport: UnverifiedPassport, desk: House?
    ) throws -> [UInt8] {
        let holder = try ConsentHalf(text: card).holderKey(for: passport.claims.id)
        let object = try COSESign1.sign(terms.encoded(), as: .grant, with: holder)
        guard let desk else { return object.bytes }
        return try object.countersigned(as: .grant, with: desk.signingKey(.consent)).bytes
    }

    /// A grant by an organisation and its ring.
    func grant(
        _ sealed: PassportSealer.Sealed, to recipient: Recipient, _ sections: [Int],
        by house: House? = nil, _ change: (inout GrantTerms) throws -> Void = { _ in }
    ) throws -> (grant: [UInt8], ring: [UInt8]) {
        let ring = ring(sealed, sections)
        let house = house ?? cast.izmir
        var terms = try terms(
            sealed.passport, to: recipient, sections, ring: RingBytes.digest(ring), by: house)
        try change(&terms)
        return (try sign(terms, by: house), ring)
    }

    func disclosure(
        by sender: House, to recipient: Recipient, _ passports: [[UInt8]], _ grants: [[UInt8]]
    ) throws -> [UInt8] {
        let words = "reference \(sender.name) \(Self.words(recipient)) \(grants.count)"
        let terms = DisclosureTerms(
            sender: sender.id, recipient: recipient,
            passports: passports.map { Digest.sha256(of: $0) },
            grants: grants.map { Digest.sha256(of: $0) }, reference: Secrets.seed(words),
            time: Moments.granted)
        return try COSESign1.sign(
            terms.encoded(), as: .disclosure, with: sender.signingKey(.consent)
        ).bytes
    }
}
