internal import PassportCoding
internal import PassportCrypto
internal import RawStructuredFieldValues

/// The parameters of a request's signature: the value of `@signature-params`.
struct SignatureParameters {
    let components: [String]
    let created: Timestamp
    let expires: Timestamp
    let nonce: String
    let keyID: RequestKeyID

    static let nonceCharacters = 16...64

    /// The one form that we write.
    var text: String {
        let list = components.map { "\"\($0)\"" }.joined(separator: " ")
        return "(\(list));created=\(created.seconds);expires=\(expires.seconds)"
            + ";nonce=\"\(nonce)\";keyid=\"\(keyID.text)\";alg=\"ed25519\""
            + ";tag=\"\(RequestRules.tag)\""
    }

    init(
        components: [String], created: Timestamp, expires: Timestamp, nonce: String,
        keyID: RequestKeyID
    ) {
        self.components = components
        self.created = created
        self.expires = expires
        self.nonce = nonce
        self.keyID = keyID
    }

    /// Reads the parameters of one member of `Signature-Input`.
    init(_ list: InnerList) throws(ExchangeError) {
        var components: [String] = []
        for item in list.bareInnerList {
            guard case .string(let name) = item.rfc9651BareItem, item.rfc9651Parameters.isEmpty
            else {
                throw ExchangeError(.unsigned, "signature: a component that is not signed here")
            }
            // Attack: one component named twice, of which the reader takes the other.
            guard !components.contains(name) else {
                throw ExchangeError(.malformed, "signature: one component twice")
            }
            components.append(name)
        }
        self.components = components
        var values: [String: RFC9651BareItem] = [:]
        for (name, value) in list.rfc9651Parameters { values[name] = value }
        created = try Self.moment(values.removeValue(forKey: "created"), "created")
        expires = try Self.moment(values.removeValue(forKey: "expires"), "expires")
        nonce = try Self.string(values.removeValue(forKey: "nonce"), "nonce")
        keyID = try RequestKeyID(
            text: Self.string(values.removeValue(forKey: "keyid"), "keyid"))
        guard try Self.string(values.removeValue(forKey: "tag"), "tag") == RequestRules.tag else {
            throw ExchangeError(.unsigned, "signature: made for another use")
        }
        if let algorithm = values.removeValue(forKey: "alg") {
            guard case .string("ed25519") = algorithm else {
                throw ExchangeError(.unsigned, "signature: not by ed25519")
            }
        }
        guard values.isEmpty else {
            throw ExchangeError(.unsigned, "signature: a parameter that is not known here")
        }
        guard Self.nonceCharacters.contains(nonce.utf8.count) else {
            throw ExchangeError(.unsigned, "signature: a nonce has 16 to 64 characters")
        }
    }

    private static func moment(
        _ item: RFC9651BareItem?, _ name: String
    ) throws(ExchangeError) -> Timestamp {
        guard case .integer(let seconds) = item, seconds >= 0 else {
            throw ExchangeError(.unsigned, "signature: '\(name)' is missing or no time")
        }
        return Timestamp(clamping: Int64(seconds))
    }

    private static func string(
        _ item: RFC9651BareItem?, _ name: String
    ) throws(ExchangeError) -> String {
        guard case .string(let text) = item else {
            throw ExchangeError(.unsigned, "signature: '\(name)' is missing or no string")
        }
        return text
    }
}
