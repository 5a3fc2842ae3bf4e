import PassportCoding
import PassportTestSupport
import Testing

@Suite("Hexadecimal")
struct HexadecimalTests {
    @Test("writes two lower-case digits for each byte")
    func writes() {
        #expect(Hexadecimal.encode([]) == "")
        #expect(Hexadecimal.encode([0x00, 0x0F, 0xA5, 0xFF]) == "000fa5ff")
    }

    @Test("every byte comes back")
    func everyByte() throws {
        let bytes = (0...255).map { UInt8($0) }
        #expect(try Hexadecimal.decode(Hexadecimal.encode(bytes)) == bytes)
    }

    @Test(
        "one text for each sequence of bytes: anything else is refused",
        arguments: [
            "0", "000", "0A", "A0", "0g", "0x00", " 00", "00 ", "00\n", "0-", "é0", "/0", ":0",
            "`0", "@0", "00 00", "\u{FF10}\u{FF10}",
        ])
    func refusesOtherForms(_ text: String) {
        #expect(refusal(try Hexadecimal.decode(text)) == .malformedText)
    }
}
