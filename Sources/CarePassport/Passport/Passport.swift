public import PassportCoding
public import PassportCrypto
public import PassportTrust

/// A passport as it arrived. Its claims can be looked at, and mean nothing yet.
public struct UnverifiedPassport: Hashable, Sendable {
    package let object: COSESign1
    /// What the passport says of itself.
    public let claims: PassportClaims
    /// SHA-256 over the exact bytes: how grants and disclosures name this passport.
    public let digest: Digest

    /// Parses a passport.
    public init(decoding bytes: [UInt8]) throws(PassportError) {
        do {
            object = try COSESign1(
                decoding: bytes, as: .passport, maximum: Limits.passportBytes)
            claims = try PassportClaims(decoding: object.unverifiedPayload)
            digest = object.digest
        } catch {
            throw PassportError("passport", error)
        }
    }

    /// The exact bytes.
    public var bytes: [UInt8] { object.bytes }

    /// Verifies the signature under the issuer's listed key.
    ///
    /// Only the signature, and that the status stands in a list of the issuer: whether the key was in force, whether the passport is current, and
    /// what may be opened are further checks, each with its own line in the report.
    public func verify(by issuer: Identity) throws(PassportError) -> VerifiedPassport {
        do {
            guard issuer.organisation == claims.issuer else {
                throw PassportError(.mismatch, .refused, "the passport names another issuer")
            }
            let listed = try issuer.signingKey(object.keyHash, for: .issue)
            _ = try object.verify(with: listed.key)
            // Stops a passport from standing where another organisation's passport stands: what
            // ends the one would end the other.
            guard issuer.organisation.statusListNumber(at: claims.status.uri) != nil else {
                throw PassportError(
                    .brokenTerms, .refused, "the passport's status is in no list of its issuer")
            }
            return VerifiedPassport(claims: claims, digest: digest, bytes: bytes, key: listed)
        } catch {
            throw PassportError("passport", error)
        }
    }
}

/// A passport whose issuer's signature holds. Made nowhere but in `verify`.
public struct VerifiedPassport: Hashable, Sendable {
    /// What the issuer signed.
    public let claims: PassportClaims
    /// SHA-256 over the exact bytes.
    public let digest: Digest
    /// The exact bytes.
    public let bytes: [UInt8]
    /// The key that signed, with its manifest line.
    public let key: ListedKey

    init(claims: PassportClaims, digest: Digest, bytes: [UInt8], key: ListedKey) {
        self.claims = claims
        self.digest = digest
        self.bytes = bytes
        self.key = key
    }
}
