public import PassportCoding

/// A random identifier of 16 bytes: a passport, a grant, a withdrawal.
///
/// It is drawn, never derived: an identifier computed from a person would tell who it is.
public struct Identifier: Hashable, Sendable, CustomStringConvertible {
    /// The 16 bytes.
    public let bytes: [UInt8]

    /// Bytes in an identifier.
    public static let byteCount = 16

    /// Takes exactly 16 bytes, or nothing.
    public init?(bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        self.bytes = bytes
    }

    /// Draws a new identifier.
    public init(from randomness: Randomness) {
        bytes = randomness.bytes(Self.byteCount)
    }

    /// The identifier as an item.
    public var item: CBORItem { .bytes(bytes) }

    /// Lower-case hexadecimal.
    public var description: String { Hexadecimal.encode(bytes) }
}

extension CBORValue {
    /// A 16-byte identifier.
    public func identifier() throws(CodingError) -> Identifier {
        guard let identifier = Identifier(bytes: try bytes(exactly: Identifier.byteCount)) else {
            throw CodingError(.unexpectedItem, "\(place): not an identifier")
        }
        return identifier
    }
}
