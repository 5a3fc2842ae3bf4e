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
    /// Withdrawals taken in.
    public var withdrawals: [UnverifiedWithdrawal]
    /// Organisations that showed two manifests under one number, with the epoch in which they
    /// did: nothing new is believed from them until they open a later one.
    public var forks: [OrganisationID: Int] = [:]
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

    /// Adds evidence that came with an envelope. Evidence never replaces a chain known here
    /// except by one that extends it, and never makes anybody pinned.
    public mutating func add(evidence identity: Identity) {
        guard let known = identities[identity.organisation] else {
            identities[identity.organisation] = identity
            return
        }
        if contradicts(identity) {
            forks[identity.organisation] = max(
                forks[identity.organisation] ?? 0, identity.chain.current.epoch)
            return
        }
        let forked = forks[identity.organisation] ?? 0
        guard identity.chain.current.epoch > forked,
            let newer = try? known.chain.updated(with: identity.chain),
            newer == identity.chain, newer != known.chain
        else { return }
        identities[identity.organisation] = identity
    }

    /// True when the identity and the chain known here hold different manifests under one number.
    public func contradicts(_ identity: Identity) -> Bool {
        guard let known = identities[identity.organisation] else { return false }
        do {
            _ = try known.chain.updated(with: identity.chain)
            return false
        } catch {
            return error.code == .fork
        }
    }

    /// True while a fork stands against an organisation's present epoch.
    public func isFrozen(_ organisation: OrganisationID) -> Bool {
        guard let forked = forks[organisation], let identity = identities[organisation] else {
            return false
        }
        return identity.chain.current.epoch <= forked
    }

    /// Adds a signed list that came with an envelope, if it is newer than the one known.
    public mutating func add(evidence bytes: [UInt8]) {
        guard let object = try? SignedStatusList.parse(bytes) else { return }
        for identity in identities.values where identity.lists(object.keyHash, for: .status) {
            guard let list = try? SignedStatusList(verifying: object, by: identity) else {
                continue
            }
            // Stops a stolen status key from shutting out every later honest list.
            guard !list.isFromTheFuture(at: now) else { return }
            if let known = statusLists[list.uri], known.issued >= list.issued { return }
            statusLists[list.uri] = list
            return
        }
    }

    /// What is known about the end of a reference, whose list must be the given organisation's.
    public func freshness(of reference: StatusReference, by organisation: OrganisationID)
        -> Freshness
    {
        guard let list = statusLists[reference.uri], list.organisation == organisation,
            let freshness = try? list.freshness(of: reference, at: now)
        else { return .unknown }
        // An ended entry stays ended whatever the clock says.
        if clockIsBehind, freshness != .ended { return .unknown }
        return freshness
    }
}
