import PassportTestSupport

/// Plain bytes of kinds that compress differently, the same in every run.
enum SeededBytes {
    /// Bytes that do not compress.
    static func noise(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
        var random = SeededRandom(seed: seed)
        return random.bytes(count)
    }

    /// A status list in which `share` of a million entries are not zero, at random places.
    static func statusList(
        entries: Int, bits: Int, perMillion share: Int, seed: UInt64 = 1
    ) -> [UInt8] {
        var random = SeededRandom(seed: seed)
        var bytes = [UInt8](repeating: 0, count: entries * bits / 8)
        for _ in 0..<entries * share / 1_000_000 {
            let position = random.number(in: 0...entries - 1) * bits
            let value = random.number(in: 1...(1 << bits) - 1)
            bytes[position / 8] |= UInt8(value << (position % 8))
        }
        return bytes
    }

    /// Words drawn from few, as text repeats itself.
    static func words(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
        var random = SeededRandom(seed: seed)
        let words = ["paper ", "person ", "clinic ", "opens ", "seals ", "keeps ", "a ", "the "]
        var text: [UInt8] = []
        while text.count < count { text += Array((random.element(of: words) ?? "").utf8) }
        return Array(text.prefix(count))
    }
}
