internal import PassportCoding
public import PassportCrypto

/// Where an organisation's mailbox is: the daemon that hosts it, as a manifest names it.
///
/// The manifest is signed by the root keys, so whoever answers at the address without the pinned
/// key is somebody else.
public struct Service: Hashable, Sendable {
    /// `https://host` or `https://host:port`; what the address may hold is for whoever calls it
    /// to check.
    public let address: String
    /// SHA-256 over the subject public key info (RFC 5280) of the daemon's TLS key.
    public let tlsKeyHash: Digest
    /// The key of the daemon's own log.
    public let logKey: VerifyingKey

    /// Names a daemon.
    public init(address: String, tlsKeyHash: Digest, logKey: VerifyingKey) {
        self.address = address
        self.tlsKeyHash = tlsKeyHash
        self.logKey = logKey
    }

    init(_ value: CBORValue) throws {
        let parts = try value.array(3...3)
        address = try parts[0].text(maximum: Limits.addressBytes)
        tlsKeyHash = try parts[1].digest()
        logKey = try parts[2].verifyingKey()
    }

    var item: CBORItem {
        .array([.text(address), tlsKeyHash.item, .bytes(logKey.rawRepresentation)])
    }

    /// The order in manifests: by address, bytewise.
    static func precedes(_ one: Service, _ other: Service) -> Bool {
        one.address.utf8.lexicographicallyPrecedes(other.address.utf8)
    }
}
