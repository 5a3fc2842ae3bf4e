import PassportCoding
import Testing

@Suite("CBOR: one encoding for each item")
struct CBORDeterminismTests {
    private func code(_ hex: String, _ order: CBORReader.KeyOrder = .bytewise) throws
        -> CodingError.Code?
    {
        let bytes = try Hexadecimal.decode(hex)
        return refusal(try CBORReader.item(from: bytes, order: order))
    }

    @Test(
        "a number in a longer form than needed is refused in every place it may stand",
        arguments: [
            "1800", "1817", "190000", "1900ff", "1a00000000", "1a0000ffff", "1b0000000000000000",
            "1b00000000ffffffff", "3817", "3900ff", "3a0000ffff", "3b00000000ffffffff",
            "580100", "5900ff", "5b0000000000000000", "780161", "7a00000000", "9800", "980100",
            "990001f6", "b800", "b8010000", "ba00000000", "d800f6", "d90018f6",
            "da00000018f6", "db0000000000000018f6",
        ])
    func longForms(_ hex: String) throws {
        #expect(try code(hex) == .notDeterministic)
        #expect(try code("81" + hex) == .notDeterministic)
        #expect(try code(hex, .any) == .notDeterministic)
    }

    @Test(
        "the smallest number of each width is accepted",
        arguments: [
            "1818", "190100", "1a00010000", "1b0000000100000000", "3818", "390100", "d818f6",
            "d90100f6",
        ])
    func shortForms(_ hex: String) throws {
        #expect(try code(hex) == nil)
    }

    @Test(
        "map keys out of order are refused, unless the caller reads what others wrote",
        arguments: ["a202000100", "a220000000", "a2616200616100", "a262616100616200", "a2f500f400"])
    func keyOrder(_ hex: String) throws {
        #expect(try code(hex) == .notDeterministic)
        #expect(try code(hex, .any) == nil)
        // What was read in another order is written in that order again.
        let bytes = try Hexadecimal.decode(hex)
        #expect(try CBORReader.item(from: bytes, order: .any).encoded() == bytes)
    }

    @Test(
        "a key that stands twice is refused in any order",
        arguments: ["a201000100", "a2616100616101", "a2800080f6", "81a2f400f400", "a2a000a000"])
    func duplicateKeys(_ hex: String) throws {
        #expect(try code(hex) == .duplicateKey)
        #expect(try code(hex, .any) == .duplicateKey)
    }

    @Test("a key that stands twice is found although others stand between")
    func distantDuplicate() throws {
        #expect(try code("a3010002000100") == .notDeterministic)
        #expect(try code("a3010002000100", .any) == .duplicateKey)
    }

    @Test("keys are compared as bytes: shorter encodings first, then by value")
    func bytewise() throws {
        #expect(try code("a41700181800190100002000") == nil)
        #expect(try code("a2617a00626161f6") == nil)
        #expect(try code("a262616100617af6") == .notDeterministic)
    }

    @Test(
        "floats, indefinite lengths, undefined and simple values are not of this format",
        arguments: [
            "f90000", "f97e00", "fa47c35000", "fb3ff199999999999a", "f7", "e0", "f0", "f3", "f820",
            "f8ff", "f818", "ff", "5fff", "5f4100ff", "7fff", "9fff", "9f00ff", "bfff",
            "bf0000ff", "81f7", "81ff", "a1f700", "a100f7", "c1fb41d452d9ec200000", "d8189fff",
        ])
    func unsupported(_ hex: String) throws {
        #expect(try code(hex) == .unsupportedItem)
    }

    @Test("reserved initial bytes are malformed in every major type")
    func reserved() throws {
        for major in 0..<8 {
            for info in 28...30 {
                let bytes = [UInt8(major << 5 | info)] + [UInt8](repeating: 0, count: 16)
                let code = refusal(try CBORReader.item(from: bytes))
                #expect(code == .malformed)
            }
        }
    }

    @Test(
        "text that is not UTF-8 is malformed",
        arguments: [
            "6180", "61ff", "62c080", "62c328", "63eda080", "63e282", "64f4908080", "62c3", "61c3",
            "64f08080af", "63e08080",
        ])
    func notUTF8(_ hex: String) throws {
        let expected: CodingError.Code = ["63e282", "62c3"].contains(hex) ? .truncated : .malformed
        #expect(try code(hex) == expected)
    }

    @Test("bytes after the end of the item are refused", arguments: ["0000", "f6f6", "80ff"])
    func trailing(_ hex: String) throws {
        #expect(try code(hex) == .trailingBytes)
    }
}
