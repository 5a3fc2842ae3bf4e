public import PassportCoding
public import PassportCrypto

/// The field `Content-Digest` (RFC 9530) with the one algorithm that is used here, `sha-256`.
public enum ContentDigest {
    /// The field's name in lower case.
    public static let field = "content-digest"
    private static let start = "sha-256=:"

    /// The field's value.
    public static func text(_ digest: Digest) -> String {
        "\(start)\(Base64.encode(digest.bytes)):"
    }

    /// Reads a value in the one form that `text` writes.
    public static func parse(_ value: String) throws(ExchangeError) -> Digest {
        guard value.hasPrefix(start), value.hasSuffix(":"), value.utf8.count > start.utf8.count,
            let bytes = try? Base64.decode(String(value.dropFirst(start.count).dropLast())),
            let digest = Digest(bytes: bytes)
        else {
            throw ExchangeError(
                .malformed, "content-digest: not one sha-256 digest",
                hint: "send 'Content-Digest: sha-256=:…:' over the body, also an empty one")
        }
        return digest
    }

    /// The digest of no bytes.
    public static let empty = Digest.sha256(of: [])
}
