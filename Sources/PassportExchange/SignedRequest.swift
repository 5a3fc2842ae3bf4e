public import PassportCoding
public import PassportCrypto
public import PassportTrust

/// What of a request is signed (RFC 9421), apart from the parameters of the signature.
public struct RequestComponents: Hashable, Sendable {
    /// The method in upper case.
    public let method: String
    /// Scheme, authority, path and query.
    public let targetURI: String
    /// SHA-256 over the body; a request without one has an empty body.
    public let contentDigest: Digest
    /// The fields of an upload that goes on, which are signed where they stand: `upload-offset`
    /// and `upload-length`, in bytes.
    public let upload: Upload?

    /// Which part of a parcel a body is.
    public struct Upload: Hashable, Sendable {
        /// Where in the parcel the body begins.
        public let offset: Int
        /// Bytes of the whole parcel.
        public let length: Int

        /// States a part.
        public init(offset: Int, length: Int) {
            self.offset = offset
            self.length = length
        }
    }

    /// States a request.
    public init(
        method: String, targetURI: String, contentDigest: Digest, upload: Upload? = nil
    ) {
        self.method = method
        self.targetURI = targetURI
        self.contentDigest = contentDigest
        self.upload = upload
    }

    /// Names and values in the order in which we sign them.
    var values: [(name: String, value: String)] {
        var values = [
            ("@method", method), ("@target-uri", targetURI),
            (ContentDigest.field, ContentDigest.text(contentDigest)),
        ]
        if let upload {
            values.append((UploadField.offset, "\(upload.offset)"))
            values.append((UploadField.length, "\(upload.length)"))
        }
        return values
    }
}

/// The fields of an upload that goes on after a cut.
public enum UploadField {
    /// Where in the parcel the body begins, in bytes.
    public static let offset = "upload-offset"
    /// Bytes of the whole parcel.
    public static let length = "upload-length"
}

/// The fields of a signature as they stand in a request.
public struct SignatureFields: Hashable, Sendable {
    /// `Signature-Input`.
    public let input: String
    /// `Signature`.
    public let signature: String

    /// Names of the two fields, lower case.
    public static let inputName = "signature-input"
    /// `signature`.
    public static let signatureName = "signature"

    /// Takes the two values.
    public init(input: String, signature: String) {
        self.input = input
        self.signature = signature
    }
}

/// Whose key signed: `<organisation>.<key hash>`, both base64url.
///
/// One daemon acts for several organisations with one key, so the key alone would not say for
/// whom; inside the signature it cannot be exchanged.
public struct RequestKeyID: Hashable, Sendable {
    /// For whom the request is made.
    public let organisation: OrganisationID
    /// SHA-256 of the exchange key.
    public let keyHash: Digest

    /// Names a key.
    public init(organisation: OrganisationID, keyHash: Digest) {
        self.organisation = organisation
        self.keyHash = keyHash
    }

    /// The text in `keyid`.
    public var text: String {
        "\(organisation.text).\(Base64URL.encode(keyHash.bytes))"
    }

    init(text: String) throws(ExchangeError) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let organisation = try? OrganisationID(text: String(parts[0])),
            let bytes = try? Base64URL.decode(String(parts[1])),
            let keyHash = Digest(bytes: bytes)
        else { throw ExchangeError(.malformed, "signature: keyid is not <organisation>.<key>") }
        self.init(organisation: organisation, keyHash: keyHash)
    }
}

/// The numbers that hold for every request signature.
public enum RequestRules {
    /// Seconds by which two clocks may differ.
    public static let skew: Int64 = 120
    /// Seconds from `created` to `expires`, at most.
    public static let lifetime: Int64 = 300
    /// Seconds from `created` to `expires` in the requests that we make.
    public static let ownLifetime: Int64 = 120
    /// Random bytes in the nonces that we make; a nonce has 16 to 64 characters.
    public static let nonceBytes = 18
    /// The `tag` parameter: a signature for another protocol is none for this one.
    public static let tag = "care-passport/1"
}

extension RequestComponents {
    /// Signs the request for an organisation.
    ///
    /// - Parameter key: an `exchange` key that the organisation's manifest lists.
    public func signed(
        for organisation: OrganisationID, by key: borrowing SigningKey, at now: Timestamp,
        randomness: Randomness
    ) throws(ExchangeError) -> SignatureFields {
        guard key.purpose == .exchange else {
            throw ExchangeError(
                .unknownKey, .fault, "a \(key.purpose.name) key may not sign requests")
        }
        let keyID = RequestKeyID(
            organisation: organisation, keyHash: key.verifyingKey.keyHash)
        let values = values
        let parameters = SignatureParameters(
            components: values.map(\.name), created: now,
            expires: now.adding(seconds: RequestRules.ownLifetime),
            nonce: Base64URL.encode(randomness.bytes(RequestRules.nonceBytes)), keyID: keyID)
        let text = parameters.text
        let signature = key.signature(for: Self.base(values, text))
        return SignatureFields(
            input: "\(OwnSignatureForm.label)=\(text)",
            signature: "\(OwnSignatureForm.label)=:\(Base64.encode(signature)):")
    }

    /// RFC 9421 §2.5: a line for each component, and last the parameters.
    static func base(
        _ values: [(name: String, value: String)], _ parameters: String
    ) -> [UInt8] {
        var text = ""
        for (name, value) in values { text += "\"\(name)\": \(value)\n" }
        text += "\"@signature-params\": \(parameters)"
        return Array(text.utf8)
    }
}

/// A request whose signature holds; made nowhere but in `UnverifiedRequest.verify`.
///
/// Whether it was seen before is not looked at: whoever acts on it stores `nonce` in the same
/// transaction.
public struct VerifiedRequest: Hashable, Sendable {
    /// What was signed.
    public let components: RequestComponents
    /// For whom it is made.
    public let organisation: OrganisationID
    /// The key that signed.
    public let keyHash: Digest
    /// Never used twice by one key.
    public let nonce: String
    /// When it was signed, by the sender's clock.
    public let created: Timestamp
    /// Until when a repetition would be believed; nonces are kept as long.
    public let expires: Timestamp
}
