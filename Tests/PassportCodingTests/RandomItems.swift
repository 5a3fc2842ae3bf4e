import PassportCoding
import PassportTestSupport

/// Makes items of every kind, at the numbers where the encoding changes its width.
struct RandomItems {
    private var random: SeededRandom

    init(seed: UInt64) { random = SeededRandom(seed: seed) }

    /// Numbers at which a head grows, and the ends of the range.
    static let edges: [UInt64] = [
        0, 1, 22, 23, 24, 25, 0xFF, 0x100, 0x101, 0xFFFF, 0x1_0000, 0x1_0001, 0xFFFF_FFFF,
        0x1_0000_0000, 0x1_0000_0001, UInt64(Int64.max), UInt64(Int64.max) + 1, .max,
    ]

    /// Characters of one to four bytes, some of them composed from others.
    static let characters: [Unicode.Scalar] = [
        "a", "K", "\u{212A}", "\u{E9}", "\u{301}", "ß", "م", "水", "\u{200F}", "\u{1F9ED}", "\0",
    ]

    /// An item of at most `levels` levels.
    mutating func item(levels: Int = 6) -> CBORItem {
        switch random.number(in: 0...(levels > 1 ? 9 : 6)) {
        case 0, 1: .unsigned(number())
        case 2: .negative(number())
        case 3: .bytes(random.bytes(random.number(in: 0...40)))
        case 4: .text(text())
        case 5: .bool(random.number(in: 0...1) == 1)
        case 6: .null
        case 7: .array(array(levels: levels))
        case 8: .map(map(levels: levels))
        default: .tagged(number(), item(levels: levels - 1))
        }
    }

    private mutating func number() -> UInt64 {
        random.element(of: Self.edges + [random.next() >> UInt64(random.number(in: 0...63))]) ?? 0
    }

    private mutating func text() -> String {
        var text = String.UnicodeScalarView()
        for _ in 0..<random.number(in: 0...20) {
            if let scalar = random.element(of: Self.characters) { text.append(scalar) }
        }
        return String(text)
    }

    private mutating func array(levels: Int) -> [CBORItem] {
        var items: [CBORItem] = []
        for _ in 0..<random.number(in: 0...5) { items.append(item(levels: levels - 1)) }
        return items
    }

    private mutating func map(levels: Int) -> CBORMap {
        var pairs: [(CBORItem, CBORItem)] = []
        var seen: Set<[UInt8]> = []
        for _ in 0..<random.number(in: 0...5) {
            let key = item(levels: min(levels - 1, 2))
            if seen.insert(key.encoded()).inserted { pairs.append((key, item(levels: levels - 1))) }
        }
        return CBORMap(pairs)
    }
}
