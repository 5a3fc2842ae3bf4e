public import PassportTrust
internal import Synchronization

/// An organisation that is hosted or followed here.
public struct KnownOrganisation: Sendable {
    /// Its manifests, verified.
    public let identity: Identity
    /// True when its mailbox is here.
    public let isHosted: Bool
    /// Whom it follows: what they send is taken in for it.
    public let follows: Set<OrganisationID>
}

/// Who is known here, as the last commit left it: what every request asks before anything else.
///
/// In memory, because each commit made the pages stale that the answer stands on, and a deposit
/// read nine of them anew on another thread. Whoever writes asks in the transaction.
final class Directory: Sendable {
    private struct State {
        /// Counted on with each commit that changed something: what was read before does not
        /// come in afterwards.
        var edition: UInt64 = 0
        var entries: [OrganisationID: KnownOrganisation] = [:]
    }

    private let state = Mutex(State())

    /// The edition that a reader begins with.
    var edition: UInt64 { state.withLock { $0.edition } }

    func entry(_ id: OrganisationID) -> KnownOrganisation? { state.withLock { $0.entries[id] } }

    /// Keeps what was read, unless something was changed since its reader began.
    ///
    /// Only organisations that have a row here: who asks for others fills nothing.
    ///
    /// - Returns: false when something was changed.
    func keep(_ entry: KnownOrganisation, readIn edition: UInt64) -> Bool {
        state.withLock { state in
            guard state.edition == edition else { return false }
            state.entries[entry.identity.organisation] = entry
            return true
        }
    }

    /// Forgets everything; between a commit that changed something and the answer to it.
    func forget() {
        state.withLock { state in
            state.edition &+= 1
            state.entries = [:]
        }
    }
}
