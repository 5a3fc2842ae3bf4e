public import PassportCoding
public import PassportCrypto
public import PassportTrust

/// What a home knows when it looks at something: keys, pins, lists, withdrawals, and the latest
/// moment that it has certainly reached. Fixed once for an operation.
public struct Knowledge: Sendable {
    /// Who is looking; nil for a bearer's home without an organisation.
    public var ourselves: OrganisationID?
    /// Organisations by identity.
    public var identities: [OrganisationID: Identity]
    /// What each pinned organisation is trusted for.
    public var pins: [OrganisationID: Pin]
    /// The newest status list by address.
    public var statusLists: [String: SignedStatusList]
    /// Lists that were seen under an address and show something as ended which the newest one
    /// there does not.
    public internal(set) var earlierLists: [String: [SignedStatusList]] = [:]
    /// Withdrawals taken in.
    public var withdrawals: [UnverifiedWithdrawal]
    /// Organisations that showed two manifests under one number, with the epoch in which they
    /// did: nothing new is believed from them until they open a later one.
    public var forks: [OrganisationID: Int] = [:]
    /// Identities that came as evidence and contradict the chain known here: proof of a fork.
    public internal(set) var forkProofs: [Identity] = []
    /// Now: the system's clock, or the floor when the clock is behind it.
    public let now: Timestamp
    /// True when the clock was behind the floor.
    public let clockIsBehind: Bool

    /// Gathers knowledge.
    ///
    /// - Parameter floor: the latest time in our own log or in a cosigned checkpoint. A clock
    ///   set back behind it would make old lists look fresh.
    public init(
        ourselves: OrganisationID?, identities: [OrganisationID: Identity] = [:],
        pins: [OrganisationID: Pin] = [:], statusLists: [String: SignedStatusList] = [:],
        withdrawals: [UnverifiedWithdrawal] = [], clock: Timestamp,
        floor: Timestamp = Timestamp(clamping: 0)
    ) {
        self.ourselves = ourselves
        self.identities = identities
        self.pins = pins
        self.statusLists = statusLists
        self.withdrawals = withdrawals
        now = max(clock, floor)
        clockIsBehind = clock < floor
    }

    /// What an organisation is to us for a purpose.
    public func standing(
        of organisation: OrganisationID, for purposes: Set<KeyPurpose>
    ) -> IssuerStanding {
        if organisation == ourselves { return .pinned }
        if isFrozen(organisation) { return .unknown }
        guard let pin = pins[organisation], purposes.isSubset(of: pin.purposes) else {
            return .unknown
        }
        return .pinned
    }

    /// The epoch in which an identity and the chain known here hold different manifests under
    /// one number; nil when they do not.
    ///
    /// It is the known chain's own: however far the other one goes on, opening the next epoch is
    /// a way out that only the holders of the roots committed to have.
    public func fork(with identity: Identity) -> Int? {
        guard let known = identities[identity.organisation] else { return nil }
        do {
            _ = try known.chain.updated(with: identity.chain)
            return nil
        } catch {
            return error.code == .fork ? known.chain.current.epoch : nil
        }
    }

    /// True while a fork stands against an organisation's present epoch.
    public func isFrozen(_ organisation: OrganisationID) -> Bool {
        guard let forked = forks[organisation], let identity = identities[organisation] else {
            return false
        }
        return identity.chain.current.epoch <= forked
    }

    /// What is known about the end of a reference, whose list must be the given organisation's.
    public func freshness(of reference: StatusReference, by organisation: OrganisationID)
        -> Freshness
    {
        let endedEarlier = earlierLists[reference.uri, default: []].contains { list in
            list.organisation == organisation
                && (try? list.list.status(at: reference.index)) ?? 0 != TokenStatusList.valid
        }
        guard let list = statusLists[reference.uri], list.organisation == organisation,
            let freshness = try? list.freshness(of: reference, at: now)
        else { return endedEarlier ? .endedEarlier : .unknown }
        // An ended entry stays ended whatever the clock, or a later list, says.
        if freshness == .ended { return .ended }
        if endedEarlier { return .endedEarlier }
        return clockIsBehind ? .unknown : freshness
    }

    /// How a list stands beside those that are known under its address.
    public enum ListStanding: Sendable {
        /// It is the newest.
        case newest
        /// It is the newest, and shows something as valid that had ended.
        case revives
        /// It is older, and shows something as ended that the newest does not.
        case endsMore
        /// It says nothing that is not known, or too many contradict each other already.
        case nothingNew
    }

    /// Takes in a verified list: the newest counts, and what any of them ended stays ended.
    @discardableResult
    public mutating func take(_ list: SignedStatusList) -> ListStanding {
        guard let known = statusLists[list.uri] else {
            statusLists[list.uri] = list
            return .newest
        }
        let isNewer = list.issued > known.issued
        let newest = isNewer ? list : known
        var earlier = earlierLists[list.uri, default: []]
        let older = isNewer ? known : list
        if earlier.allSatisfy({ older.list.ends(moreThan: $0.list) }) { earlier.append(older) }
        earlier = earlier.filter { $0.list.ends(moreThan: newest.list) }
        // Whoever shows ever new contradictions is not followed further: what is known ages.
        guard earlier.count <= Limits.earlierStatusLists else { return .nothingNew }
        let more = earlier.count > earlierLists[list.uri, default: []].count
        earlierLists[list.uri] = earlier.isEmpty ? nil : earlier
        statusLists[list.uri] = newest
        if isNewer { return earlier.isEmpty ? .newest : .revives }
        return more ? .endsMore : .nothingNew
    }
}
