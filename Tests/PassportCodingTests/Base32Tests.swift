import PassportCoding
import PassportTestSupport
import Testing

@Suite("Base32, Crockford's")
struct Base32Tests {
    @Test(
        "writes the alphabet without I, L, O and U",
        arguments: [
            ([], ""), ([0], "00"), ([0xFF], "ZW"), ([0x08, 0x42], "1110"),
            ([0x00, 0x44, 0x32, 0x14, 0xC7], "01234567"),
            ([0x42, 0x54, 0xB6, 0x35, 0xCF], "89ABCDEF"),
            ([0x84, 0x65, 0x3A, 0x56, 0xD7], "GHJKMNPQ"),
            ([0xC6, 0x75, 0xBE, 0x77, 0xDF], "RSTVWXYZ"),
        ] as [([UInt8], String)])
    func writes(_ bytes: [UInt8], _ text: String) throws {
        #expect(Base32.encode(bytes) == text)
        #expect(try Base32.decode(text) == bytes)
    }

    @Test("random bytes of every length come back")
    func roundTrip() throws {
        var random = SeededRandom(seed: 32)
        for count in 0...100 {
            let bytes = random.bytes(count)
            let text = Base32.encode(bytes)
            #expect(text.utf8.count == (count * 8 + 4) / 5)
            #expect(try Base32.decode(text) == bytes)
            #expect(try Base32.decode(text.lowercased()) == bytes)
        }
    }

    @Test("reads what a hand makes of it: groups, lower case, I and L for 1, O for 0")
    func readsHandwriting() throws {
        let bytes = try Base32.decode("0110ABCD")
        #expect(try Base32.decode("oiLO-abcd") == bytes)
        #expect(try Base32.decode(" OlI0 Ab-Cd ") == bytes)
        #expect(try Base32.decode("--01-10--AB CD") == bytes)
        #expect(try Base32.decode("- -") == [])
    }

    @Test(
        "refuses a foreign character and a length that no bytes have",
        arguments: [
            "0", "000", "000000", "00000000000", "U0", "u0", "0_0", "00=", "00\n", "00\t", "é0",
            "0.0", "*0", "\u{2010}00", "\u{212A}0", "0\u{A0}0",
        ])
    func refuses(_ text: String) {
        #expect(refusal(try Base32.decode(text)) == .malformedText)
    }

    @Test("refuses stray bits in the last character")
    func refusesStrayBits() {
        // The last of two characters has three bits of a byte, of four one, of five four, of
        // seven two: 2, 4, 1 and 3 bits are left over.
        for (text, free) in [("0", 4), ("000", 16), ("0000", 2), ("000000", 8)] {
            for (value, character) in "0123456789ABCDEFGHJKMNPQRSTVWXYZ".enumerated() {
                let code = refusal(try Base32.decode(text + String(character)))
                #expect(code == (value.isMultiple(of: free) ? nil : .malformedText))
            }
        }
    }

    @Test("what is accepted after damage writes itself again, up to what a hand may change")
    func acceptedIsCanonical() {
        var mutator = Mutator(seed: 320)
        var random = SeededRandom(seed: 321)
        for round in 0..<2_000 {
            let text = String(
                decoding: mutator.mutated(Array(Base32.encode(random.bytes(round % 24)).utf8)),
                as: UTF8.self)
            guard let read = try? Base32.decode(text) else { continue }
            let tidy = text.uppercased().replacing("-", with: "").replacing(" ", with: "")
                .replacing("I", with: "1").replacing("L", with: "1").replacing("O", with: "0")
            #expect(Base32.encode(read) == tidy)
        }
    }
}
