internal import Crypto

/// Makes keys for TLS. They authenticate a daemon on the line and sign nothing of ours; P-256,
/// because every TLS library knows it.
public enum TLSKey {
    /// A new P-256 key in PEM (RFC 5915 in PKCS #8).
    public static func newPEM() -> String { P256.Signing.PrivateKey().pemRepresentation }
}
