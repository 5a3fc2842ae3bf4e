import PassportClient
import PassportCrypto
import PassportExchange
import PassportTrust

/// One organisation's calls to one daemon over one connection that is kept.
struct BenchClient: Sendable {
    let caller: ExchangeCaller
    let endpoint: Endpoint
    private let stranger: ExchangeCaller

    init(_ organisation: BenchOrganisation, _ endpoint: Endpoint) throws {
        let transport = try PinnedTransport()
        caller = ExchangeCaller(
            transport: transport, signer: organisation, clock: { .system })
        stranger = ExchangeCaller(transport: transport, signer: nil, clock: { .system })
        self.endpoint = endpoint
    }

    /// Puts a parcel into a mailbox in one request, as `uploadParcel` makes it; its digest is known
    /// beforehand.
    func deposit(_ parcel: BenchParcel, for recipient: OrganisationID) async throws {
        let answer = try await caller.call(
            endpoint, "PUT", ExchangePath.inbox(recipient, parcel.digest),
            body: .bytes(parcel.bytes), mediaType: ParcelKind.envelope.mediaType,
            digest: parcel.digest,
            upload: .init(offset: 0, length: parcel.bytes.count)
        ).get()
        guard answer.status == 201 else { throw BenchFault(what: "status \(answer.status)") }
    }

    func handOver(
        _ parcel: BenchParcel, from owner: OrganisationID, to recipient: OrganisationID
    ) async throws {
        let answer = try await caller.call(
            endpoint, "PUT", ExchangePath.outbox(owner, recipient, parcel.digest),
            body: .bytes(parcel.bytes), mediaType: ParcelKind.envelope.mediaType,
            digest: parcel.digest,
            upload: .init(offset: 0, length: parcel.bytes.count)
        ).get()
        guard answer.status == 201 else { throw BenchFault(what: "status \(answer.status)") }
    }

    func page(of owner: OrganisationID, after: Int64) async throws -> ParcelPage {
        try await caller.document(
            ParcelPage.self, at: endpoint, "\(ExchangePath.inbox(owner))?after=\(after)"
        ).get()
    }

    func fetch(_ parcel: Digest, of owner: OrganisationID) async throws -> [UInt8] {
        try await caller.call(
            endpoint, "GET", ExchangePath.inbox(owner, parcel),
            into: .memory(maximum: 1_048_576)
        ).get().body
    }

    /// The shortest request there is: not signed, nothing written.
    func greet() async throws {
        _ = try await stranger.document(
            ServiceDocument.self, at: endpoint, ExchangePath.service
        ).get()
    }
}
