internal import PassportCrypto

/// Names the envelope that a frame is a part of: the first eight bytes of its SHA-256.
///
/// It keeps sets apart and says when the right choice of frames was found. Whose envelope it is
/// and whether it holds, its signatures say.
public struct FrameSetID: Hashable, Sendable, CustomStringConvertible {
    /// Bytes of a name.
    static let byteCount = 8

    /// The eight bytes.
    public let bytes: [UInt8]

    /// The name of an envelope's set.
    public init(of envelope: [UInt8]) {
        bytes = Array(Digest.sha256(of: envelope).bytes.prefix(Self.byteCount))
    }

    init(_ bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }

    /// What stands behind an envelope that does not fill its frames. Zeros would show as an even
    /// pattern, and with it how much is inside.
    func fill(_ count: Int) -> [UInt8] {
        let blocks = (max(count, 0) + Digest.byteCount - 1) / Digest.byteCount
        let stream = (0..<blocks).flatMap { block in
            Digest.sha256(
                label: "care-passport/1 paper fill", bytes,
                [UInt8(truncatingIfNeeded: block >> 8), UInt8(truncatingIfNeeded: block)]
            ).bytes
        }
        return Array(stream.prefix(max(count, 0)))
    }

    /// Hexadecimal digits, for people who compare two sheets.
    public var description: String {
        bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }
}
