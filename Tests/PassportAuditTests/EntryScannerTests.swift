import PassportCoding
import PassportCrypto
import PassportTestSupport
import Testing

@testable import PassportAudit

/// The quick reader must say what the thorough one says, or nothing.
struct EntryScannerTests {
    /// What the thorough reader makes of bytes, and where it stopped.
    private func thorough(_ bytes: [UInt8], from start: Int) throws -> (EntryFacts, end: Int) {
        var reader = CBORReader(bytes, offset: start)
        let facts = EntryFacts(try ExportedEntry(reader.next()))
        return (facts, reader.offset)
    }

    /// True when the scanner read the entry; then both readers must agree.
    private func scans(
        _ bytes: [UInt8], from start: Int = 0, _ comment: Comment? = nil
    ) throws -> Bool {
        var scanner = EntryScanner()
        guard let facts = scanner.scan(bytes, from: start) else { return false }
        let end = scanner.end
        let other = try thorough(bytes, from: start)
        #expect(facts == other.0, comment)
        #expect(end == other.end, comment)
        #expect(facts.isIntact && facts.malformed.isEmpty, comment)
        return true
    }

    @Test func everyUnsignedEntryOfALogIsScannedAndReadAlike() throws {
        let day = try makeDay()
        for log in [day.sender, day.recipient] {
            let pieces = try log.export()
            let bytes = pieces.flatMap { $0 }
            var start = pieces[0].count
            for (entry, piece) in zip(log.entries, pieces.dropFirst()) {
                let scanned = try scans(bytes, from: start)
                #expect(scanned == (entry.commitments[.signature] == nil))
                start += piece.count
            }
        }
    }

    @Test func whateverIsDamagedIsLeftToTheThoroughReader() throws {
        let log = try makeDay().sender
        let pieces = try log.export().dropFirst()
        var mutator = Mutator(seed: 2_026)
        for piece in pieces {
            for _ in 0..<300 {
                let damaged = mutator.mutated(piece)
                // Bytes after the entry are the next entry's, and no damage of this one.
                if damaged.starts(with: piece) { continue }
                // The index is judged by its place, not by the leaf; `scans` compares the rest.
                if try scans(damaged, "\(Hexadecimal.encode(damaged))") {
                    #expect(
                        try thorough(damaged, from: 0).0.index != thorough(piece, from: 0).0.index)
                }
            }
        }
    }

    /// Encodings at which readers may differ: canonical and not, of every kind and width.
    private func values() -> [[UInt8]] {
        let hash = digest("a").bytes
        let numbers: [UInt64] = [
            0, 1, 23, 24, 255, 256, 65_535, 65_536, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF,
            0x1_0000_0000, 253_402_300_799, 253_402_300_800, UInt64(Int64.max),
            UInt64(Int64.max) + 1, .max,
        ]
        var values = numbers.map { CBORItem.unsigned($0).encoded() }
        for width in 0..<4 {
            let count = 1 << width
            for number in [0, 23, 24, 255, 256, 65_536] as [UInt64] {
                let tail = (0..<count).reversed().map {
                    UInt8(truncatingIfNeeded: number >> (8 * UInt64($0)))
                }
                for major in [0x00, 0x40, 0x60, 0x80] as [UInt8] {
                    values.append([major | UInt8(24 + width)] + tail)
                }
            }
        }
        let items: [CBORItem] = [
            .negative(0), .bytes([]), .bytes(hash), .bytes(Array(hash.dropLast())),
            .bytes(hash + [0]), .text(""), .text("grant.withdrawn"), .text("she said no"),
            .text(String(repeating: "a", count: 64)), .text(String(repeating: "a", count: 65)),
            .text("é"), .array([]), .array([CBORItem(1)]), .array([CBORItem(1), CBORItem(2)]),
            .array([CBORItem(2), CBORItem(1)]), .array([CBORItem(1), CBORItem(1)]),
            .array([CBORItem(-1)]), .array([.unsigned(.max)]), .array([.bytes(hash)]),
            .array([.bytes(hash), .bytes(hash)]), .array([.text("a")]), .bool(true), .null,
            .array([.bytes(hash), .bytes([UInt8](repeating: 255, count: 32))]),
            .array([.bytes([UInt8](repeating: 255, count: 32)), .bytes(hash)]),
            .tagged(1, CBORItem(1)), CBORItem(fields: [(1, CBORItem(1))]),
            .array((0..<300).map { CBORItem($0) }), .array([.array([CBORItem(1)])]),
        ]
        return values + items.map { $0.encoded() } + [[0x9F, 0x01, 0xFF], [0xF9, 0, 0], [0x5F]]
    }

    /// An entry of one field whose leaf is right, whatever its value is.
    private func entry(_ number: Int, _ value: [UInt8]) -> [UInt8] {
        let salt = [UInt8](repeating: 9, count: 16)
        let field = CBORItem(number).encoded()
        let commitment = Digest.sha256(
            label: "care-passport/1 audit field", salt, [0x82] + field + value)
        let leaf = Commitment.leafData([AuditField(number): commitment])
        return [0xA3, 0x01, 0x00, 0x02] + leaf.item.encoded() + [0x03, 0xA1] + field
            + [0x82, 0x50] + salt + value
    }

    @Test func everyValueInEveryFieldIsReadAlikeOrLeftAlone() throws {
        var scanned = 0
        for number in Array(1...17) + [24, 255, 256] {
            for value in values() {
                if try scans(entry(number, value), "\(number): \(Hexadecimal.encode(value))") {
                    scanned += 1
                }
            }
        }
        // Numbers in six fields, digests in five, lists in three, codes in one.
        #expect(scanned > 60)
    }

    @Test func everyBeginningOfAnEntryIsLeftAlone() throws {
        let log = try makeDay().sender
        for piece in try log.export().dropFirst() {
            for count in piece.indices { #expect(try !scans(Array(piece[..<count]))) }
        }
    }
}
