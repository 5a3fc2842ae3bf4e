public import PassportCoding

/// What a daemon carries. It sees which of the two something is, its size, and nothing else.
public enum ParcelKind: String, Hashable, Sendable, CaseIterable, Codable {
    /// A net envelope.
    case envelope
    /// A sealed notice: a withdrawal, or a receipt of an opening or purge.
    case notice

    /// The media type of its bytes.
    public var mediaType: String { "application/vnd.carepass.\(rawValue)+cbor" }

    /// Bytes that have to be there before the kind shows.
    public static let headBytes = 5

    /// Tells the kind by the first bytes; both have one encoding, so these cannot differ.
    ///
    /// - Throws: `refused` for paper: what was deposited is never printed, and the other way
    ///   round (a printed sheet that lies in a mailbox ties a person to a place in the network);
    ///   `malformed` for anything else.
    public init(head: some Collection<UInt8>) throws(ExchangeError) {
        let head = Array(head.prefix(Self.headBytes))
        switch head {
        case [0xA4, 0x01, 0x01, 0x02, 0x01]: self = .envelope
        case [0xA4, 0x01, 0x01, 0x02, 0x02]:
            throw ExchangeError(
                .refused, .refused, "an envelope for paper is not carried",
                hint: "seal and pack with the profile 'net'")
        case let head where head.starts(with: [0xD0, 0x83]): self = .notice
        default:
            throw ExchangeError(.malformed, "neither an envelope nor a notice")
        }
    }
}
