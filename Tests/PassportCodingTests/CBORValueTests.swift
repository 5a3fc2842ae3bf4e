import PassportCoding
import Testing

@Suite("CBOR: a value in its place")
struct CBORValueTests {
    private func value(_ item: CBORItem) -> CBORValue { CBORValue(item, "here") }

    private static let oneOfEach: [CBORItem] = [
        .unsigned(1), .negative(0), .bytes([1]), .text("a"), .array([.null]),
        .map(CBORMap([(.null, .null)])), .tagged(1, .null), .bool(true), .null,
    ]

    @Test("a value of another kind is refused everywhere")
    func otherKinds() {
        for item in Self.oneOfEach {
            let value = value(item)
            let codes: [(accepts: Bool, CodingError.Code?)] = [
                (item == .unsigned(1), refusal(try value.unsigned())),
                ([.unsigned(1), .negative(0)].contains(item), refusal(try value.int(in: -9...9))),
                (item == .bytes([1]), refusal(try value.bytes(0...9))),
                (item == .bytes([1]), refusal(try value.bytes(exactly: 1))),
                (item == .text("a"), refusal(try value.text(maximum: 9))),
                (item == .array([.null]), refusal(try value.array(0...9))),
                (item == .bool(true), refusal(try value.bool())),
                (item == Self.oneOfEach[5], refusal(try value.fields())),
            ]
            for (accepts, code) in codes { #expect(code == (accepts ? nil : .unexpectedItem)) }
            #expect(value.isNull == (item == .null))
        }
    }

    @Test("unsigned numbers end where their range does")
    func unsignedRange() throws {
        #expect(try value(.unsigned(UInt64(Int64.max))).unsigned() == UInt64(Int64.max))
        let past = CBORItem.unsigned(UInt64(Int64.max) + 1)
        #expect(refusal(try value(past).unsigned()) == .unexpectedItem)
        #expect(try value(.unsigned(.max)).unsigned(in: 0...(.max)) == .max)
        #expect(refusal(try value(.unsigned(4)).unsigned(in: 5...6)) == .unexpectedItem)
        #expect(refusal(try value(.unsigned(7)).unsigned(in: 5...6)) == .unexpectedItem)
        #expect(refusal(try value(.negative(5)).unsigned(in: 5...6)) == .unexpectedItem)
    }

    @Test(
        "small numbers of either sign are read to both ends, and beyond is refused without a trap")
    func intRange() throws {
        let all = Int.min...Int.max
        for number in [0, 1, -1, 23, -24, 1_000, -1_000, Int.max, Int.min] {
            #expect(try value(CBORItem(number)).int(in: all) == number)
        }
        #expect(refusal(try value(.unsigned(UInt64(Int.max) + 1)).int(in: all)) == .unexpectedItem)
        #expect(refusal(try value(.negative(UInt64(Int.max) + 1)).int(in: all)) == .unexpectedItem)
        #expect(refusal(try value(.unsigned(.max)).int(in: all)) == .unexpectedItem)
        #expect(refusal(try value(.negative(.max)).int(in: all)) == .unexpectedItem)
        #expect(refusal(try value(CBORItem(4)).int(in: 1...3)) == .unexpectedItem)
        #expect(refusal(try value(CBORItem(-2)).int(in: -1...3)) == .unexpectedItem)
    }

    @Test("byte strings have a length in their range: too long is over the limit")
    func bytesRange() throws {
        let two = value(.bytes([1, 2]))
        #expect(try two.bytes(2...2) == [1, 2])
        #expect(try two.bytes(exactly: 2) == [1, 2])
        #expect(refusal(try two.bytes(0...1)) == .overLimit)
        #expect(refusal(try two.bytes(3...4)) == .unexpectedItem)
        #expect(refusal(try two.bytes(exactly: 1)) == .unexpectedItem)
        #expect(refusal(try two.bytes(exactly: 3)) == .unexpectedItem)
    }

    @Test("text is counted in bytes, is not empty and ends at its limit")
    func textLength() throws {
        #expect(try value(.text("水")).text(maximum: 3) == "水")
        #expect(refusal(try value(.text("水")).text(maximum: 2)) == .overLimit)
        #expect(refusal(try value(.text("")).text(maximum: 2)) == .unexpectedItem)
    }

    @Test("text holds no control character, so that no error line or screen can be forged")
    func controlCharacters() throws {
        for scalar in (0...0x1F).map({ UInt8($0) }) + [0x7F] {
            let text = "a" + String(Unicode.Scalar(scalar)) + "b"
            #expect(refusal(try value(.text(text)).text(maximum: 9)) == .unexpectedItem)
        }
        for scalar in UInt8(0x80)...0x9F {
            let text = "a" + String(Unicode.Scalar(scalar)) + "b"
            #expect(refusal(try value(.text(text)).text(maximum: 9)) == .unexpectedItem)
        }
        for text in [" ", "~", "\u{A0}", "e\u{301}", "مرحبا", "水", "\u{200F}", "\u{1F9ED}"] {
            #expect(try value(.text(text)).text(maximum: 99) == text)
        }
    }

    @Test("arrays have a length in their range: too long is over the limit")
    func arrayRange() throws {
        let two = value(.array([.null, .null]))
        #expect(try two.array(2...2).count == 2)
        #expect(refusal(try two.array(0...1)) == .overLimit)
        #expect(refusal(try two.array(3...4)) == .unexpectedItem)
    }

    @Test("a list of numbers is in ascending order, without repeats, in range and not empty")
    func ascending() throws {
        func code(_ numbers: [Int]) -> CodingError.Code? {
            refusal(
                try value(.array(numbers.map { CBORItem($0) }))
                    .ascendingInts(in: -2...9, maximum: 3))
        }
        #expect(code([-2, 0, 9]) == nil)
        #expect(code([5]) == nil)
        #expect(code([]) == .unexpectedItem)
        #expect(code([1, 1]) == .unexpectedItem)
        #expect(code([2, 1]) == .unexpectedItem)
        #expect(code([1, 10]) == .unexpectedItem)
        #expect(code([-3]) == .unexpectedItem)
        #expect(code([1, 2, 3, 4]) == .overLimit)
    }

    @Test("a refusal names the place and never the content")
    func saysWhere() {
        do throws(CodingError) {
            _ = try value(.text("secret\u{7}")).text(maximum: 99)
            Issue.record("accepted")
        } catch {
            #expect(error.message.hasPrefix("here: "))
            #expect(!error.description.contains("secret"))
            #expect(error.kind == .badInput)
            #expect(error.identifier == "coding.unexpectedItem")
        }
    }
}
