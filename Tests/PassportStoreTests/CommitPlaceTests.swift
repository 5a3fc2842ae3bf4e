import PassportStore
import Testing

/// On whose thread a commit waits for the disk.
@Suite struct CommitPlaceTests {
    private static func proven() -> CommitPlace {
        var place = CommitPlace()
        for _ in 0..<CommitPlace.proofs { place.took(.milliseconds(1)) }
        return place
    }

    @Test("Nobody waits for a disk that has yet to show that it is quick")
    func unproven() {
        var place = CommitPlace()
        for _ in 1..<CommitPlace.proofs {
            place.took(.milliseconds(1))
            #expect(!place.isWithCaller(callers: 1))
        }
        place.took(.milliseconds(1))
        #expect(place.isWithCaller(callers: 1))
    }

    @Test(
        "Whoever is not alone keeps others waiting, and leaves it to the writer",
        arguments: [0, 2, 64])
    func together(_ callers: Int) {
        #expect(!Self.proven().isWithCaller(callers: callers))
    }

    @Test("After one slow commit, or when the disk is about to be busy, the proof begins anew")
    func slow() {
        var place = Self.proven()
        place.took(CommitPlace.patience + .milliseconds(1))
        #expect(!place.isWithCaller(callers: 1))
        place.took(.milliseconds(1))
        #expect(!place.isWithCaller(callers: 1))
        place = Self.proven()
        place.yield()
        #expect(!place.isWithCaller(callers: 1))
    }
}
