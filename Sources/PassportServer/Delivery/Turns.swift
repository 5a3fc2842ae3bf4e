internal import PassportTrust
internal import Synchronization

/// Between whom something goes on now, and who has the next turn.
///
/// Attack: an organisation with many ways of its own making, each of which takes its time: it
/// would hold every place, and nobody else's parcels would move.
final class Turns<Way: Hashable & Sendable>: Sendable {
    private struct State {
        var busy: Set<Way> = []
        var last: Way?
    }

    private let most: Int
    private let mostPerOwner: Int
    private let owner: @Sendable (Way) -> OrganisationID
    private let state = Mutex(State())

    /// - Parameters:
    ///   - most: ways on which something goes at once, all together.
    ///   - mostPerOwner: of one owner.
    init(
        most: Int, mostPerOwner: Int, owner: @escaping @Sendable (Way) -> OrganisationID
    ) {
        self.most = most
        self.mostPerOwner = mostPerOwner
        self.owner = owner
    }

    /// True while something goes on anywhere.
    var isBusy: Bool { state.withLock { !$0.busy.isEmpty } }

    /// True while something goes on there.
    func holds(_ way: Way) -> Bool { state.withLock { $0.busy.contains(way) } }

    /// True when there is a place for this way, and nothing is on it.
    func isFree(_ way: Way) -> Bool { state.withLock { isFree(way, $0) } }

    private func isFree(_ way: Way, _ state: State) -> Bool {
        let owner = owner(way)
        return state.busy.count < most && !state.busy.contains(way)
            && state.busy.count { self.owner($0) == owner } < mostPerOwner
    }

    /// Takes the place of a way.
    ///
    /// - Returns: false when there is none.
    func begin(_ way: Way) -> Bool {
        state.withLock { state in
            guard isFree(way, state) else { return false }
            state.busy.insert(way)
            state.last = way
            return true
        }
    }

    /// Gives the place back.
    func end(_ way: Way) { state.withLock { _ = $0.busy.remove(way) } }

    /// What has a way, beginning behind the one that had its turn last: those in front must not
    /// have theirs again and again before the others.
    func inOrder<Element>(_ all: [Element], way: (Element) -> Way) -> [Element] {
        let last = state.withLock { $0.last }
        guard let place = all.firstIndex(where: { way($0) == last }) else { return all }
        return Array(all[(place + 1)...] + all[...place])
    }
}
