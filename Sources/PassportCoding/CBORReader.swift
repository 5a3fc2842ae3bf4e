/// Reads CBOR items strictly: deterministic, definite, bounded in depth and count.
public struct CBORReader {
    /// How maps written by others may be ordered.
    public enum KeyOrder: Sendable {
        /// Bytewise by encoded key (RFC 8949 §4.2.1): the only order in this format.
        case bytewise
        /// Any order without duplicates, for test vectors of standards that fix none.
        case any
    }

    private let input: [UInt8]
    private let order: KeyOrder
    private var items = 0
    /// Where byte strings lie, instead of their bytes; nil while items are read as they are.
    private var spans: [Range<Int>]?

    /// Bytes consumed so far.
    public private(set) var offset: Int

    /// Reads from `offset` on.
    public init(_ input: [UInt8], offset: Int = 0, order: KeyOrder = .bytewise) {
        self.input = input
        self.offset = min(max(offset, 0), input.count)
        self.order = order
    }

    /// True when every byte was consumed.
    public var isAtEnd: Bool { offset == input.count }

    /// Reads exactly one item that takes up the whole input.
    public static func item(
        from input: [UInt8], order: KeyOrder = .bytewise
    ) throws(CodingError) -> CBORItem {
        var reader = CBORReader(input, order: order)
        let item = try reader.next()
        guard reader.isAtEnd else {
            throw CodingError(.trailingBytes, "bytes after the end of the item at \(reader.offset)")
        }
        return item
    }

    /// Where the byte strings of one item lie, in the order in which they stand, map keys
    /// included; refuses what `item(from:)` refuses. Copies none of them: for items that hold
    /// secrets.
    public static func byteStrings(in input: [UInt8]) throws(CodingError) -> [Range<Int>] {
        var reader = CBORReader(input)
        reader.spans = []
        _ = try reader.next()
        guard reader.isAtEnd else {
            throw CodingError(.trailingBytes, "bytes after the end of the item at \(reader.offset)")
        }
        return reader.spans ?? []
    }

    /// Reads the next item of a sequence (RFC 8742). The item limit counts anew for each.
    public mutating func next() throws(CodingError) -> CBORItem {
        items = 0
        return try item(depth: 0)
    }

    private mutating func item(depth: Int) throws(CodingError) -> CBORItem {
        items += 1
        guard items <= Limits.cborItems else {
            throw CodingError(.overLimit, "more than \(Limits.cborItems) items")
        }
        guard depth < Limits.cborDepth else {
            throw CodingError(.overLimit, "nested deeper than \(Limits.cborDepth) at \(offset)")
        }
        let start = offset
        let initial = try byte()
        let major = initial >> 5
        if major == 7 { return try simple(initial & 0x1F, at: start) }
        let argument = try argument(initial & 0x1F, at: start)
        switch major {
        case 0: return .unsigned(argument)
        case 1: return .negative(argument)
        case 2: return .bytes(try bytes(argument, at: start))
        case 3: return .text(try text(argument, at: start))
        case 4: return .array(try array(argument, depth: depth, at: start))
        case 5: return .map(try map(argument, depth: depth, at: start))
        default: return .tagged(argument, try item(depth: depth + 1))
        }
    }

    private func simple(_ value: UInt8, at start: Int) throws(CodingError) -> CBORItem {
        switch value {
        case 20: return .bool(false)
        case 21: return .bool(true)
        case 22: return .null
        case 28...30: throw CodingError(.malformed, "reserved initial byte at \(start)")
        default:
            throw CodingError(.unsupportedItem, "a float, break or simple value at \(start)")
        }
    }

    private mutating func argument(
        _ info: UInt8, at start: Int
    ) throws(CodingError) -> UInt64 {
        let width: Int
        switch info {
        case 0..<24: return UInt64(info)
        case 24: width = 1
        case 25: width = 2
        case 26: width = 4
        case 27: width = 8
        case 31: throw CodingError(.unsupportedItem, "indefinite length at \(start)")
        default: throw CodingError(.malformed, "reserved initial byte at \(start)")
        }
        var value: UInt64 = 0
        for _ in 0..<width { value = value << 8 | UInt64(try byte()) }
        // The smallest value that needs this width; anything below it has a shorter form.
        let least: UInt64 = width == 1 ? 24 : 1 << UInt64(4 * width)
        guard value >= least else {
            throw CodingError(
                .notDeterministic, "a number in a longer form than needed at \(start)")
        }
        return value
    }

    private mutating func byte() throws(CodingError) -> UInt8 {
        guard offset < input.count else {
            throw CodingError(.truncated, "the input ends at \(offset), inside an item")
        }
        defer { offset += 1 }
        return input[offset]
    }

    private mutating func take(
        _ count: UInt64, at start: Int
    ) throws(CodingError) -> ArraySlice<UInt8> {
        guard count <= UInt64(input.count - offset) else {
            throw CodingError(.truncated, "a string at \(start) is longer than the input")
        }
        defer { offset += Int(count) }
        return input[offset..<offset + Int(count)]
    }

    private mutating func bytes(_ count: UInt64, at start: Int) throws(CodingError) -> [UInt8] {
        let slice = try take(count, at: start)
        guard spans != nil else { return Array(slice) }
        spans?.append(slice.startIndex..<slice.endIndex)
        return []
    }

    private mutating func text(_ count: UInt64, at start: Int) throws(CodingError) -> String {
        let slice = try take(count, at: start)
        guard let text = String(validating: slice, as: UTF8.self) else {
            throw CodingError(.malformed, "text that is not UTF-8 at \(start)")
        }
        return text
    }

    private mutating func array(
        _ count: UInt64, depth: Int, at start: Int
    ) throws(CodingError) -> [CBORItem] {
        // An item takes at least one byte, so a count beyond the rest is a lie told to allocate.
        guard count <= UInt64(input.count - offset) else {
            throw CodingError(.truncated, "an array at \(start) is longer than the input")
        }
        var array: [CBORItem] = []
        for _ in 0..<count { array.append(try item(depth: depth + 1)) }
        return array
    }

    private mutating func map(
        _ count: UInt64, depth: Int, at start: Int
    ) throws(CodingError) -> CBORMap {
        guard count <= UInt64(input.count - offset) / 2 else {
            throw CodingError(.truncated, "a map at \(start) is longer than the input")
        }
        var entries: [CBORMap.Entry] = []
        var seen: Set<ArraySlice<UInt8>> = []
        var previous = offset..<offset
        for number in 0..<count {
            let keyStart = offset
            let key = try item(depth: depth + 1)
            let encoded = keyStart..<offset
            if order == .any {
                guard seen.insert(input[encoded]).inserted else {
                    throw CodingError(.duplicateKey, "a map key stands twice at \(keyStart)")
                }
            } else if number > 0, !precedes(previous, encoded) {
                throw input[previous].elementsEqual(input[encoded])
                    ? CodingError(.duplicateKey, "a map key stands twice at \(keyStart)")
                    : CodingError(.notDeterministic, "map keys out of order at \(keyStart)")
            }
            previous = encoded
            entries.append(.init(key: key, value: try item(depth: depth + 1)))
        }
        return CBORMap(checked: entries)
    }

    /// Bytewise order of two encoded keys. No encoded key is the beginning of another.
    private func precedes(_ one: Range<Int>, _ other: Range<Int>) -> Bool {
        for (one, other) in zip(one, other) where input[one] != input[other] {
            return input[one] < input[other]
        }
        return false
    }
}
