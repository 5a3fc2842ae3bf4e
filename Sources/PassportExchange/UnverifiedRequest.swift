public import PassportCoding
public import PassportCrypto
public import PassportTrust
internal import RawStructuredFieldValues

/// A request with the fields of a signature, of which the form was read and nothing else.
public struct UnverifiedRequest: Sendable {
    private let components: RequestComponents
    private let parameters: SignatureParameters
    private let base: [UInt8]
    private let signature: [UInt8]

    /// The organisation that the request claims to be made for.
    public var organisation: OrganisationID { parameters.keyID.organisation }
    /// The key that it claims.
    public var keyID: RequestKeyID { parameters.keyID }
    /// The nonce that it claims: good for a quick look, used up only once it is verified.
    public var nonce: String { parameters.nonce }

    /// Reads the signature of a request.
    ///
    /// - Parameter components: what was received; the target as this daemon names itself, never
    ///   as the request's own `Host` says (stops a request for another host from being replayed
    ///   here).
    /// - Throws: `unsigned` when something is not covered that must be.
    public init(
        _ components: RequestComponents, _ fields: SignatureFields
    ) throws(ExchangeError) {
        let (label, parameters, text) = try Self.input(fields.input)
        self.parameters = parameters
        // Exactly these: a component that is missing is one that a thief may choose, and one
        // that is not known here would be signed and not looked at.
        let values = components.values
        guard let covered = Self.ordered(values, like: parameters.components) else {
            throw ExchangeError(
                .unsigned, "signature: does not cover what it must, or something else",
                hint: "sign " + values.map { "\"\($0.name)\"" }.joined(separator: " "))
        }
        self.components = components
        base = RequestComponents.base(covered, text)
        signature = try Self.signature(fields.signature, label: label)
    }

    /// The values in the order of the names, none of which comes twice; nil unless there is one
    /// name for each value.
    private static func ordered(
        _ values: [(name: String, value: String)], like names: [String]
    ) -> [(name: String, value: String)]? {
        let ordered = names.compactMap { name in values.first { $0.name == name } }
        return ordered.count == names.count && names.count == values.count ? ordered : nil
    }

    private static func dictionary(
        _ text: String, _ name: String
    ) throws(ExchangeError) -> (label: String, value: ItemOrInnerList) {
        guard text.utf8.count <= 4_096 else {
            throw ExchangeError(.overLimit, "\(name): longer than 4096 bytes")
        }
        var parser = StructuredFieldValueParser(Array(text.utf8))
        // One signature: of two, which counts would be for the reader to say.
        guard let fields = try? parser.parseDictionaryFieldValue(), fields.count == 1,
            let entry = fields.first
        else { throw ExchangeError(.malformed, "\(name): not one labelled value") }
        return (entry.0, entry.1)
    }

    private static func input(
        _ text: String
    ) throws(ExchangeError) -> (label: String, parameters: SignatureParameters, text: String) {
        if let own = OwnSignatureForm(input: text) {
            return (OwnSignatureForm.label, own.parameters, own.text)
        }
        let (label, value) = try dictionary(text, SignatureFields.inputName)
        guard case .innerList(let list) = value else {
            throw ExchangeError(.malformed, "signature-input: not a list")
        }
        var serializer = StructuredFieldValueSerializer()
        guard let written = try? serializer.writeListFieldValue([.innerList(list)]) else {
            throw ExchangeError(.malformed, "signature-input: not a list")
        }
        return (
            label, try SignatureParameters(list), String(decoding: written, as: UTF8.self)
        )
    }

    private static func signature(
        _ text: String, label: String
    ) throws(ExchangeError) -> [UInt8] {
        if label == OwnSignatureForm.label, let own = OwnSignatureForm.signature(text) {
            return own
        }
        let (other, value) = try dictionary(text, SignatureFields.signatureName)
        guard other == label, case .item(let item) = value, item.rfc9651Parameters.isEmpty,
            case .undecodedByteSequence(let encoded) = item.rfc9651BareItem,
            let bytes = try? Base64.decode(encoded), bytes.count == 64
        else { throw ExchangeError(.malformed, "signature: not 64 bytes under the same label") }
        return bytes
    }

    /// Verifies key, signature and time, in this order.
    ///
    /// - Parameter identity: the organisation that `organisation` names.
    /// - Throws: `unknownKey`, `badSignature`, `skewed`.
    public func verify(
        by identity: Identity, at now: Timestamp
    ) throws(ExchangeError) -> VerifiedRequest {
        guard identity.organisation == organisation,
            let listed = try? identity.signingKey(keyID.keyHash, for: .exchange)
        else { throw Self.unknownKey }
        guard listed.role.authority(at: now) == .authorised else { throw Self.unknownKey }
        return try verify(with: listed.key, at: now)
    }

    /// What whoever is not known here gets to hear, whatever is not known.
    public static let unknownKey = ExchangeError(
        .unknownKey, .refused, "no key known here signed the request",
        hint: "the organisation has to be followed here, with its newest keys")

    /// True when the signature holds under a key; whose key it is, and when it was signed, is
    /// not looked at.
    public func isSigned(by key: VerifyingKey) -> Bool {
        key.isValid(signature: signature, for: base)
    }

    private func verify(
        with key: VerifyingKey, at now: Timestamp
    ) throws(ExchangeError) -> VerifiedRequest {
        // Before the time: what our clock says is for those whom we know.
        guard isSigned(by: key) else {
            throw ExchangeError(
                .badSignature, .refused, "the signature does not hold for this request here",
                hint: "it must be made for this address, method, path and body")
        }
        let skew = parameters.created.seconds - now.seconds
        guard abs(skew) <= RequestRules.skew else {
            throw ExchangeError(
                .skewed, .refused,
                "the request was signed \(abs(skew)) seconds "
                    + (skew > 0 ? "in the future" : "ago"),
                hint: "set the clock; \(RequestRules.skew) seconds are allowed")
        }
        guard parameters.created <= parameters.expires, now <= parameters.expires,
            parameters.expires.seconds - parameters.created.seconds <= RequestRules.lifetime
        else {
            throw ExchangeError(
                .skewed, .refused, "the signature has expired, or lasts too long",
                hint: "sign for at most \(RequestRules.lifetime) seconds")
        }
        return VerifiedRequest(
            components: components, organisation: organisation, keyHash: keyID.keyHash,
            nonce: parameters.nonce, created: parameters.created, expires: parameters.expires)
    }

    /// Seconds by which the sender's clock seems to be ahead of `now`; what the answer states.
    public func skew(at now: Timestamp) -> Int64 { parameters.created.seconds - now.seconds }
}
