import CarePassport
import Foundation
import PassportClient
import PassportCoding
import PassportCrypto
import PassportExchange
import PassportTrust
import Synchronization
import Testing

extension Timestamp {
    /// The system's clock: daemons that run in tests have no other.
    static var current: Timestamp { Timestamp(clamping: Int64(Date().timeIntervalSince1970)) }
}

/// An organisation whose keys the test itself holds, so that hundreds of requests to real daemons
/// cost no process each.
final class Correspondent: Sendable {
    let identity: Identity
    /// The daemon that has the mailbox.
    let endpoint: Endpoint
    /// Signs as this organisation does.
    let signer: any RequestSigner
    let caller: ExchangeCaller

    var organisation: OrganisationID { identity.organisation }

    /// Makes an organisation whose manifest names a daemon, and nothing else: nobody knows of it.
    init(
        _ name: String, at endpoint: Endpoint, keys: [VerifyingKey], logKey: VerifyingKey?,
        patience: Duration = .seconds(60)
    ) throws {
        let seeds: [KeyPurpose: [UInt8]] = [
            .root: Randomness.system.bytes(32), .exchange: Randomness.system.bytes(32),
        ]
        self.endpoint = endpoint
        let root = try Self.key(.root, seeds)
        let exchange = try Self.key(.exchange, seeds).verifyingKey
        let start = Timestamp.current.adding(seconds: -3_600)
        let roles = ([exchange] + keys).map { key in
            RoleKey(
                purpose: .exchange, keyHash: key.keyHash, notBefore: start,
                notAfter: start.adding(seconds: 300 * 86_400), revocation: nil)
        }
        let services = logKey.map {
            [
                Service(
                    address: endpoint.address.description, tlsKeyHash: endpoint.pin, logKey: $0)
            ]
        }
        let manifest = KeyManifest(
            organisation: nil, epoch: 1, version: 1, previous: nil,
            rootKeys: [root.verifyingKey], threshold: 1,
            nextRootKeyHashes: [Digest.sha256(of: seeds[.exchange] ?? [])], nextThreshold: 1,
            issued: start, expires: start.adding(seconds: 300 * 86_400), roleKeys: roles,
            name: name, services: services ?? [])
        var signing = ManifestSigner(manifest)
        try signing.sign(with: root)
        identity = try Identity(
            chain: ManifestChain(verifying: [signing.finish()]), signingKeys: [exchange] + keys,
            sealingKeys: [])
        signer = SeedSigner(organisation: identity.organisation, seeds: seeds)
        caller = ExchangeCaller(
            transport: try PinnedTransport(
                times: TransportTimes(connect: patience, firstByte: patience, idle: patience)),
            signer: signer, clock: { .current })
    }

    /// Makes an organisation and pairs it with a daemon that runs.
    static func paired(_ name: String, with daemon: DaemonProcess) async throws -> Correspondent {
        let invitation = try daemon.invitation()
        let stranger = ExchangeCaller(
            transport: try PinnedTransport(), signer: nil, clock: { .current })
        let document = try await stranger.document(
            ServiceDocument.self, at: invitation.endpoint, ExchangePath.service
        ).get()
        let keys = try [document.exchangeKey, document.logKey].map {
            try VerifyingKey(rawRepresentation: Base64URL.decode($0))
        }
        let made = try Correspondent(
            name, at: invitation.endpoint, keys: [keys[0]],
            logKey: document.address == nil ? nil : keys[1])
        _ = try await stranger.call(
            invitation.endpoint, "POST", ExchangePath.pair,
            body: .bytes(made.identity.encoded()), mediaType: identityType,
            fields: [("authorization", invitation.authorization)]
        ).get()
        return made
    }

    private static let identityType = "application/vnd.carepass.identity+cbor"

    private static func key(
        _ purpose: KeyPurpose, _ seeds: [KeyPurpose: [UInt8]]
    ) throws -> SigningKey {
        var seed = seeds[purpose] ?? []
        return try SigningKey(seed: SecretBytes(consuming: &seed), purpose: purpose)
    }

    private struct SeedSigner: RequestSigner {
        let organisation: OrganisationID
        let seeds: [KeyPurpose: [UInt8]]

