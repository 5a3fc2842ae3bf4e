import CarePassport
import PassportAudit
import PassportCoding
import PassportCrypto
import PassportSealing
import PassportSecrecy
import PassportStore
import PassportTrust
import Testing

/// Anybody can issue a passport with the number of another: the number is no secret.
@Suite struct CopiedNumberTests {
    private static let now = Timestamp(clamping: 1_800_000_000)

    /// The same randomness gives the same number, whoever seals.
    private static func passport(
        by house: UInt8, number: UInt8 = 1
    ) throws -> UnverifiedPassport {
        let keys = try KeyFile(
            generating: [.issue], from: .repeatable(seed: Digest.sha256(of: [house])))
        let id = OrganisationID(Digest.sha256(of: [house]))
        var summary = CareSummary()
        summary.medication = MedicationContent()
        summary.medication?.statements = [Term(number: 1)]
        let person = try PersonReference([UInt8](repeating: 7, count: 16))
        guard let date = PartialDate("2026-02-28") else { throw CodingError(.malformedText, "") }
        return try PassportSealer(randomness: .repeatable(seed: Digest.sha256(of: [0, number])))
            .seal(
                summary.sections(
                    person: person, provenance: Provenance(cadre: Term(number: 1), date: date)),
                terms: .init(
                    issuer: id, authorities: [id], issued: now,
                    expires: now.adding(seconds: 100),
                    status: StatusReference(uri: id.statusListURI(1), index: 1), profile: .paper),
                key: keys.signingKey(.issue)
            ).passport
    }

    private static func add(
        _ passport: UnverifiedPassport, _ isOwn: Bool, _ fixture: StoreFixture, _ store: Store
    ) throws {
        try fixture.commit(
            store, [.passport(passport, isOwn: isOwn, sealedRing: nil, added: now)])
    }

    /// Whichever came first, our own number names our own passport.
    @Test(arguments: [true, false])
    func ourOwnNumberNamesOurOwnPassport(_ isFirst: Bool) throws {
        let fixture = try StoreFixture()
        let store = try Store.create(at: fixture.path)
        let own = try Self.passport(by: 1)
        let copy = try Self.passport(by: 2)
        try #require(own.claims.id == copy.claims.id && own.digest != copy.digest)
        for (passport, isOwn) in isFirst
            ? [(own, true), (copy, false)] : [(copy, false), (own, true)]
        {
            try Self.add(passport, isOwn, fixture, store)
        }
        #expect(try store.passport(named: "\(own.claims.id)").passport == own)
        #expect(try store.passport(named: "\(copy.digest)").passport == copy)
    }

    /// Of two strangers with one number none is chosen; a digest names exactly one.
    @Test func aNumberOfTwoStrangersNamesNeither() throws {
        let fixture = try StoreFixture()
        let store = try Store.create(at: fixture.path)
        let both = [try Self.passport(by: 2), try Self.passport(by: 3)]
        for passport in both { try Self.add(passport, false, fixture, store) }
        let refusal = #expect(throws: StoreError.self) {
            try store.passport(named: "\(both[0].claims.id)")
        }
        #expect(refusal?.code == .notFound)
        for passport in both {
            #expect(try store.passport(named: "\(passport.digest)").passport == passport)
        }
    }
}
