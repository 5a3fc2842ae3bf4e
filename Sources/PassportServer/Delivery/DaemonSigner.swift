internal import PassportClient
internal import PassportCoding
internal import PassportCrypto
internal import PassportExchange
internal import PassportStore
internal import PassportTrust

/// Signs requests for an organisation that is hosted here, with the daemon's one key.
struct DaemonSigner: RequestSigner {
    let organisation: OrganisationID
    let keys: NodeKeys
    let randomness: Randomness

    func sign(
        _ components: RequestComponents, at now: Timestamp
    ) throws(ExchangeError) -> SignatureFields {
        try components.signed(
            for: organisation, by: keys.exchange, at: now, randomness: randomness)
    }
}

extension Daemon {
    /// Calls other daemons for an organisation that is hosted here.
    func caller(for organisation: OrganisationID) -> ExchangeCaller {
        ExchangeCaller(
            transport: transport,
            signer: DaemonSigner(
                organisation: organisation, keys: mailroom.keys, randomness: randomness),
            clock: now)
    }

    /// Where an organisation's mailbox is, as its newest manifest here says. An address that
    /// cannot be read is passed over: there may be another.
    static func endpoints(of identity: Identity) -> [Endpoint] {
        identity.chain.current.services.compactMap { service in
            guard let address = try? ServiceAddress(service.address), !address.isLocal else {
                return nil
            }
            return Endpoint(address: address, pin: service.tlsKeyHash)
        }
    }
}
