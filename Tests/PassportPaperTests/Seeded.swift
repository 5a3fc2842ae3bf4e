/// Numbers that are the same in every run.
struct Seeded: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed &+ 0x9E37_79B9_7F4A_7C15 }

    /// SplitMix64.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}

/// Bytes that no compression would shorten, as an envelope's are.
func envelope(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
    var random = Seeded(seed)
    return (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
}
