/// A systematic code over GF(256): `needed` data shards as they are, and check shards from a
/// Cauchy matrix, so that any `needed` of all give back the data.
///
/// Every square part of a Cauchy matrix can be inverted; that is why any choice does.
struct ReedSolomon {
    /// Data shards.
    let needed: Int
    /// All shards.
    let count: Int

    /// Shards in one set, at most.
    static let mostShards = 32

    /// - Returns: nil unless 1 ≤ `needed` ≤ `count` ≤ 32.
    init?(needed: Int, count: Int) {
        guard needed >= 1, needed <= count, count <= Self.mostShards else { return nil }
        self.needed = needed
        self.count = count
    }

    /// What data shard `column` is multiplied with for shard `row`, which is a check shard:
    /// 1 / (row + column), both numbers read as elements of the field. They differ, so there is
    /// always an inverse.
    static func coefficient(row: Int, column: Int) -> UInt8 {
        GaloisField.inverse(UInt8(truncatingIfNeeded: row ^ column)) ?? 0
    }

    /// The check shards of data shards of one length.
    ///
    /// - Returns: `count - needed` shards; none when there are not `needed` of one length.
    func checks(of data: [[UInt8]]) -> [[UInt8]] {
        guard let length = data.first?.count, data.count == needed,
            data.allSatisfy({ $0.count == length })
        else { return [] }
        return (needed..<count).map { row in
            var check = [UInt8](repeating: 0, count: length)
            for (column, shard) in data.enumerated() {
                Self.add(shard, times: Self.coefficient(row: row, column: column), to: &check)
            }
            return check
        }
    }

    /// The data from any `needed` shards.
    ///
    /// - Parameter shards: by their numbers, all of one length; those beyond `needed` are not
    ///   looked at, data shards are preferred.
    /// - Returns: nil when there are too few, or not of one length.
    func data(from shards: [Int: [UInt8]]) -> [[UInt8]]? {
        let numbers = shards.keys.filter { (0..<count).contains($0) }.sorted().prefix(needed)
        guard numbers.count == needed, let length = numbers.first.flatMap({ shards[$0]?.count }),
            numbers.allSatisfy({ shards[$0]?.count == length })
        else { return nil }
        let lost = (0..<needed).filter { !numbers.contains($0) }
        // Each check shard less what the known data gave to it: what the lost data gave.
        let rows = numbers.filter { $0 >= needed }
        var sums: [[UInt8]] = []
        for row in rows {
            guard var sum = shards[row] else { return nil }
            for column in numbers where column < needed {
                guard let shard = shards[column] else { return nil }
                Self.add(shard, times: Self.coefficient(row: row, column: column), to: &sum)
            }
            sums.append(sum)
        }
        var system = rows.map { row in
            lost.map { Self.coefficient(row: row, column: $0) }
        }
        guard Self.solve(&system, &sums) else { return nil }
        var data: [[UInt8]] = []
        for column in 0..<needed {
            guard
                let shard = lost.firstIndex(of: column).map({ sums[$0] }) ?? shards[column]
            else { return nil }
            data.append(shard)
        }
        return data
    }

    /// Turns the square `system` into the identity, and with the same steps `sums` into the
    /// solution (Gauss and Jordan).
    private static func solve(_ system: inout [[UInt8]], _ sums: inout [[UInt8]]) -> Bool {
        for column in system.indices {
            guard let pivot = (column..<system.count).first(where: { system[$0][column] != 0 }),
                let inverse = GaloisField.inverse(system[pivot][column])
            else { return false }
            system.swapAt(column, pivot)
            sums.swapAt(column, pivot)
            scale(&system[column], by: inverse)
            scale(&sums[column], by: inverse)
            for row in system.indices where row != column {
                let factor = system[row][column]
                guard factor != 0 else { continue }
                add(system[column], times: factor, to: &system[row])
                add(sums[column], times: factor, to: &sums[row])
            }
        }
        return true
    }

    private static func scale(_ shard: inout [UInt8], by factor: UInt8) {
        let products = GaloisField.products(of: factor)
        for place in shard.indices { shard[place] = products[Int(shard[place])] }
    }

    /// Adds a multiple of a shard to another of the same length.
    private static func add(_ shard: [UInt8], times factor: UInt8, to sum: inout [UInt8]) {
        guard factor != 0 else { return }
        let products = GaloisField.products(of: factor)
        for place in sum.indices { sum[place] ^= products[Int(shard[place])] }
    }
}
