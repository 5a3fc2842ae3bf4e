internal import PassportStore
internal import PassportTrust
internal import Synchronization

/// On which ways something is being sent now.
///
/// Attack: an organisation that hands over parcels for many recipients of its own making, each of
/// which takes its time: it would hold every place, and nobody else's parcels would leave.
final class DeliveryPlaces: Sendable {
    /// Ways on which something goes at once, all together and from one sender.
    static let most = 256
    static let mostPerOwner = 32

    private struct State {
        var busy: Set<ConsignmentWay> = []
        var last: ConsignmentWay?
    }

    private let state = Mutex(State())

    var isBusy: Bool { state.withLock { !$0.busy.isEmpty } }

    /// True when there is a place for this way, and nothing is on it.
    func isFree(_ way: ConsignmentWay) -> Bool {
        state.withLock { state in
            state.busy.count < Self.most && !state.busy.contains(way)
                && state.busy.count { $0.owner == way.owner } < Self.mostPerOwner
        }
    }

    /// Asked for by one loop alone, after `isFree`.
    func begin(_ way: ConsignmentWay) {
        state.withLock { state in
            state.busy.insert(way)
            state.last = way
        }
    }

    func end(_ way: ConsignmentWay) { state.withLock { _ = $0.busy.remove(way) } }

    /// The ways, beginning behind the one that had its turn last: those in front must not have
    /// theirs again and again before the others.
    func inTurn(_ ways: [ConsignmentWay]) -> [ConsignmentWay] {
        guard let last = state.withLock({ $0.last }), let place = ways.firstIndex(of: last)
        else { return ways }
        return Array(ways[(place + 1)...] + ways[...place])
    }
}
