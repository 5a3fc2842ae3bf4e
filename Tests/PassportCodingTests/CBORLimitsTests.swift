import PassportCoding
import Testing

@Suite("CBOR: nothing in the input decides how much is spent on it")
struct CBORLimitsTests {
    private func code(_ bytes: [UInt8]) -> CodingError.Code? {
        refusal(try CBORReader.item(from: bytes))
    }

    @Test(
        "nesting ends at the limit, whatever it is made of",
        arguments: [[0x81], [0xA1, 0x00], [0xC0], [0xD8, 0x18]] as [[UInt8]])
    func depth(_ opening: [UInt8]) {
        func nested(_ levels: Int) -> [UInt8] {
            Array(repeatElement(opening, count: levels - 1).joined()) + [0xF6]
        }
        #expect(code(nested(Limits.cborDepth)) == nil)
        #expect(code(nested(Limits.cborDepth + 1)) == .overLimit)
        #expect(code(nested(100_000)) == .overLimit)
    }

    @Test("map keys count as nested too")
    func depthOfKeys() {
        var key: [UInt8] = [0xF6]
        for _ in 1..<Limits.cborDepth { key = [0xA1] + key + [0xF6] }
        #expect(code(key) == nil)
        #expect(code([0xA1] + key + [0xF6]) == .overLimit)
    }

    @Test("the number of items ends at the limit, in arrays and maps")
    func items() {
        func array(_ count: Int) -> [UInt8] {
            CBORItem.array(Array(repeating: .null, count: count)).encoded()
        }
        #expect(code(array(Limits.cborItems - 1)) == nil)
        #expect(code(array(Limits.cborItems)) == .overLimit)
        func map(_ pairs: Int, _ last: CBORItem) -> [UInt8] {
            let entries = (0..<pairs).map { (CBORItem($0), CBORItem.null) }
            return CBORItem.map(CBORMap(entries + [(.text("last"), last)])).encoded()
        }
        // The map, its keys and values, and what the last value is made of.
        let pairs = (Limits.cborItems - 4) / 2
        #expect(code(map(pairs, .tagged(0, .null))) == nil)
        #expect(code(map(pairs, .tagged(0, .tagged(0, .null)))) == .overLimit)
    }

    @Test("the count of items begins anew for each item of a sequence")
    func itemsOfSequence() throws {
        let half = CBORItem.array(Array(repeating: .null, count: Limits.cborItems - 1)).encoded()
        var reader = CBORReader(half + half)
        _ = try reader.next()
        _ = try reader.next()
        #expect(reader.isAtEnd)
    }

    @Test("a length that the input does not have is refused before anything is allocated")
    func lyingLengths() {
        for major in 2...5 {
            for (info, width) in [(24, 1), (25, 2), (26, 4), (27, 8)] {
                let head = [UInt8(major << 5 | info)] + [UInt8](repeating: 0xFF, count: width)
                #expect(code(head) == .truncated)
                #expect(code(head + [0, 0, 0]) == .truncated)
            }
        }
    }

    @Test("a length one past the rest is refused, the rest itself is not")
    func exactLengths() {
        #expect(code([0x42, 1, 2]) == nil)
        #expect(code([0x43, 1, 2]) == .truncated)
        #expect(code([0x62, 0x61, 0x61]) == nil)
        #expect(code([0x63, 0x61, 0x61]) == .truncated)
        #expect(code([0x82, 1, 2]) == nil)
        #expect(code([0x83, 1, 2]) == .truncated)
        #expect(code([0xA1, 1, 2]) == nil)
        #expect(code([0xA2, 1, 2, 3]) == .truncated)
    }

    @Test("an item cut off at any byte is truncated, and nothing at all is too")
    func truncatedAnywhere() {
        var items = RandomItems(seed: 7)
        #expect(code([]) == .truncated)
        for _ in 0..<60 {
            let bytes = items.item().encoded()
            for count in 0..<bytes.count {
                #expect(code(Array(bytes.prefix(count))) == .truncated)
            }
        }
    }
}
