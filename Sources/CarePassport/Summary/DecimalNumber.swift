import PassportCoding

/// An exact decimal: mantissa × 10^exponent, with an exponent from −9 to 0.
///
/// The number of written decimals is kept (2.50 is not 2.5), because in care it says how
/// exactly something was measured.
public struct DecimalNumber: Hashable, Sendable {
    /// The digits as a whole number, at most 15 of them.
    public let mantissa: Int
    /// Minus the number of decimals.
    public let exponent: Int

    /// A decimal; nil when it has more digits or decimals than the format carries.
    public init?(mantissa: Int, exponent: Int = 0) {
        guard (-Self.bound...Self.bound).contains(mantissa),
            (-Limits.decimalPlaces...0).contains(exponent)
        else { return nil }
        self.mantissa = mantissa
        self.exponent = exponent
    }

    /// Reads a number as JSON writes it.
    public init?(_ text: some StringProtocol) {
        var negative = false
        var digits: [UInt8] = []
        var places = 0
        var seenPoint = false
        var seenDigit = false
        var power = 0
        var rest = Substring(text).utf8[...]
        if rest.first == UInt8(ascii: "-") {
            negative = true
            rest = rest.dropFirst()
        }
        while let byte = rest.first, byte != UInt8(ascii: "e"), byte != UInt8(ascii: "E") {
            rest = rest.dropFirst()
            if byte == UInt8(ascii: "."), !seenPoint {
                seenPoint = true
            } else if (0x30...0x39).contains(byte) {
                seenDigit = true
                if seenPoint { places += 1 }
                if !digits.isEmpty || byte != 0x30 { digits.append(byte - 0x30) }
                guard digits.count <= Limits.decimalDigits, places <= 1_000 else { return nil }
            } else {
                return nil
            }
        }
        guard seenDigit else { return nil }
        if !rest.isEmpty {
            guard let value = Int(Substring(rest.dropFirst())), (-99...99).contains(value) else {
                return nil
            }
            power = value
        }
        var mantissa = digits.reduce(0) { $0 * 10 + Int($1) }
        var exponent = power - places
        while exponent > 0 {
            guard mantissa <= Self.bound / 10 else { return nil }
            mantissa *= 10
            exponent -= 1
        }
        self.init(mantissa: negative ? -mantissa : mantissa, exponent: exponent)
    }

    /// The number in plain digits, valid as JSON.
    public var text: String {
        let places = -exponent
        var digits = String(mantissa.magnitude)
        if places > 0 {
            if digits.utf8.count <= places {
                digits = String(repeating: "0", count: places + 1 - digits.utf8.count) + digits
            }
            let point = digits.index(digits.endIndex, offsetBy: -places)
            digits = digits[..<point] + "." + digits[point...]
        }
        return mantissa < 0 ? "-" + digits : digits
    }

    private static let bound = 999_999_999_999_999

    var item: CBORItem { .array([CBORItem(mantissa), CBORItem(exponent)]) }

    init(_ value: CBORValue) throws(CodingError) {
        let parts = try value.array(2...2)
        guard let first = parts.first, let last = parts.last,
            let number = DecimalNumber(
                mantissa: try first.int(in: -Self.bound...Self.bound),
                exponent: try last.int(in: -Limits.decimalPlaces...0))
        else { throw CodingError(.unexpectedItem, "\(value.place): not a decimal") }
        self = number
    }
}
