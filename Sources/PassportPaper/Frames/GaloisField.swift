/// Arithmetic in GF(256) with x⁸ + x⁴ + x³ + x² + 1 (0x11D), the field of QR codes themselves
/// (ISO/IEC 18004). Addition is exclusive or.
enum GaloisField {
    private static let polynomial = 0x11D
    /// Powers of the generator 2; twice, so that sums of two logarithms need no reduction.
    private static let powers: [UInt8] = {
        var powers: [UInt8] = []
        var value = 1
        for _ in 0..<510 {
            powers.append(UInt8(truncatingIfNeeded: value))
            value <<= 1
            if value > 0xFF { value ^= polynomial }
        }
        return powers
    }()
    /// Logarithms to the base 2; that of 0, which has none, is never asked for.
    private static let logarithms: [Int] = {
        var logarithms = [Int](repeating: 0, count: 256)
        for exponent in 0..<255 { logarithms[Int(powers[exponent])] = exponent }
        return logarithms
    }()

    static func product(_ one: UInt8, _ other: UInt8) -> UInt8 {
        guard one != 0, other != 0 else { return 0 }
        return powers[logarithms[Int(one)] + logarithms[Int(other)]]
    }

    /// The inverse; of 0, which has none, nil.
    static func inverse(_ value: UInt8) -> UInt8? {
        guard value != 0 else { return nil }
        return powers[255 - logarithms[Int(value)]]
    }

    /// Every product of one factor, by the other.
    static func products(of factor: UInt8) -> [UInt8] {
        (0...255).map { product(factor, UInt8($0)) }
    }
}
