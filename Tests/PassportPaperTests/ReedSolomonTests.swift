import Testing

@testable import PassportPaper

@Suite("Reed–Solomon code") struct ReedSolomonTests {
    @Test("the example of the specification, by hand")
    func example() throws {
        let code = try #require(ReedSolomon(needed: 2, count: 4))
        #expect(GaloisField.inverse(2) == 0x8E && GaloisField.inverse(3) == 0xF4)
        let data: [[UInt8]] = [[0x57], [0x83]]
        #expect(code.checks(of: data) == [[0x2F], [0x09]])
        #expect(code.data(from: [2: [0x2F], 3: [0x09]]) == data)
        #expect(code.data(from: [0: [0x57], 3: [0x09]]) == data)
        #expect(code.data(from: [1: [0x83], 2: [0x2F]]) == data)
    }

    @Test("the field is one: every element but 0 has an inverse, and products distribute")
    func field() {
        for one in UInt8.min...UInt8.max {
            #expect(GaloisField.product(one, 1) == one && GaloisField.product(one, 0) == 0)
            guard one != 0 else { continue }
            let inverse = GaloisField.inverse(one) ?? 0
            #expect(GaloisField.product(one, inverse) == 1)
        }
        #expect(GaloisField.inverse(0) == nil)
        var random = Seeded(3)
        for _ in 0..<2_000 {
            let (a, b, c) = (
                UInt8.random(in: 0...255, using: &random),
                UInt8.random(in: 0...255, using: &random),
                UInt8.random(in: 0...255, using: &random)
            )
            let (ab, ac) = (GaloisField.product(a, b), GaloisField.product(a, c))
            #expect(GaloisField.product(a, b ^ c) == ab ^ ac)
            #expect(ab == GaloisField.product(b, a))
            #expect(GaloisField.product(ab, c) == GaloisField.product(a, GaloisField.product(b, c)))
        }
    }

    @Test("any choice of as many shards as are needed gives the data back, for every size")
    func choices() throws {
        var random = Seeded(4)
        for count in 1...ReedSolomon.mostShards {
            for needed in 1...count {
                let code = try #require(ReedSolomon(needed: needed, count: count))
                let data = (0..<needed).map { envelope(3, seed: UInt64(count * 100 + $0)) }
                let shards = data + code.checks(of: data)
                #expect(shards.count == count)
                for _ in 0..<2 {
                    let chosen = Array(shards.enumerated()).shuffled(using: &random)
                        .prefix(needed)
                    let some = Dictionary(
                        uniqueKeysWithValues: chosen.map { ($0.offset, $0.element) })
                    #expect(code.data(from: some) == data, "\(needed) of \(count)")
                }
            }
        }
    }

    @Test("numbers that no set has, too few shards and unequal ones are refused")
    func refused() throws {
        for (needed, count) in [(0, 4), (5, 4), (4, 33), (-1, 2), (1, 0), (256, 256)] {
            #expect(ReedSolomon(needed: needed, count: count) == nil)
        }
        let code = try #require(ReedSolomon(needed: 2, count: 4))
        #expect(code.data(from: [:]) == nil)
        #expect(code.data(from: [3: [1]]) == nil)
        #expect(code.data(from: [0: [1], 1: [1, 2]]) == nil)
        #expect(code.data(from: [0: [1], 4: [2], -1: [3]]) == nil)
        #expect(code.checks(of: [[1]]).isEmpty && code.checks(of: [[1], [1, 2]]).isEmpty)
    }
}
