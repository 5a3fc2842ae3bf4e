public import PassportAudit
internal import PassportCoding
internal import PassportCrypto
public import PassportTrust

extension LogAuthority {
    /// Who may sign an organisation's log, by its manifests and the certificates that hold.
    ///
    /// - Parameters:
    ///   - identity: as an export carries it.
    ///   - staffCertificates: certificates as an export carries them; one that the
    ///     organisation did not sign gives no key.
    ///   - fingerprint: what the organisation read aloud, or nil when nobody asked it.
    ///   - acceptsAny: true when the auditor said that without a fingerprint any identity
    ///     will do.
    public init(
        of identity: Identity, staffCertificates: [[UInt8]], fingerprint: Fingerprint?,
        acceptsAny: Bool = false
    ) {
        func key(_ listed: ListedKey) -> AuthorisedKey {
            let end = listed.role.revocation
            let isSuperseded = end?.reason == .superseded
            return AuthorisedKey(
                key: listed.key, notBefore: listed.role.notBefore,
                // A key that was only replaced is honest up to its end and none of ours after it.
                notAfter: isSuperseded
                    ? min(end?.since ?? listed.role.notAfter, listed.role.notAfter)
                    : listed.role.notAfter,
                compromisedSince: isSuperseded ? nil : end?.since)
        }
        let staff = staffCertificates.compactMap { bytes in
            try? StaffCertificate(verifying: bytes, by: identity)
        }
        self.init(
            origin: LogOrigin.text(for: identity.organisation.digest),
            logKeys: identity.signingKeys(for: .log).map(key),
            staffKeys: staff.map { certificate in
                AuthorisedKey(
                    key: certificate.key, notBefore: certificate.notBefore,
                    notAfter: certificate.notAfter,
                    compromisedSince: Self.compromisedSince(certificate.authority))
            },
            identity: fingerprint.map {
                $0 == Fingerprint(of: identity) ? .confirmed : .differs
            } ?? (acceptsAny ? .waived : .unconfirmed))
    }

    /// Whoever stole an `issue` key can write any date into a certificate: what it certifies is
    /// suspect from the moment of the theft, unless the auditor holds an older checkpoint.
    private static func compromisedSince(_ authority: KeyAuthority) -> Timestamp? {
        switch authority {
        case .authorised: nil
        case .ageUnproven(_, let since), .suspect(_, let since): since
        case .outsideWindow: Timestamp(clamping: 0)
        }
    }
}
