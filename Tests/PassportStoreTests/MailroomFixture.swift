import Foundation
import GRDB
import PassportAudit
import PassportCoding
import PassportCrypto
import PassportExchange
import PassportTrust
import Testing

@testable import PassportStore

/// An organisation with one root, an exchange key and a status key, all made from one number.
struct MailHouse {
    let number: UInt8
    let identity: Identity
    var id: OrganisationID { identity.organisation }

    /// 2026-03-01T00:00:00Z.
    static let start = Timestamp(clamping: 1_772_323_200)

    init(_ number: UInt8) throws {
        self.number = number
        let manifest = try Self.manifest(number)
        identity = try Self.identity(number, [Self.sign(manifest, number)])
    }

    private static func key(_ number: UInt8, _ purpose: KeyPurpose) throws -> SigningKey {
        var seed = Digest.sha256(
            label: "mail house", [number, UInt8(purpose.rawValue)]
        ).bytes
        return try SigningKey(seed: SecretBytes(consuming: &seed), purpose: purpose)
    }

    func key(_ purpose: KeyPurpose) throws -> SigningKey { try Self.key(number, purpose) }

    private static func manifest(_ number: UInt8) throws -> KeyManifest {
        let root = try key(number, .root).verifyingKey
        let roles = try [KeyPurpose.exchange, .status].map { purpose in
            RoleKey(
                purpose: purpose, keyHash: try key(number, purpose).verifyingKey.keyHash,
                notBefore: start, notAfter: start.adding(seconds: 800 * 86_400), revocation: nil)
        }
        return KeyManifest(
            organisation: nil, epoch: 1, version: 1, previous: nil, rootKeys: [root],
            threshold: 1, nextRootKeyHashes: [Digest.sha256(of: [number])], nextThreshold: 1,
            issued: start, expires: start.adding(seconds: 365 * 86_400), roleKeys: roles,
            name: "House \(number)")
    }

    private static func sign(_ manifest: KeyManifest, _ number: UInt8) throws -> [UInt8] {
        var signer = ManifestSigner(manifest)
        try signer.sign(with: key(number, .root))
        return try signer.finish()
    }

    private static func identity(_ number: UInt8, _ manifests: [[UInt8]]) throws -> Identity {
        try Identity(
            chain: ManifestChain(verifying: manifests),
            signingKeys: [
                key(number, .exchange).verifyingKey, key(number, .status).verifyingKey,
            ],
            sealingKeys: [])
    }

    /// The identity after one manifest more; two names fork.
    func renamed(_ name: String) throws -> Identity {
        var manifest = identity.chain.current
        manifest.organisation = id
        manifest.version += 1
        manifest.previous = identity.chain.currentHash
        manifest.name = name
        return try Self.identity(
            number, identity.chain.manifests + [Self.sign(manifest, number)])
    }

    /// A request of this organisation, new each time.
    func request(at now: Timestamp = MailHouse.start) throws -> VerifiedRequest {
        let components = RequestComponents(
            method: "PUT", targetURI: "https://mail.invalid/v1", contentDigest: ContentDigest.empty)
        let fields = try components.signed(
            for: id, by: key(.exchange), at: now, randomness: .system)
        return try UnverifiedRequest(components, fields).verify(by: identity, at: now)
    }

    /// A list of this organisation.
    func list(_ number: Int = 1, hours: Int64 = 0, ended: Int? = nil) throws -> SignedStatusList {
        var list = TokenStatusList(count: 1_024)
        if let ended { list.end(ended) }
        let issued = Self.start.adding(seconds: hours * 3_600)
        let bytes = try SignedStatusList.make(
            list, uri: id.statusListURI(number), issued: issued,
            expires: issued.adding(seconds: 86_400), key: key(.status))
        return try SignedStatusList(verifying: bytes, by: identity)
    }
}

/// A daemon's folder in which Athens is hosted and follows Izmir.
final class MailroomFixture: Sendable {
    let folder: String
    let athens: MailHouse
    let izmir: MailHouse
    let now = MailHouse.start

    init(in parent: String = FileManager.default.temporaryDirectory.path) throws {
        folder = "\(parent)/carepass-mailroom-\(UUID().uuidString)"
        athens = try MailHouse(1)
        izmir = try MailHouse(2)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// A new mailroom.
    func made(
        bounds: MailroomBounds = MailroomBounds()
    ) async throws -> Mailroom {
        try Mailroom.create(at: folder)
        let room = try await open(bounds: bounds)
        try await room.host(athens.identity, now: now)
        try await room.follow(izmir.identity, by: athens.id, now: now)
        return room
    }

    func open(
        as role: Mailroom.Role = .daemon, disk: Disk = .real,
        bounds: MailroomBounds = MailroomBounds(),
        onBrokenDisk: @escaping @Sendable () -> Void = {}
    ) async throws -> Mailroom {
        try await Mailroom.open(
            at: folder, as: role, disk: disk, bounds: bounds, onBrokenDisk: onBrokenDisk)
    }

    /// Bytes that begin as an envelope does.
    func bytes(_ number: Int, count: Int = 400) -> [UInt8] {
        [0xA4, 0x01, 0x01, 0x02, 0x01] + Array("\(number) ".utf8)
            + [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: count)
    }

    @discardableResult
    func deposit(
        _ bytes: [UInt8], _ room: Mailroom, receipt: [UInt8] = [7]
    ) async throws -> DepositOutcome {
        try await room.deposit(
            room.parcel(from: bytes), for: athens.id, request: izmir.request(),
            kind: .envelope, receipt: receipt, now: now)
    }

    /// What Athens has from Izmir under way.
    func scope() -> UploadScope {
        UploadScope(owner: athens.id, peer: izmir.id, recipient: athens.id)
    }

    /// Reaches around the mailroom, as somebody with the file can.
    @discardableResult
    func meddle<Value>(_ body: (Database) throws -> Value) throws -> Value {
        let queue = try DatabaseQueue(path: "\(folder)/mailroom.sqlite")
        defer { try? queue.close() }
        return try queue.write(body)
    }

    func names(_ sub: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "\(folder)/\(sub)")
    }

    /// The log stands as it was signed: every leaf is there, and the note is of their tree.
    func confirmLog(_ room: Mailroom) async throws {
        guard let note = try await room.checkpointNote() else {
            Issue.record("there is no checkpoint")
            return
        }
        let checkpoint = try Checkpoint.verify(
            note: note, origin: room.keys.logOrigin, keys: [room.keys.log.verifyingKey])
        var frontier = MerkleFrontier()
        for (_, entry) in try await room.entries(from: 0, count: 100_000) {
            _ = frontier.append(entry.leafHash)
        }
        #expect(frontier.size == checkpoint.size && frontier.root == checkpoint.root)
    }
}

/// Expects one refusal.
func expectRefusal<Value>(
    _ code: StoreError.Code, sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () async throws -> Value
) async {
    do {
        _ = try await body()
        Issue.record("was not refused", sourceLocation: sourceLocation)
    } catch let error as StoreError {
        #expect(error.code == code, "\(error)", sourceLocation: sourceLocation)
    } catch {
        Issue.record("\(error)", sourceLocation: sourceLocation)
    }
}
