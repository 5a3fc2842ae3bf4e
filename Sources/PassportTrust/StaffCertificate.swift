public import PassportCoding
public import PassportCrypto

/// A member of staff's signing key, certified by the organisation's `issue` key.
///
/// It carries no name: the organisation knows who it is, and an auditor learns only that two
/// acts were by the same person.
public struct StaffCertificate: Hashable, Sendable {
    /// The organisation.
    public let organisation: OrganisationID
    /// The key.
    public let key: VerifyingKey
    /// First moment at which acts under the key count.
    public let notBefore: Timestamp
    /// Last moment at which acts under the key count.
    public let notAfter: Timestamp
    /// What the `issue` key was allowed to do when the certificate begins. Whoever relies on a
    /// certificate whose `issue` key was stolen needs to know; `suspect` ones are refused here.
    public let authority: KeyAuthority
    /// The signed object's exact bytes.
    public let bytes: [UInt8]

    /// Verifies a certificate against the organisation's identity.
    public init(verifying bytes: [UInt8], by identity: Identity) throws(TrustError) {
        do {
            let object = try COSESign1(
                decoding: bytes, as: .staffCertificate, maximum: Limits.operatorCertificateBytes)
            let listed = try identity.signingKey(object.keyHash, for: .issue)
            let payload = try object.verify(with: listed.key)
            var fields = try CBORFields(CBORReader.item(from: payload.bytes), "staff certificate")
            _ = try fields.take(1, "version").int(in: 1...1)
            organisation = try fields.take(2, "organisation").organisation()
            key = try fields.take(3, "key").verifyingKey()
            notBefore = try fields.take(4, "not before").timestamp()
            notAfter = try fields.take(5, "not after").timestamp()
            try fields.finish()
            guard notBefore <= notAfter else {
                throw TrustError(.malformed, "staff certificate: ends before it begins")
            }
            authority = listed.role.authority(at: notBefore)
            switch authority {
            case .authorised, .ageUnproven: break
            case .outsideWindow, .suspect:
                throw TrustError(.unknownKey, .refused, "certified by a key not in force")
            }
            guard organisation == identity.organisation else {
                throw TrustError(.wrongOrganisation, .refused, "a certificate of another house")
            }
            self.bytes = bytes
        } catch {
            throw TrustError("staff certificate", error)
        }
    }

    /// Certifies a key.
    public static func make(
        organisation: OrganisationID, key: VerifyingKey, notBefore: Timestamp,
        notAfter: Timestamp, issuer: borrowing SigningKey
    ) throws(CryptoError) -> [UInt8] {
        let payload = CBORItem(fields: [
            (1, CBORItem(1)), (2, organisation.item), (3, .bytes(key.rawRepresentation)),
            (4, notBefore.item), (5, notAfter.item),
        ]).encoded()
        return try COSESign1.sign(payload, as: .staffCertificate, with: issuer).bytes
    }
}
