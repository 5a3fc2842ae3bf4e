import PassportCoding
import PassportTestSupport
import Testing

@Suite("Inflating zlib streams")
struct InflateTests {
    private static let limit = 1 << 20

    @Test("reads what zlib writes at every level, strategy and window size")
    func everyLevel() throws {
        let levels = try ZlibFixtures.read().levels
        #expect(levels.count == 10)
        for level in levels {
            let plain = try level.plain
            #expect(level.streams.count > 5)
            for stream in level.streams {
                let bytes = try Hexadecimal.decode(stream)
                #expect(try Zlib.inflate(bytes, maximum: plain.count) == plain, "\(level.name)")
            }
        }
    }

    @Test("accepts and refuses as zlib does: crafted code sets, headers, damage")
    func verdicts() throws {
        let verdicts = try ZlibFixtures.read().verdicts
        #expect(verdicts.count > 300)
        for verdict in verdicts {
            let stream = try Hexadecimal.decode(verdict.stream)
            do throws(CodingError) {
                let plain = try Zlib.inflate(stream, maximum: Self.limit)
                #expect(Hexadecimal.encode(plain) == verdict.plain, "\(verdict.name)")
            } catch {
                #expect(error.code.name == verdict.refusal, "\(verdict.name)")
            }
        }
    }

    @Test("a stream cut off at any byte is truncated")
    func truncatedAnywhere() throws {
        for level in try ZlibFixtures.read().levels {
            for stream in level.streams.prefix(4) {
                let bytes = try Hexadecimal.decode(stream)
                for count in 0..<min(bytes.count, 400) {
                    let cut = Array(bytes.prefix(count))
                    #expect(refusal(try Zlib.inflate(cut, maximum: Self.limit)) == .truncated)
                }
                for count in 1...4 {
                    let cut = Array(bytes.dropLast(count))
                    #expect(refusal(try Zlib.inflate(cut, maximum: Self.limit)) == .truncated)
                }
            }
        }
    }

    @Test("bytes after the end are refused, and so is a second stream")
    func trailing() throws {
        for level in try ZlibFixtures.read().levels {
            for stream in level.streams.prefix(3) {
                let bytes = try Hexadecimal.decode(stream)
                for more in [[0], bytes] {
                    let code = refusal(try Zlib.inflate(bytes + more, maximum: Self.limit))
                    #expect(code == .trailingBytes)
                }
            }
        }
    }

    @Test("the caller's limit is the last byte that is made, however the block is written")
    func limits() throws {
        for level in try ZlibFixtures.read().levels {
            let plain = try level.plain
            for stream in level.streams {
                let bytes = try Hexadecimal.decode(stream)
                #expect(try Zlib.inflate(bytes, maximum: plain.count) == plain)
                guard !plain.isEmpty else { continue }
                #expect(refusal(try Zlib.inflate(bytes, maximum: plain.count - 1)) == .overLimit)
            }
        }
    }

    @Test("a bomb is refused at the limit, not inflated first")
    func bomb() throws {
        // 1,029 zeros in four bytes: a block that a small file could repeat for ever.
        let bomb = Zlib.deflate([UInt8](repeating: 0, count: 1 << 20))
        #expect(bomb.count < 1_100)
        for maximum in [0, 1, 1_000, (1 << 20) - 1] {
            #expect(refusal(try Zlib.inflate(bomb, maximum: maximum)) == .overLimit)
        }
        #expect(refusal(try Zlib.inflate(bomb, maximum: -1)) == .overLimit)
        #expect(refusal(try Zlib.inflate(bomb, maximum: .min)) == .overLimit)
        #expect(try Zlib.inflate(bomb, maximum: .max).count == 1 << 20)
    }

    @Test("many empty blocks cost no more than their bytes and make nothing")
    func emptyBlocks() throws {
        // Eight empty fixed blocks of ten bits each, none of them the last, are ten bytes.
        let blocks: [UInt8] = [0x02, 0x08, 0x20, 0x80, 0x00, 0x02, 0x08, 0x20, 0x80, 0x00]
        let many = repeatElement(blocks, count: 500).joined()
        let stream = [0x78, 0x9C] + many + [0x03, 0x00, 0, 0, 0, 1]
        #expect(try Zlib.inflate(stream, maximum: 0) == [])
        #expect(refusal(try Zlib.inflate(Array(stream.dropLast(6)), maximum: 0)) == .truncated)
    }

    @Test("a changed checksum or a changed byte of stored data is found")
    func checksum() throws {
        let plain = SeededBytes.noise(200)
        let stream = Zlib.deflate(plain)
        for index in stream.indices.suffix(4) {
            var changed = stream
            changed[index] ^= 0x40
            #expect(refusal(try Zlib.inflate(changed, maximum: 200)) == .malformedZlib)
        }
        for index in stream.indices.dropFirst(7).dropLast(4) {
            var changed = stream
            changed[index] ^= 1
            #expect(refusal(try Zlib.inflate(changed, maximum: 200)) == .malformedZlib)
        }
    }

    @Test("damage never crashes the reader nor passes the limit", arguments: 0..<4)
    func damaged(_ seed: UInt64) throws {
        var mutator = Mutator(seed: 1951 + seed)
        for level in try ZlibFixtures.read().levels {
            let plain = try level.plain
            for stream in level.streams.prefix(6) {
                let bytes = try Hexadecimal.decode(stream)
                for _ in 0..<8 {
                    let damaged = mutator.mutated(bytes)
                    let maximum = plain.count + 64
                    guard let read = try? Zlib.inflate(damaged, maximum: maximum) else { continue }
                    #expect(read.count <= maximum)
                    #expect(try Zlib.inflate(Zlib.deflate(read), maximum: read.count) == read)
                }
            }
        }
    }

    @Test("random bytes behind a good header never crash the reader")
    func noise() {
        var random = SeededRandom(seed: 1952)
        for round in 0..<3_000 {
            let body = random.bytes(round % 60)
            // Block type and last-block mark are tried in turn.
            let stream = [0x78, 0x9C, UInt8(round % 8) | (body.first ?? 0) & 0xF8] + body
            let read = try? Zlib.inflate(stream, maximum: 4_096)
            #expect((read?.count ?? 0) <= 4_096)
        }
    }
}
