import CarePassport
import PassportCoding
import PassportCrypto
import PassportSealing
import PassportSecrecy
import PassportTrust
import Testing

@testable import passport_vectors

/// What was written, granted or withheld shows in no size and no place.
@Suite struct EqualSizeTests {
    private static func sealed(
        _ sections: [Section], _ cast: Cast, _ number: Int
    ) throws -> PassportSealer.Sealed {
        try PassportSealer(randomness: Secrets.stream("equal \(number)")).seal(
            sections,
            terms: .init(
                issuer: cast.izmir.id, authorities: [cast.izmir.id], issued: Moments.sealed,
                expires: Moments.passportEnd, status: cast.izmir.reference(1),
                profile: cast.profile),
            key: cast.izmir.signingKey(.issue))
    }

    /// A passport of one section, one of all, and one whose section spans several slots.
    @Test(arguments: [Profile.net, .paper])
    func passportsOfEveryContentHaveOneSize(_ profile: Profile) throws {
        let cast = try Cast(profile)
        let all = try Content.sections("Lea")
        let sizes = try [Array(all.prefix(1)), all].enumerated().map { number, sections in
            let passport = try Self.sealed(sections, cast, number).passport
            #expect(passport.claims.slots.count == profile.slotCount)
            #expect(Set(passport.claims.slots.map(\.count)) == [profile.sealedSlotBytes])
            #expect(passport.claims.commitments.count == profile.slotCount)
            return passport.bytes.count
        }
        #expect(Set(sizes).count == 1)
    }

    /// One section lies in each slot about as often as in any other.
    @Test func aSectionsPlaceIsDrawnByLot() throws {
        let cast = try Cast(.paper)
        let section = Array(try Content.sections("Lea").prefix(1))
        var places: [Int: Int] = [:]
        for number in 0..<240 {
            let ring = RingBytes(try Self.sealed(section, cast, number).ring)
            if let first = ring.records.first { places[Int(first.slot), default: 0] += 1 }
        }
        #expect(places.count == Profile.paper.slotCount)
        // Twenty in each are expected; forty-five in one would come once in a million runs, and
        // this is the same run every time.
        #expect((places.values.max() ?? 0) < 45)
    }

    /// Of what was withheld the recipient sees nothing: grant of one section or of five, the
    /// rings and envelopes are of one size.
    @Test(arguments: [Profile.net, .paper])
    func envelopesOfEveryGrantHaveOneSize(_ profile: Profile) throws {
        let scene = try Scene(profile)
        var rings: Set<Int> = []
        var envelopes: Set<Int> = []
        for sections in [[1], [1, 2, 3], [1, 2, 3, 4, 5]] {
            let opening = try Opening(scene, "equal \(sections)", sections: sections)
            rings.formUnion(opening.grants.map(\.ring.count))
            envelopes.insert(try opening.packing().pack(BoxStore()).bytes.count)
        }
        #expect(rings == [profile.ringBytes])
        #expect(envelopes.count == 1)
    }
}
