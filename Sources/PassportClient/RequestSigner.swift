public import PassportCoding
public import PassportExchange
public import PassportTrust

/// Whoever holds an `exchange` key and signs requests with it. The key stays inside.
public protocol RequestSigner: Sendable {
    /// For whom the requests are made.
    var organisation: OrganisationID { get }

    /// Signs a request, each time with a fresh nonce.
    func sign(
        _ components: RequestComponents, at now: Timestamp
    ) throws(ExchangeError) -> SignatureFields
}
