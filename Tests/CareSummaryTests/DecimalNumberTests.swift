import CarePassport
import Testing

@Suite struct DecimalNumberTests {
    @Test(arguments: [
        ("0", 0, 0), ("2.50", 250, -2), ("-0.05", -5, -2), ("1e3", 1_000, 0), ("12.5E-1", 125, -2),
        ("0.000000001", 1, -9), ("999999999999999", 999_999_999_999_999, 0), ("5e0", 5, 0),
    ])
    func readsExactly(_ text: String, _ mantissa: Int, _ exponent: Int) throws {
        let number = try #require(DecimalNumber(text))
        #expect(number.mantissa == mantissa)
        #expect(number.exponent == exponent)
        #expect(DecimalNumber(number.text) == number)
    }

    @Test(arguments: [
        "", "-", ".", "-e1", "1e99", "1e16", "0.0000000001", "1000000000000000", "1.2.3", "1e", "x",
        "1e+1000000000000",
    ])
    func refusesWhatTheFormatDoesNotCarry(_ text: String) {
        #expect(DecimalNumber(text) == nil)
    }
}
