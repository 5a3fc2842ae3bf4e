internal import PassportExchange
internal import PassportTrust
internal import Synchronization

/// Whom something is being sent to now, and for whom.
///
/// Attack: an organisation that hands over parcels for many recipients of its own making, each of
/// which takes its time: it would hold every place, and nobody else's parcels would leave.
final class DeliveryPlaces: Sendable {
    /// Recipients that are tried at once, all together and for one sender.
    static let most = 256
    static let mostPerOwner = 32

    private let owners = Mutex<[OrganisationID: OrganisationID]>([:])

    var isBusy: Bool { owners.withLock { !$0.isEmpty } }

    func isBusy(_ recipient: OrganisationID) -> Bool { owners.withLock { $0[recipient] != nil } }

    /// - Parameter owner: of the parcel that is first in the recipient's queue.
    func begin(_ recipient: OrganisationID, for owner: OrganisationID) -> Bool {
        owners.withLock { owners in
            guard owners.count < Self.most, owners[recipient] == nil,
                owners.values.count(where: { $0 == owner }) < Self.mostPerOwner
            else { return false }
            owners[recipient] = owner
            return true
        }
    }

    func end(_ recipient: OrganisationID) { owners.withLock { $0[recipient] = nil } }
}
