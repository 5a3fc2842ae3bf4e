import PassportCoding
import PassportTestSupport
import Testing

@Suite("Deflating into zlib streams")
struct DeflateTests {
    private func comesBack(_ bytes: [UInt8]) throws {
        let stream = Zlib.deflate(bytes)
        #expect(try Zlib.inflate(stream, maximum: bytes.count) == bytes)
    }

    @Test("every length up to 300 comes back, of zeros, of noise, of words, of a short period")
    func everyLength() throws {
        for count in 0...300 where count < 20 || count % 7 == 0 || count > 250 {
            try comesBack([UInt8](repeating: 0, count: count))
            try comesBack(SeededBytes.noise(count))
            try comesBack(SeededBytes.words(count))
            try comesBack((0..<count).map { UInt8($0 % 3) })
        }
    }

    @Test("lengths around the longest match, the window and the stored block come back")
    func edges() throws {
        for edge in [258, 516, 32_768, 65_535] {
            for count in edge - 1...edge + 1 { try comesBack([UInt8](repeating: 9, count: count)) }
        }
        try comesBack(SeededBytes.noise(65_536))
        // A match exactly as far back as the window reaches, and one byte farther.
        for gap in 32_766...32_769 {
            let unit = SeededBytes.noise(40, seed: 2)
            let between = (0..<gap - 40).map { UInt8($0 / 200 & 0xFF) }
            try comesBack(unit + between + unit)
        }
    }

    @Test("more tokens than one block holds come back, stored and coded blocks mixed")
    func manyBlocks() throws {
        try comesBack(
            SeededBytes.noise(20_000) + SeededBytes.words(60_000)
                + [UInt8](repeating: 0, count: 70_000) + SeededBytes.noise(20_000, seed: 3))
    }

    @Test("a code longer than 15 bits is never needed, however uneven the bytes are")
    func unevenBytes() throws {
        // Frequencies of Fibonacci make the deepest Huffman tree there is.
        var bytes: [UInt8] = []
        var (count, next) = (1, 1)
        for symbol in 0..<20 {
            bytes += [UInt8](repeating: UInt8(symbol * 11), count: count)
            (count, next) = (next, count + next)
        }
        var random = SeededRandom(seed: 15)
        for index in bytes.indices {
            bytes.swapAt(index, random.number(in: 0...bytes.count - 1))
        }
        try comesBack(bytes)
    }

    @Test("random mixtures come back", arguments: 0..<4)
    func mixtures(_ seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        for _ in 0..<15 {
            var bytes: [UInt8] = []
            for _ in 0..<random.number(in: 1...6) {
                let count = random.number(in: 1...600)
                switch random.number(in: 0...3) {
                case 0: bytes += random.bytes(count)
                case 1: bytes += [UInt8](repeating: UInt8(random.number(in: 0...3)), count: count)
                case 2: bytes += SeededBytes.words(count, seed: random.next())
                default: bytes += bytes.suffix(count)
                }
            }
            try comesBack(bytes)
        }
    }

    @Test("the same bytes make the same stream, with the head that zlib's highest level writes")
    func deterministic() {
        let bytes = SeededBytes.statusList(entries: 8_192, bits: 2, perMillion: 10_000)
        let stream = Zlib.deflate(bytes)
        #expect(stream == Zlib.deflate(bytes))
        #expect(stream.prefix(2) == [0x78, 0xDA])
        #expect(Zlib.deflate([]) == [0x78, 0xDA, 0x03, 0x00, 0x00, 0x00, 0x00, 0x01])
    }

    @Test("at most 15 % larger than zlib at level 9 on what zlib was measured on")
    func sizeAgainstFixtures() throws {
        for level in try ZlibFixtures.read().levels {
            let size = Zlib.deflate(try level.plain).count
            #expect(size * 100 <= level.smallestAtLevel9 * 115, "\(level.name)")
        }
    }

    @Test(
        "status lists come back and stay near the bound of what they tell",
        arguments: [
            // Entries, bits, set entries in a million, and 1.5 times the entropy in bytes.
            (8_192, 1, 0, 40), (8_192, 1, 10_000, 190), (65_536, 1, 1_000, 210),
            (65_536, 1, 10_000, 1_100), (65_536, 2, 10_000, 1_400), (131_072, 1, 100_000, 11_500),
        ])
    func statusLists(_ entries: Int, _ bits: Int, _ share: Int, _ most: Int) throws {
        let list = SeededBytes.statusList(entries: entries, bits: bits, perMillion: share)
        #expect(Zlib.deflate(list).count <= most)
        try comesBack(list)
    }

    @Test("what does not compress grows by a few bytes for each 16 KiB")
    func incompressible() throws {
        let noise = SeededBytes.noise(100_000)
        #expect(Zlib.deflate(noise).count <= noise.count + 6 + 7 * 6)
        try comesBack(noise)
    }
}
