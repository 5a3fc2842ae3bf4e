/// Choices of as many claims as are needed, no two of one place, best first.
///
/// Forged frames come in two ways: beside the printed one, which then is disputed, and in its
/// stead, which nobody sees. So first come all undisputed places, filled up with every claim of
/// disputed ones in turn; then all that come first, without each of them, without each two, and
/// so on. Either way few forged frames cost few tries.
struct FrameChoices {
    /// The place of each claim, undisputed ones first.
    private let places: [Int]
    private let needed: Int
    /// Claims that nobody disputes.
    private let certain: Int
    /// The claims of disputed places that fill up the certain ones; nil when all were made.
    private var fill: [Int]?
    private var fillsLeft = FrameCollection.mostChoices / 2
    private var waiting: [Set<Int>] = [[]]
    private var place = 0
    private var seen: Set<[Int]> = []

    /// What may wait: more than will be tried is not kept.
    private static let mostWaiting = 8 * FrameCollection.mostChoices

    init(_ places: [Int], needed: Int) {
        self.places = places
        self.needed = needed
        var counts: [Int: Int] = [:]
        for place in places { counts[place, default: 0] += 1 }
        certain = places.prefix { counts[$0] == 1 }.count
        fill = certain < needed ? Array(certain..<needed) : nil
    }

    /// The next choice that was not made before, as places in the list of claims; nil when there
    /// is none.
    mutating func next() -> [Int]? {
        while let fill, fillsLeft > 0 {
            fillsLeft -= 1
            self.fill = following(fill)
            let choice = Array(0..<certain) + fill
            guard choice.allSatisfy({ $0 < places.count }),
                Set(choice.map { places[$0] }).count == needed, seen.insert(choice).inserted
            else { continue }
            return choice
        }
        return nextWithout()
    }

    /// The next combination of as many claims, in order.
    private func following(_ fill: [Int]) -> [Int]? {
        var fill = fill
        var position = fill.count - 1
        while position >= 0 {
            let most = places.count - (fill.count - position)
            if fill[position] < most {
                fill[position] += 1
                for later in (position + 1)..<max(fill.count, position + 1) {
                    fill[later] = fill[later - 1] + 1
                }
                return fill
            }
            position -= 1
        }
        return nil
    }

    private mutating func nextWithout() -> [Int]? {
        while place < waiting.count {
            let excluded = waiting[place]
            place += 1
            var taken: Set<Int> = []
            let choice = places.indices.filter { claim in
                taken.count < needed && !excluded.contains(claim)
                    && taken.insert(places[claim]).inserted
            }
            guard choice.count == needed else { continue }
            let isNew = seen.insert(choice).inserted
            guard isNew || excluded.isEmpty else { continue }
            for claim in choice where waiting.count < Self.mostWaiting {
                waiting.append(excluded.union([claim]))
            }
            if isNew { return choice }
        }
        return nil
    }
}
