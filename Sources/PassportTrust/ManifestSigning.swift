public import PassportCrypto

/// Collects root signatures on a manifest, k of n, one key at a time: root keys need never be
/// in one place together.
public struct ManifestSigner {
    private var builder: COSESign.Builder

    /// Starts with a manifest's contents.
    public init(_ manifest: KeyManifest) {
        builder = COSESign.Builder(manifest.encoded(), as: .manifest)
    }

    /// Adds one root key's signature.
    public mutating func sign(with root: borrowing SigningKey) throws(CryptoError) {
        try builder.sign(with: root)
    }

    /// The signed manifest.
    public func finish() throws(CryptoError) -> [UInt8] { try builder.finish().bytes }
}
