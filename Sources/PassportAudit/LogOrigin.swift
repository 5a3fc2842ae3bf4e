public import PassportCoding
public import PassportCrypto

/// The name of an organisation's log: origin line of its checkpoints and name of its note key.
///
/// It is made from the organisation's identity, so that no two logs share it and nobody has to
/// assign it.
public enum LogOrigin {
    private static let prefix = "carepass/"

    /// `carepass/` and the identity in base64url.
    public static func text(for organisation: Digest) -> String {
        prefix + Base64URL.encode(organisation.bytes)
    }

    /// The identity that an origin names.
    public static func organisation(of origin: String) throws(AuditError) -> Digest {
        do {
            guard origin.utf8.starts(with: prefix.utf8),
                let digest = Digest(
                    bytes: try Base64URL.decode(String(origin.dropFirst(prefix.count))))
            else { throw AuditError(.malformed, "not the origin of an organisation's log") }
            return digest
        } catch {
            throw AuditError("log origin", error)
        }
    }
}

extension String {
    /// Equal byte by byte. `==` on strings calls two spellings of an accent equal; a name inside
    /// a signature must not be so kind.
    func hasSameBytes(as other: String) -> Bool { utf8.elementsEqual(other.utf8) }
}
