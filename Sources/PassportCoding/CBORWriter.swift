/// Writes items in the one deterministic encoding of RFC 8949 §4.2.1.
struct CBORWriter {
    private(set) var bytes: [UInt8] = []

    /// Makes room once: growing step by step copies a content of 64 KiB several times.
    init(capacity: Int) { bytes.reserveCapacity(capacity) }

    mutating func write(_ item: CBORItem) {
        switch item {
        case .unsigned(let value): head(0, value)
        case .negative(let value): head(1, value)
        case .bytes(let value):
            head(2, UInt64(value.count))
            bytes.append(contentsOf: value)
        case .text(let value):
            head(3, UInt64(value.utf8.count))
            bytes.append(contentsOf: value.utf8)
        case .array(let items):
            head(4, UInt64(items.count))
            for item in items { write(item) }
        case .map(let map):
            head(5, UInt64(map.entries.count))
            for entry in map.entries {
                write(entry.key)
                write(entry.value)
            }
        case .tagged(let tag, let content):
            head(6, tag)
            write(content)
        case .bool(let value): bytes.append(value ? 0xF5 : 0xF4)
        case .null: bytes.append(0xF6)
        }
    }

    private mutating func head(_ major: UInt8, _ argument: UInt64) {
        let type = major << 5
        switch argument {
        case 0..<24: bytes.append(type | UInt8(argument))
        case 24...0xFF:
            bytes.append(type | 24)
            bytes.append(UInt8(argument))
        case 0x100...0xFFFF:
            bytes.append(type | 25)
            append(argument, byteCount: 2)
        case 0x1_0000...0xFFFF_FFFF:
            bytes.append(type | 26)
            append(argument, byteCount: 4)
        default:
            bytes.append(type | 27)
            append(argument, byteCount: 8)
        }
    }

    private mutating func append(_ value: UInt64, byteCount: Int) {
        for index in stride(from: byteCount - 1, through: 0, by: -1) {
            bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * index)))
        }
    }
}

extension CBORItem {
    /// The item's one deterministic encoding.
    public func encoded() -> [UInt8] {
        var writer = CBORWriter(capacity: encodedByteCount)
        writer.write(self)
        return writer.bytes
    }

    /// Bytes in the item's encoding.
    package var encodedByteCount: Int {
        switch self {
        case .unsigned(let value), .negative(let value): Self.headByteCount(value)
        case .bytes(let value): Self.headByteCount(UInt64(value.count)) + value.count
        case .text(let value): Self.headByteCount(UInt64(value.utf8.count)) + value.utf8.count
        case .array(let items):
            items.reduce(Self.headByteCount(UInt64(items.count))) { $0 + $1.encodedByteCount }
        case .map(let map):
            map.entries.reduce(Self.headByteCount(UInt64(map.entries.count))) {
                $0 + $1.key.encodedByteCount + $1.value.encodedByteCount
            }
        case .tagged(let tag, let content):
            Self.headByteCount(tag) + content.encodedByteCount
        case .bool, .null: 1
        }
    }

    private static func headByteCount(_ argument: UInt64) -> Int {
        switch argument {
        case 0..<24: 1
        case 24...0xFF: 2
        case 0x100...0xFFFF: 3
        case 0x1_0000...0xFFFF_FFFF: 5
        default: 9
        }
    }
}
