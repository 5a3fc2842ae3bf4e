import CarePassport
import PassportCoding
import PassportCrypto
internal import PassportSecrecy
internal import PassportStore
import PassportTrust

/// When a cover was sealed, granted and packed, as it says itself: on a working day before the one
/// on which the person was here, minutes apart.
///
/// Attack: whoever knows that a person was at a clinic on one day looks for that day in every
/// envelope. Moments that are equal to the second, or in the night, would say that they were drawn.
struct CoverDates {
    let sealed: Timestamp
    let granted: Timestamp
    let packed: Timestamp
    /// True when the keys of the home do not reach back to another day.
    let areToday: Bool

    private static let day: Int64 = 86_400
    private static let mostDaysBack: Int64 = 60
    /// Seconds into the day, from six to one o'clock UTC: at work from Lisbon to Tehran.
    private static let work: Range<Int64> = 21_600..<46_800

    init(_ home: borrowing Home) throws {
        let floor = try Self.floor(home)
        let today = home.now.seconds / Self.day
        let back = min((home.now.seconds - floor.seconds) / Self.day - 1, Self.mostDaysBack)
        guard back >= 1 else {
            (sealed, granted, packed, areToday) = (home.now, home.now, home.now, true)
            return
        }
        func draw(_ range: Range<Int64>) -> Int64 {
            let drawn = home.randomness.bytes(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            return range.lowerBound + Int64(drawn % UInt64(range.upperBound - range.lowerBound))
        }
        var day = today - draw(1..<back + 1)
        // The first of January 1970 was a Thursday. Of a weekend's days the Friday before counts,
        // where the keys reach back that far.
        let weekday = (day + 3) % 7
        if weekday > 4, (day - (weekday - 4)) * Self.day >= floor.seconds { day -= weekday - 4 }
        sealed = Timestamp(clamping: day * Self.day + draw(Self.work))
        granted = sealed.adding(seconds: draw(90..<600))
        packed = granted.adding(seconds: draw(60..<420))
        areToday = false
    }

    /// The first moment at which everything that the envelope carries was there.
    private static func floor(_ home: borrowing Home) throws -> Timestamp {
        let starts = try [KeyPurpose.issue, .consent, .status].map { purpose in
            let hash = try home.keys.signingKey(purpose).verifyingKey.keyHash
            return try home.identity.signingKey(hash, for: purpose).role.notBefore
        }
        return starts.reduce(home.identity.chain.current.issued) { max($0, $1) }
    }

    /// Sections that were written on the day of the cover.
    func of(_ sections: [Section]) -> [Section] {
        sections.map { section in
            var section = section
            if let date = PartialDate(String("\(sealed)".prefix(10))) {
                section.provenance.date = date
            }
            return section
        }
    }

    /// The home's lists, as they would have been signed then; kept nowhere else.
    func lists(_ home: borrowing Home) throws -> [SignedStatusList] {
        let key = try home.keys.signingKey(.status)
        return try home.store.ownStatusLists().map { number, list in
            let bytes = try SignedStatusList.make(
                list, uri: home.organisation.statusListURI(number), issued: packed,
                expires: packed.adding(seconds: 30 * Self.day), key: key)
            return try SignedStatusList(verifying: bytes, by: home.identity)
        }
    }
}
