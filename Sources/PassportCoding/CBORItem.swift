/// One CBOR data item (RFC 8949) of the kinds this format uses.
///
/// There are no floats, no indefinite lengths and no undefined: numbers with a fraction are
/// decimal fractions of two integers.
public enum CBORItem: Hashable, Sendable {
    /// Major type 0.
    case unsigned(UInt64)
    /// Major type 1; the value is −1 − `n`.
    case negative(UInt64)
    /// Major type 2.
    case bytes([UInt8])
    /// Major type 3.
    case text(String)
    /// Major type 4.
    case array([CBORItem])
    /// Major type 5.
    case map(CBORMap)
    /// Major type 6.
    indirect case tagged(UInt64, CBORItem)
    /// Simple values 20 and 21.
    case bool(Bool)
    /// Simple value 22.
    case null

    /// An integer of either sign.
    public init(_ value: Int) {
        self = value >= 0 ? .unsigned(UInt64(value)) : .negative(UInt64(-1 - value))
    }

    /// A map from integer keys; entries whose value is nil are left out.
    public init(fields: [(Int, CBORItem?)]) {
        self = .map(CBORMap(fields: fields))
    }
}

extension CBORItem {
    /// Equal when the encodings are equal.
    ///
    /// Written out for text's sake: Swift holds two texts for equal that differ in bytes but
    /// mean the same characters (KELVIN SIGN and K), and two map keys must not become one so.
    public static func == (one: CBORItem, other: CBORItem) -> Bool {
        switch (one, other) {
        case (.unsigned(let one), .unsigned(let other)): one == other
        case (.negative(let one), .negative(let other)): one == other
        case (.bytes(let one), .bytes(let other)): one == other
        case (.text(let one), .text(let other)): one.utf8.elementsEqual(other.utf8)
        case (.array(let one), .array(let other)): one == other
        case (.map(let one), .map(let other)): one == other
        case (.tagged(let oneTag, let one), .tagged(let otherTag, let other)):
            oneTag == otherTag && one == other
        case (.bool(let one), .bool(let other)): one == other
        case (.null, .null): true
        default: false
        }
    }

    /// Hashes what equality compares, or less.
    public func hash(into hasher: inout Hasher) {
        switch self {
        case .unsigned(let value), .negative(let value): hasher.combine(value)
        case .bytes(let value): hasher.combine(value)
        // Texts that are equal here are equal to Swift, so they hash alike.
        case .text(let value): hasher.combine(value)
        case .array(let items): hasher.combine(items)
        case .map(let map): hasher.combine(map)
        case .tagged(let tag, let content):
            hasher.combine(tag)
            hasher.combine(content)
        case .bool(let value): hasher.combine(value)
        case .null: hasher.combine(0)
        }
    }
}

/// A CBOR map whose entries stand in deterministic order: bytewise by encoded key.
public struct CBORMap: Hashable, Sendable {
    /// One entry of a map.
    public struct Entry: Hashable, Sendable {
        /// The key.
        public let key: CBORItem
        /// The value.
        public let value: CBORItem
    }

    /// The entries in order.
    public let entries: [Entry]

    /// Sorts entries into deterministic order.
    ///
    /// - Precondition: no key stands twice. Callers pass keys they wrote themselves; maps from
    ///   outside come from `CBORReader`, which refuses duplicates.
    public init(_ pairs: [(CBORItem, CBORItem)]) {
        let sorted = pairs.map { (encoded: $0.0.encoded(), pair: $0) }
            .sorted { $0.encoded.lexicographicallyPrecedes($1.encoded) }
        for index in sorted.indices.dropFirst() {
            precondition(sorted[index - 1].encoded != sorted[index].encoded, "duplicate map key")
        }
        entries = sorted.map { Entry(key: $0.pair.0, value: $0.pair.1) }
    }

    /// Sorts entries with integer keys; those whose value is nil are left out.
    ///
    /// Without encoding the keys, as `init` does: in bytewise order non-negative keys come first,
    /// then negative ones, each by magnitude.
    ///
    /// - Precondition: no key stands twice.
    init(fields: [(Int, CBORItem?)]) {
        func precedes(_ one: Int, _ other: Int) -> Bool {
            if (one < 0) != (other < 0) { return other < 0 }
            return one < 0 ? one > other : one < other
        }
        var present = fields.filter { $0.1 != nil }
        if !zip(present, present.dropFirst()).allSatisfy({ precedes($0.0.0, $0.1.0) }) {
            present.sort { precedes($0.0, $1.0) }
            for (one, other) in zip(present, present.dropFirst()) {
                precondition(one.0 != other.0, "duplicate map key")
            }
        }
        entries = present.compactMap { key, value in
            value.map { Entry(key: CBORItem(key), value: $0) }
        }
    }

    init(checked entries: [Entry]) { self.entries = entries }

    /// The value under a key, if there is one.
    public subscript(key: CBORItem) -> CBORItem? {
        entries.first { $0.key == key }?.value
    }
}
