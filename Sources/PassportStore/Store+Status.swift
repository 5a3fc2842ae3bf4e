internal import GRDB
public import PassportCrypto
public import PassportTrust

extension Store {
    /// Entries in each of our status lists.
    public static let statusListEntries = 16_384
    /// A list is closed to new entries when this many are in use; the next list begins.
    static let statusListFull = 8_192
    /// Entries that end before they are ever used, in each list: how many is drawn, because a
    /// number that everybody knows could be subtracted.
    static let statusDecoys = 48...111

    /// A free, random index of our newest status list, and what to commit to claim it.
    ///
    /// Indices are random so that a number says nothing about how many came before.
    public func freeStatusIndex(
        _ randomness: Randomness
    ) throws -> (list: Int, position: Int, changes: [StoreChange]) {
        let (list, used) = try read { database in
            let newest = try Int.fetchOne(database, sql: "SELECT max(list) FROM ownStatus") ?? 1
            let used = try Set(
                Int.fetchAll(
                    database, sql: "SELECT position FROM ownStatus WHERE list = ?",
                    arguments: [newest]))
            return used.count >= Self.statusListFull ? (newest + 1, Set<Int>()) : (newest, used)
        }
        var taken = used
        func draw() -> Int {
            while true {
                let position = randomness.number(below: Self.statusListEntries)
                if taken.insert(position).inserted { return position }
            }
        }
        var changes: [StoreChange] = []
        if used.isEmpty {
            let count =
                Self.statusDecoys.lowerBound + randomness.number(below: Self.statusDecoys.count)
            changes.append(.statusDecoys(list: list, positions: (0..<count).map { _ in draw() }))
        }
        let position = draw()
        changes.append(.statusIndex(list: list, position: position))
        return (list, position, changes)
    }

    /// The bits of our lists as they stand now, by number.
    public func ownStatusLists() throws -> [(number: Int, list: TokenStatusList)] {
        let rows = try read { database in
            try Row.fetchAll(
                database, sql: "SELECT list, position, ended FROM ownStatus ORDER BY list")
        }
        var lists: [(number: Int, list: TokenStatusList)] = []
        for row in rows {
            let number: Int = row["list"]
            if lists.last?.number != number {
                lists.append((number, TokenStatusList(count: Self.statusListEntries)))
            }
            let ended: Bool = row["ended"]
            if ended { lists[lists.count - 1].list.end(row["position"]) }
        }
        return lists
    }
}
