import PassportCoding
import PassportTestSupport
import Testing

@Suite("CBOR: damaged input")
struct CBORMutationTests {
    @Test(
        "damage never crashes the reader, and what it accepts writes itself again",
        arguments: 0..<4)
    func damaged(_ seed: UInt64) {
        var items = RandomItems(seed: 100 + seed)
        var mutator = Mutator(seed: 200 + seed)
        var accepted = 0
        for _ in 0..<200 {
            let bytes = items.item().encoded()
            for _ in 0..<10 {
                let damaged = mutator.mutated(bytes)
                guard let item = try? CBORReader.item(from: damaged) else { continue }
                accepted += 1
                #expect(item.encoded() == damaged)
            }
        }
        // The property would hold of a reader that refuses everything.
        #expect(accepted > 100)
    }

    @Test("random bytes never crash the reader, in either key order")
    func noise() {
        var random = SeededRandom(seed: 300)
        for round in 0..<5_000 {
            let bytes = random.bytes(round % 40)
            for order in [CBORReader.KeyOrder.bytewise, .any] {
                guard let item = try? CBORReader.item(from: bytes, order: order) else { continue }
                #expect(item.encoded() == bytes)
            }
        }
    }

    @Test("every single byte and every pair of bytes is read or refused")
    func exhaustive() {
        for first in 0...255 {
            let one = [UInt8(first)]
            if let item = try? CBORReader.item(from: one) { #expect(item.encoded() == one) }
            for second in 0...255 {
                let two = one + [UInt8(second)]
                if let item = try? CBORReader.item(from: two) { #expect(item.encoded() == two) }
            }
        }
    }
}
