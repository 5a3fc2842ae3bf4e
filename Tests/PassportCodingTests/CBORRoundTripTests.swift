import PassportCoding
import PassportTestSupport
import Testing

@Suite("CBOR: what is written is read")
struct CBORRoundTripTests {
    @Test("2,000 random items come back as they were, and their bytes too", arguments: 0..<4)
    func roundTrip(_ seed: UInt64) throws {
        var items = RandomItems(seed: seed)
        for _ in 0..<500 {
            let item = items.item()
            let bytes = item.encoded()
            let read = try CBORReader.item(from: bytes)
            #expect(read == item)
            #expect(read.encoded() == bytes)
            #expect(item.encodedByteCount == bytes.count)
        }
    }

    @Test("maps from whole numbers stand in the order of their encoded keys, given in any")
    func integerKeys() {
        let keys = [-70_000, -257, -256, -25, -24, -2, -1, 0, 1, 23, 24, 255, 256, 70_000]
        var random = SeededRandom(seed: 421)
        for _ in 0..<50 {
            var order = keys
            for index in order.indices {
                order.swapAt(index, random.number(in: 0...keys.count - 1))
            }
            let made = CBORItem(fields: order.map { ($0, CBORItem($0)) } + [(2, nil)])
            #expect(made == .map(CBORMap(order.map { (CBORItem($0), CBORItem($0)) })))
        }
    }

    @Test("items one after the other are read as a sequence")
    func sequence() throws {
        var items = RandomItems(seed: 8742)
        let written = (0..<50).map { _ in items.item() }
        var reader = CBORReader(written.flatMap { $0.encoded() })
        var read: [CBORItem] = []
        while !reader.isAtEnd { read.append(try reader.next()) }
        #expect(read == written)
    }

    @Test("a reader begins where it is told and says how far it came")
    func offsets() throws {
        var reader = CBORReader([0xFF, 0x01, 0x18, 0x18, 0x02], offset: 1)
        #expect(try reader.next() == .unsigned(1))
        #expect(reader.offset == 2)
        #expect(try reader.next() == .unsigned(24))
        #expect(reader.offset == 4)
        #expect(!reader.isAtEnd)
        #expect(CBORReader([1], offset: 9).isAtEnd)
        #expect(CBORReader([1], offset: -9).offset == 0)
    }

    @Test("numbers take the fewest bytes there are")
    func shortestHeads() {
        let widths: [(UInt64, Int)] = [
            (0, 1), (23, 1), (24, 2), (0xFF, 2), (0x100, 3), (0xFFFF, 3), (0x1_0000, 5),
            (0xFFFF_FFFF, 5), (0x1_0000_0000, 9), (.max, 9),
        ]
        for (number, width) in widths {
            #expect(CBORItem.unsigned(number).encoded().count == width)
            #expect(CBORItem.negative(number).encoded().count == width)
            #expect(CBORItem.tagged(number, .null).encoded().count == width + 1)
        }
        #expect(CBORItem.bytes(Array(repeating: 0, count: 24)).encoded().prefix(2) == [0x58, 24])
        #expect(
            CBORItem.array(Array(repeating: .null, count: 256)).encoded().prefix(3)
                == [0x99, 1, 0])
    }

    @Test("integers of either sign are written by their sign")
    func integers() {
        #expect(CBORItem(0) == .unsigned(0))
        #expect(CBORItem(-1) == .negative(0))
        #expect(CBORItem(Int.max) == .unsigned(UInt64(Int.max)))
        #expect(CBORItem(Int.min) == .negative(UInt64(Int.max)))
    }

    @Test("map entries are written in the order of their encoded keys, whatever they came in")
    func mapOrder() throws {
        // The order of RFC 8949 §4.2.1's own example.
        let keys: [CBORItem] = [
            .unsigned(10), .unsigned(100), .negative(0), .text("z"), .text("aa"),
            .array([.unsigned(100)]), .array([.negative(0)]), .bool(false),
        ]
        var random = SeededRandom(seed: 421)
        for _ in 0..<20 {
            let map = CBORMap(keys.shuffled(using: &random).map { ($0, .null) })
            #expect(map.entries.map(\.key) == keys)
            #expect(try CBORReader.item(from: CBORItem.map(map).encoded()) == .map(map))
        }
    }

    @Test("fields without a value are left out")
    func optionalFields() {
        #expect(
            CBORItem(fields: [(2, .null), (1, nil), (-1, .bool(true))]).encoded()
                == [0xA2, 0x02, 0xF6, 0x20, 0xF5])
    }

    @Test("texts that look alike and differ in bytes are different items and different keys")
    func lookalikes() throws {
        let (letter, kelvin) = (CBORItem.text("K"), CBORItem.text("\u{212A}"))
        let (composed, decomposed) = (CBORItem.text("\u{E9}"), CBORItem.text("e\u{301}"))
        #expect(letter != kelvin)
        #expect(composed != decomposed)
        let item = CBORItem.map(CBORMap([(kelvin, .unsigned(1)), (letter, .unsigned(2))]))
        guard case .map(let map) = try CBORReader.item(from: item.encoded()) else {
            Issue.record("not a map")
            return
        }
        #expect(map[letter] == .unsigned(2))
        #expect(map[kelvin] == .unsigned(1))
        #expect(map[composed] == nil)
    }

    @Test("equality and hashes follow the encoding")
    func equality() {
        var items = RandomItems(seed: 99)
        let made = (0..<80).map { _ in items.item(levels: 3) }
        for one in made {
            for other in made {
                #expect((one == other) == (one.encoded() == other.encoded()))
                if one == other { #expect(one.hashValue == other.hashValue) }
            }
        }
    }
}
