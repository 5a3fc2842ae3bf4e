public import PassportCoding
public import PassportCrypto

/// The contents of a key manifest, numbered (epoch, version).
///
/// Root keys stand in full, role keys by hash. Root keys, threshold and the commitments to the
/// next epoch's roots are fixed when an epoch opens, so whoever steals all current roots still
/// cannot keep the organisation from opening the next epoch.
public struct KeyManifest: Hashable, Sendable {
    /// The organisation; absent in its first manifest, whose hash becomes the identity.
    public var organisation: OrganisationID?
    /// The epoch, from 1.
    public var epoch: Int
    /// The version within the epoch, from 1.
    public var version: Int
    /// SHA-256 of the payload this one follows; absent in the first.
    public var previous: Digest?
    /// The root keys of this epoch, ascending by bytes.
    public var rootKeys: [VerifyingKey]
    /// How many root keys must sign.
    public var threshold: Int
    /// SHA-256 of each root key of the next epoch, ascending.
    public var nextRootKeyHashes: [Digest]
    /// How many of the next root keys must sign to open the next epoch.
    public var nextThreshold: Int
    /// When this manifest was made.
    public var issued: Timestamp
    /// Until when it counts as current. Past that, freshness suffers and nothing new is sealed
    /// to it; what was validly signed stays valid.
    public var expires: Timestamp
    /// The role keys, ordered by purpose, then hash.
    public var roleKeys: [RoleKey]
    /// What the organisation calls itself. Self-asserted; a pin is what makes it mean anything.
    public var name: String
    /// The daemons that host the organisation's mailbox, ordered by address; none when it only
    /// collects. A part that older readers ignore: they exchange files and need no address.
    public var services: [Service]

    /// States a manifest; lists are put into their one order.
    public init(
        organisation: OrganisationID?, epoch: Int, version: Int, previous: Digest?,
        rootKeys: [VerifyingKey], threshold: Int, nextRootKeyHashes: [Digest],
        nextThreshold: Int, issued: Timestamp, expires: Timestamp, roleKeys: [RoleKey],
        name: String, services: [Service] = []
    ) {
        self.organisation = organisation
        self.epoch = epoch
        self.version = version
        self.previous = previous
        self.rootKeys = rootKeys.sorted {
            $0.rawRepresentation.lexicographicallyPrecedes($1.rawRepresentation)
        }
        self.threshold = threshold
        self.nextRootKeyHashes = nextRootKeyHashes.sorted()
        self.nextThreshold = nextThreshold
        self.issued = issued
        self.expires = expires
        self.roleKeys = roleKeys.sorted(by: RoleKey.precedes)
        self.name = name
        self.services = services.sorted(by: Service.precedes)
    }

    init(decoding payload: [UInt8]) throws {
        var fields = try CBORFields(CBORReader.item(from: payload), "manifest")
        _ = try fields.take(1, "version").int(in: 1...1)
        organisation = try fields.takeOptional(2, "organisation")?.organisation()
        epoch = try fields.take(3, "epoch").int(in: 1...1_000_000)
        version = try fields.take(4, "number").int(in: 1...1_000_000)
        previous = try fields.takeOptional(5, "previous")?.digest()
        rootKeys = try fields.take(6, "root keys").array(1...Limits.rootKeys)
            .map { try $0.verifyingKey() }
        threshold = try fields.take(7, "threshold").int(in: 1...rootKeys.count)
        nextRootKeyHashes = try fields.take(8, "next root keys").array(1...Limits.rootKeys)
            .map { try $0.digest() }
        nextThreshold = try fields.take(9, "next threshold").int(in: 1...nextRootKeyHashes.count)
        issued = try fields.take(10, "issued").timestamp()
        expires = try fields.take(11, "expires").timestamp()
        roleKeys = try fields.take(12, "role keys").array(0...Limits.roleKeys)
            .map { try RoleKey($0) }
        name = try fields.take(13, "name").text(maximum: Limits.displayCharacters)
        services =
            try fields.takeOptional(-1, "services")?.array(1...Limits.services)
            .map { try Service($0) } ?? []
        try fields.finish()
        try checkOrder()
    }

    /// One order and no duplicates, so that one set of keys has one encoding and no key counts
    /// twice towards a threshold.
    private func checkOrder() throws {
        let roots = rootKeys.map(\.rawRepresentation)
        for index in roots.indices.dropFirst()
        where !roots[index - 1].lexicographicallyPrecedes(roots[index]) {
            throw CodingError(.notDeterministic, "manifest: root keys out of order or twice")
        }
        for index in nextRootKeyHashes.indices.dropFirst()
        where nextRootKeyHashes[index - 1] >= nextRootKeyHashes[index] {
            throw CodingError(.notDeterministic, "manifest: next root keys out of order or twice")
        }
        for index in roleKeys.indices.dropFirst()
        where !RoleKey.precedes(roleKeys[index - 1], roleKeys[index]) {
            throw CodingError(.notDeterministic, "manifest: role keys out of order or twice")
        }
        for index in services.indices.dropFirst()
        where !Service.precedes(services[index - 1], services[index]) {
            throw CodingError(.notDeterministic, "manifest: services out of order or twice")
        }
        // One key for two purposes could sign as either, and a root key in daily use is none.
        let hashes = roleKeys.map(\.keyHash) + rootKeys.map(\.keyHash)
        guard Set(hashes).count == hashes.count else {
            throw CodingError(.unexpectedItem, "manifest: one key for two purposes")
        }
        guard issued <= expires else {
            throw CodingError(.unexpectedItem, "manifest: expires before it is issued")
        }
    }

    /// The payload's one encoding.
    package func encoded() -> [UInt8] {
        CBORItem(fields: [
            (1, CBORItem(1)), (2, organisation?.item), (3, CBORItem(epoch)),
            (4, CBORItem(version)), (5, previous?.item),
            (6, .array(rootKeys.map { .bytes($0.rawRepresentation) })),
            (7, CBORItem(threshold)), (8, .array(nextRootKeyHashes.map(\.item))),
            (9, CBORItem(nextThreshold)), (10, issued.item), (11, expires.item),
            (12, .array(roleKeys.map(\.item))), (13, .text(name)),
            (-1, services.isEmpty ? nil : .array(services.map(\.item))),
        ]).encoded()
    }
}
