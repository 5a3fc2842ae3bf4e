import CarePassport
import Foundation
import PassportCoding
import PassportCrypto
import PassportSealing
import PassportSecrecy
import PassportStore
import PassportTestSupport
import PassportTrust
import Testing

/// A place in a list ends for the object that it was given to, and for no other.
@Suite struct StatusPlaceTests {
    private static let now = Timestamp(clamping: Int64(Date().timeIntervalSince1970))

    private let world: World
    private let athens: Insider
    private let izmir: Insider
    /// A passport that Athens sealed itself, and its place in the list of Athens.
    private let own: String
    private let place: StatusReference

    init() throws {
        world = try World()
        athens = try Insider(world, "athens")
        izmir = try Insider(world, "izmir")
        own = try world.seals("athens", world.imports("athens"))
        place = try Store.open(at: world.path("athens/carepass.sqlite"))
            .passport(named: own).passport.claims.status
    }

    private func sections() throws -> [Section] {
        var summary = CareSummary()
        summary.medication = MedicationContent()
        summary.medication?.medicines = [Medicine(codes: [Code(.atc, "N06AB06", display: "one")])]
        return try summary.sections(
            person: PersonReference([UInt8](repeating: 1, count: 16)),
            provenance: Provenance(
                cadre: SampleSummary.term("nurse"), date: SampleSummary.date("2026-03-14")),
            supersedes: nil)
    }

    private func opens(_ sealed: PassportSealer.Sealed, _ grant: IssuedGrant) throws -> Answer {
        let bytes = try izmir.pack([sealed.passport], [grant], for: athens.identity, at: Self.now)
        return try world.run(
            "athens", ["open", world.folder.write(bytes, to: "e"), "--operator", "dr-athens"])
    }

    /// Athens takes a withdrawal in that counts, and its own passport is as it was.
    private func expectOwnPassportStands(after withdrawal: UnverifiedWithdrawal) throws {
        try world.ask("athens", ["take-in", world.folder.write(withdrawal.bytes, to: "w")])
        let lists = try Store.open(at: world.path("athens/carepass.sqlite")).ownStatusLists()
        let list = try #require(lists.first?.list)
        #expect(try list.status(at: place.index) == 0)
        try world.ask("athens", ["status", "export", "--out", world.path("list")])
        _ = try world.grant("athens", own, to: "NGO Izmir", "care")
    }

    private func withdrawal(of sealed: PassportSealer.Sealed) throws -> UnverifiedWithdrawal {
        try WithdrawalIssuer().withdraw(
            grants: [], of: sealed.passport.verify(by: izmir.identity), reason: .person,
            at: Self.now, organisation: izmir.id, key: izmir.keys.signingKey(.consent))
    }

    /// A stranger gives a grant on a passport of his own the place of a passport of Athens, and
    /// withdraws what is his.
    @Test func aStrangersGrantEndsNoPassportOfOurs() throws {
        let sealed = try izmir.seal(sections(), at: Self.now)
        let grant = try izmir.grant(sealed, to: athens.id, [2], at: Self.now, status: place)
        let opened = try opens(sealed, grant)
        #expect(opened.status == 77, "\(opened.summary)")
        try expectOwnPassportStands(after: withdrawal(of: sealed))
    }

    @Test func aStrangersPassportEndsNoPassportOfOurs() throws {
        let sealed = try izmir.seal(sections(), at: Self.now, status: place)
        let error = try #require(throws: PassportError.self) {
            try sealed.passport.verify(by: izmir.identity)
        }
        #expect(error.identifier == "passport.brokenTerms")
    }

    /// Whoever holds a card signs a grant alone, and may name any place in the issuer's list.
    @Test func aCardEndsNoPassportOfSomebodyElse() throws {
        let card = try ConsentHalf(from: .system)
        let sealed = try athens.seal(sections(), at: Self.now, card: card)
        let grant = try athens.grant(
            sealed, to: athens.id, [2], at: Self.now, status: place, card: card)
        let opened = try opens(sealed, grant)
        #expect(opened.status == 0, "\(opened.summary)")
        let withdrawal = try WithdrawalIssuer().withdraw(
            grants: [], of: sealed.passport.verify(by: athens.identity), reason: .person,
            at: Self.now, card: card)
        try expectOwnPassportStands(after: withdrawal)
    }

    /// What this organisation signed itself ends in its list, whoever brings the withdrawal.
    @Test func aGrantOfOursEndsInOurList() throws {
        let number = try world.grant("athens", own, to: "NGO Izmir", "care")
        let store = try Store.open(at: world.path("athens/carepass.sqlite"))
        let grant = try #require(store.grants().first { "\($0.grant.terms.id)" == number }?.grant)
        let withdrawal = try WithdrawalIssuer().withdraw(
            grants: [grant.terms.id],
            of: store.passport(named: own).passport.verify(by: athens.identity), reason: .person,
            at: Self.now, organisation: athens.id, key: athens.keys.signingKey(.consent))
        try world.ask("athens", ["take-in", world.folder.write(withdrawal.bytes, to: "w")])
        let list = try #require(try store.ownStatusLists().first?.list)
        #expect(try list.status(at: grant.terms.status.index) == 1)
        #expect(try list.status(at: place.index) == 0)
    }
}
