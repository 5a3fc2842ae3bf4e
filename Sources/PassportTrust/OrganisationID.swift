public import PassportCoding
public import PassportCrypto

/// An organisation's identity: SHA-256 over the payload of its first key manifest.
///
/// It stays the same through every later change of keys, and nobody assigns it.
public struct OrganisationID: Hashable, Sendable, CustomStringConvertible {
    /// The hash.
    public let digest: Digest

    /// Takes a hash as an identity.
    public init(_ digest: Digest) { self.digest = digest }

    /// Reads the 43-character text form.
    public init(text: String) throws(TrustError) {
        do {
            guard let digest = Digest(bytes: try Base64URL.decode(text)) else {
                throw TrustError(.malformed, "an organisation id is 43 characters of base64url")
            }
            self.digest = digest
        } catch {
            throw TrustError("organisation id", error)
        }
    }

    /// The identity as base64url without padding, 43 characters.
    public var text: String { Base64URL.encode(digest.bytes) }
    /// The text form.
    public var description: String { text }
    /// The identity as an item.
    public var item: CBORItem { digest.item }
    /// Address of the organisation's status list number `number`.
    public func statusListURI(_ number: Int) -> String { "urn:carepass:status:\(text):\(number)" }

    /// The number of the organisation's status list at an address; nil for every other address,
    /// and for every other spelling of this one.
    public func statusListNumber(at uri: String) -> Int? {
        guard let number = uri.split(separator: ":").last.flatMap({ Int($0) }), number >= 0,
            uri.utf8.elementsEqual(statusListURI(number).utf8)
        else { return nil }
        return number
    }
}

extension CBORValue {
    /// An organisation's identity.
    public func organisation() throws(CodingError) -> OrganisationID {
        OrganisationID(try digest())
    }
}
