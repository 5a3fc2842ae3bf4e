public import PassportCoding
public import PassportCrypto

/// What whoever runs a daemon gives to an organisation that may have its mailbox there: where it
/// is, whose key answers, and a secret that works once.
public struct Invitation: Hashable, Sendable {
    /// Where the daemon is, and its TLS key.
    public let endpoint: Endpoint
    /// 16 random bytes.
    public let secret: [UInt8]
    /// Until when it works.
    public let expires: Timestamp

    /// Bytes of the secret.
    public static let secretBytes = 16
    private static let start = "carepass-invitation-1."

    /// States an invitation.
    public init(endpoint: Endpoint, secret: [UInt8], expires: Timestamp) {
        self.endpoint = endpoint
        self.secret = secret
        self.expires = expires
    }

    /// One line of text.
    public var text: String {
        Self.start
            + Base64URL.encode(
                CBORItem(fields: [
                    (1, .text(endpoint.address.description)), (2, endpoint.pin.item),
                    (3, .bytes(secret)), (4, expires.item),
                ]).encoded())
    }

    /// Reads the line; white space around it does not matter.
    public init(text: String) throws(ExchangeError) {
        let line = text.split(whereSeparator: \.isWhitespace)
        guard line.count == 1, let word = line.first, word.hasPrefix(Self.start),
            word.utf8.count <= 1_024
        else { throw Self.malformed }
        do {
            let bytes = try Base64URL.decode(String(word.dropFirst(Self.start.count)))
            var fields = try CBORFields(CBORReader.item(from: bytes), "invitation")
            endpoint = Endpoint(
                address: try ServiceAddress(
                    fields.take(1, "address").text(maximum: ServiceAddress.maximumBytes)),
                pin: try fields.take(2, "key").digest())
            secret = try fields.take(3, "secret").bytes(exactly: Self.secretBytes)
            expires = try fields.take(4, "expires").timestamp()
            try fields.finishExactly()
        } catch {
            throw Self.malformed
        }
    }

    private static let malformed = ExchangeError(
        .malformed, "not an invitation",
        hint: "copy the whole line that 'carepassd invite' printed")

    /// What stands in the `Authorization` field of a pairing request.
    public var authorization: String { Self.scheme + Base64URL.encode(secret) }

    /// The secret in an `Authorization` field; nil when it is none of ours.
    public static func secret(in authorization: String) -> [UInt8]? {
        guard authorization.hasPrefix(scheme),
            let secret = try? Base64URL.decode(String(authorization.dropFirst(scheme.count))),
            secret.count == secretBytes
        else { return nil }
        return secret
    }

    private static let scheme = "Carepass-Invitation "

    /// What the daemon keeps of the secret.
    public static func hash(of secret: [UInt8]) -> Digest {
        Digest.sha256(label: "care-passport/1 invitation", secret)
    }
}
