internal import PassportCoding
internal import PassportTrust

extension Knowledge {
    /// Adds what came with an envelope, at a cost that the limits bound: only what passports and
    /// grants name, nothing that is known already, and the cheapest look first.
    package mutating func add(_ evidence: Evidence) {
        var budget = Limits.evidenceSignatures
        var seen: Set<[UInt8]> = []
        for bytes in evidence.identities where seen.insert(bytes).inserted {
            guard let unverified = try? UnverifiedIdentity(decoding: bytes),
                evidence.organisations.contains(unverified.organisation)
            else { continue }
            let known = identities[unverified.organisation]?.chain
            guard let cost = try? unverified.signatureCount(beyond: known, within: budget) else {
                continue
            }
            // One that costs too much ends it: the next would be read only to be left out.
            guard cost <= budget else { break }
            budget -= cost
            guard let identity = try? unverified.verify(beyond: known) else { continue }
            add(evidence: identity)
        }
        for bytes in evidence.statusLists { add(list: bytes, named: evidence.addresses) }
    }

    /// Adds an identity. Evidence never replaces a chain known here except by one that extends
    /// it, and never makes anybody pinned.
    mutating func add(evidence identity: Identity) {
        guard let known = identities[identity.organisation] else {
            identities[identity.organisation] = identity
            return
        }
        if let epoch = fork(with: identity) {
            forks[identity.organisation] = max(forks[identity.organisation] ?? 0, epoch)
            forkProofs.append(identity)
            return
        }
        let forked = forks[identity.organisation] ?? 0
        guard identity.chain.current.epoch > forked,
            let newer = try? known.chain.updated(with: identity.chain),
            newer == identity.chain, newer != known.chain
        else { return }
        identities[identity.organisation] = identity
    }

    /// Adds a list that verifies under one of the identities known, if it is newer.
    package mutating func add(list bytes: [UInt8], named addresses: Set<String>? = nil) {
        guard let object = try? SignedStatusList.parse(bytes),
            let uri = try? SignedStatusList.unverifiedAddress(of: object),
            addresses?.contains(uri) ?? true,
            let identity = identities.values.first(where: { $0.keepsStatusList(at: uri) }),
            let list = try? SignedStatusList(verifying: object, by: identity),
            // Stops a stolen status key from shutting out every later honest list.
            !list.isFromTheFuture(at: now)
        else { return }
        take(list)
    }
}
