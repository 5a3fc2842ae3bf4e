internal import PassportCrypto

/// Names the envelope that a frame is a part of: the first eight bytes of its SHA-256.
///
/// It keeps sets apart and says when the right choice of frames was found. Whose envelope it is
/// and whether it holds, its signatures say.
public struct FrameSetID: Hashable, Sendable, CustomStringConvertible {
    /// Bytes of a name.
    static let byteCount = 8

    let bytes: [UInt8]

    /// The name of an envelope's set.
    public init(of envelope: [UInt8]) {
        bytes = Array(Digest.sha256(of: envelope).bytes.prefix(Self.byteCount))
    }

    init(_ bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }

    /// Hexadecimal digits, for people who compare two sheets.
    public var description: String {
        bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }
}
