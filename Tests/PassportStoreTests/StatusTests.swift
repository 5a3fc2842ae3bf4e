import Foundation
import GRDB
import PassportCoding
import PassportCrypto
import PassportTrust
import Testing

@testable import PassportStore

/// How indices of our own status lists are given out: by lot, once, and among decoys.
@Suite struct StatusTests {
    private static func allocate(_ fixture: StoreFixture, _ store: Store) throws -> (Int, Int) {
        let free = try store.freeStatusIndex(.system)
        try fixture.commit(store, free.changes)
        return (free.list, free.position)
    }

    @Test func anIndexIsGivenOutOnceAndByLot() throws {
        let fixture = try StoreFixture()
        let store = try Store.create(at: fixture.path)
        var positions: [Int] = []
        for _ in 0..<60 {
            let (list, position) = try Self.allocate(fixture, store)
            #expect(list == 1)
            #expect((0..<Store.statusListEntries).contains(position))
            positions.append(position)
        }
        #expect(Set(positions).count == positions.count)
        // Sixty of sixteen thousand in order would be no lot.
        #expect(positions != positions.sorted())
        let steps = zip(positions, positions.dropFirst()).map { $1 - $0 }
        #expect(Set(steps).count > 50)
    }

    /// The first index of a list brings decoys that ended before they were used; they are no
    /// index of anybody, and a list with nothing withdrawn shows them all the same.
    @Test func aNewListHasDecoys() throws {
        let fixture = try StoreFixture()
        let store = try Store.create(at: fixture.path)
        let (_, position) = try Self.allocate(fixture, store)
        _ = try Self.allocate(fixture, store)
        let rows = try fixture.meddle {
            try Row.fetchAll($0, sql: "SELECT position, ended, isDecoy FROM ownStatus")
        }
        let decoys = rows.filter { $0["isDecoy"] == 1 }
        #expect(Store.statusDecoys.contains(decoys.count))
        #expect(decoys.allSatisfy { $0["ended"] == 1 })
        #expect(rows.count == decoys.count + 2)
        let lists = try store.ownStatusLists()
        #expect(lists.map(\.number) == [1])
        let list = try #require(lists.first?.list)
        #expect(list.count == Store.statusListEntries)
        #expect(try list.status(at: position) == TokenStatusList.valid)
        for decoy in decoys {
            #expect(try list.status(at: decoy["position"]) == TokenStatusList.ended)
        }
        try fixture.commit(store, [.statusEnded(list: 1, position: position)])
        let after = try #require(try store.ownStatusLists().first?.list)
        #expect(try after.status(at: position) == TokenStatusList.ended)
    }

    /// A list is closed while it is still half empty; the next one begins with decoys again.
    @Test func aFullListIsFollowedByTheNext() throws {
        let fixture = try StoreFixture()
        let store = try Store.create(at: fixture.path)
        _ = try Self.allocate(fixture, store)
        // Fills the list up to the last place but one.
        let used = try fixture.meddle {
            try Int.fetchSet($0, sql: "SELECT position FROM ownStatus")
        }
        let free = (0..<Store.statusListEntries).filter { !used.contains($0) }
        try fixture.commit(
            store,
            free.prefix(Store.statusListFull - used.count - 1).map {
                .statusIndex(list: 1, position: $0)
            })
        #expect(try Self.allocate(fixture, store).0 == 1)
        #expect(try Self.allocate(fixture, store).0 == 2)
        #expect(try Self.allocate(fixture, store).0 == 2)
        #expect(try store.ownStatusLists().map(\.number) == [1, 2])
        let decoys = try fixture.meddle {
            try Int.fetchOne(
                $0, sql: "SELECT count(*) FROM ownStatus WHERE list = 2 AND isDecoy = 1")
        }
        #expect(Store.statusDecoys.contains(decoys ?? 0))
    }

    /// Two processes that drew the same index cannot both have it.
    @Test func oneIndexIsNotCommittedTwice() throws {
        let fixture = try StoreFixture()
        let store = try Store.create(at: fixture.path)
        let free = try store.freeStatusIndex(.system)
        try fixture.commit(store, free.changes)
        let failure = #expect(throws: StoreError.self) {
            try fixture.commit(store, free.changes)
        }
        #expect(failure?.code == .duplicate)
        #expect(try store.logSize() == 1)
    }
}