        func sign(
            _ components: RequestComponents, at now: Timestamp
        ) throws(ExchangeError) -> SignatureFields {
            guard let key = try? Correspondent.key(.exchange, seeds) else {
                throw ExchangeError(.unknownKey, "no key")
            }
            return try components.signed(
                for: organisation, by: key, at: now, randomness: .system)
        }
    }

    // MARK: - At its own daemon

    func follow(_ other: Correspondent) async throws {
        _ = try await caller.call(
            endpoint, "PUT", ExchangePath.peer(organisation, other.organisation),
            body: .bytes(other.identity.encoded()), mediaType: Self.identityType
        ).get()
    }

    /// Every entry of the mailbox, page by page.
    func inbox() async throws -> [ParcelEntry] {
        try await pages(ExchangePath.inbox(organisation)) { (page: ParcelPage) in
            (page.parcels, page.next)
        }
    }

    /// Everything on its way, page by page.
    func outbox() async throws -> [ConsignmentEntry] {
        try await pages(ExchangePath.outbox(organisation)) { (page: ConsignmentPage) in
            (page.parcels, page.next)
        }
    }

    private func pages<Page: Decodable & Sendable, Entry: Sendable>(
        _ path: String, _ parts: (Page) -> (entries: [Entry], next: Int64?)
    ) async throws -> [Entry] {
        var all: [Entry] = []
        var after: Int64? = 0
        while let start = after {
            let page = try await caller.document(
                Page.self, at: endpoint, start == 0 ? path : "\(path)?after=\(start)"
            ).get()
            let (entries, next) = parts(page)
            all += entries
            after = next
        }
        return all
    }

    func fetch(_ parcel: Digest) async throws -> [UInt8] {
        try await caller.call(
            endpoint, "GET", ExchangePath.inbox(organisation, parcel),
            into: .memory(maximum: Limits.envelopeBytes)
        ).get().body
    }

    /// True when the daemon says that the parcel is gone, now or before.
    func remove(_ parcel: Digest) async throws -> Bool {
        let path = ExchangePath.inbox(organisation, parcel)
        switch try await caller.call(endpoint, "DELETE", path) {
        case .success: return true
        case .problem(let problem): return problem.status == 404
        }
    }

    /// Hands a parcel over for another organisation.
    func handOver(
        _ parcel: Parcel, to other: Correspondent
    ) async throws -> ExchangeReply<IncomingAnswer> {
        try await caller.uploadParcel(
            to: endpoint, ExchangePath.outbox(organisation, other.organisation, parcel.digest),
            .bytes(parcel.bytes), kind: .envelope, digest: parcel.digest, maximumAttempts: 1)
    }

    /// Brings a parcel to another organisation's own daemon.
    func deposit(
        _ parcel: Parcel, with other: Correspondent
    ) async throws -> ExchangeReply<IncomingAnswer> {
        try await caller.uploadParcel(
            to: other.endpoint, ExchangePath.inbox(other.organisation, parcel.digest),
            .bytes(parcel.bytes), kind: .envelope, digest: parcel.digest, maximumAttempts: 1)
    }
}

/// Bytes that begin as an envelope does and are no two times the same.
struct Parcel: Sendable {
    let bytes: [UInt8]
    let digest: Digest

    init(count: Int = 600) {
        bytes = [0xA4, 0x01, 0x01, 0x02, 0x01] + Randomness.system.bytes(count)
        digest = Digest.sha256(of: bytes)
    }

    /// An envelope by its form, as anybody can make one: whole, and nobody opens it.
    static func envelope() -> [UInt8] {
        let boxes = (0..<Profile.net.boxCount).map { _ in
            SealedBox(
                lock: .organisation, parameter: Randomness.system.bytes(1_120),
                ciphertext: Randomness.system.bytes(Profile.net.boxQuantum + 16))
        }
        return Envelope(
            profile: .net, content: Randomness.system.bytes(Profile.smallestNetContent + 16),
            boxes: boxes
        ).encoded()
    }
}

extension ExchangeCaller {
    /// A signed question without a body.
    func ask(_ daemon: Endpoint, _ path: String) async throws -> IncomingAnswer {
        try await call(daemon, "GET", path).get()
    }
}
