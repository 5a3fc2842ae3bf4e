public import PassportCoding

/// Sixteen random bytes that tie the passports of one person; they mean nothing elsewhere.
public struct PersonReference: Hashable, Sendable {
    /// How many bytes.
    public static let byteCount = 16
    /// The bytes.
    public let bytes: [UInt8]

    /// A reference of exactly sixteen bytes.
    public init(_ bytes: [UInt8]) throws(SummaryError) {
        guard bytes.count == Self.byteCount else {
            throw SummaryError(
                .invalidReference, "person reference: \(bytes.count) bytes, not \(Self.byteCount)")
        }
        self.bytes = bytes
    }

    var item: CBORItem { .bytes(bytes) }

    init(_ value: CBORValue) throws(CodingError) {
        bytes = try value.bytes(exactly: Self.byteCount)
    }
}
