import PassportCoding
import Testing

@Suite("CBOR: the fields of a map")
struct CBORFieldsTests {
    private func fields(_ pairs: [(CBORItem, CBORItem)]) throws(CodingError) -> CBORFields {
        try CBORFields(.map(CBORMap(pairs)), "thing")
    }

    @Test("what is no map is refused")
    func notAMap() {
        for item in [CBORItem.null, .array([]), .unsigned(1), .bytes([0xA0]), .text("")] {
            #expect(refusal(try CBORFields(item, "thing")) == .unexpectedItem)
        }
    }

    @Test("a field is taken once, and a missing one is refused")
    func takes() throws {
        var fields = try fields([(CBORItem(1), .bool(true)), (.text("key"), .null)])
        #expect(try fields.take(1, "one").bool())
        #expect(refusal(try fields.take(1, "one")) == .missingKey)
        #expect(refusal(try fields.take(2, "two")) == .missingKey)
        #expect(fields.takeOptional(2, "two")?.item == nil)
        #expect(try fields.take(text: "key").isNull)
        #expect(refusal(try fields.take(text: "key")) == .missingKey)
        try fields.finishExactly()
    }

    @Test("an integer key and a text key of the same digits are two keys")
    func keyKinds() throws {
        var fields = try fields([(.text("1"), .null)])
        #expect(refusal(try fields.take(1, "one")) == .missingKey)
        #expect(try fields.take(text: "1").isNull)
    }

    @Test("a text key is taken by its bytes, not by what it looks like")
    func lookalikeKeys() throws {
        var fields = try fields([(.text("\u{212A}"), .null)])
        #expect(refusal(try fields.take(text: "K")) == .missingKey)
        #expect(fields.rest.count == 1)
    }

    @Test("of two keys that look alike neither is lost")
    func lookalikesKept() throws {
        var fields = try fields([(.text("\u{212A}"), .unsigned(1)), (.text("K"), .unsigned(2))])
        #expect(fields.rest.count == 2)
        #expect(try fields.take(text: "K").unsigned() == 2)
        #expect(refusal(try fields.finish()) == .unknownCriticalPart)
    }

    @Test(
        "an unknown part that is not negative is critical, of whatever kind its key is",
        arguments: [
            CBORItem(0), CBORItem(7), .unsigned(.max), .text("x"), .bytes([]), .array([]),
            .bool(false), .null, .tagged(1, .negative(0)),
        ])
    func critical(_ key: CBORItem) throws {
        let fields = try fields([(CBORItem(-1), .null), (key, .null)])
        #expect(refusal(try fields.finish()) == .unknownCriticalPart)
        #expect(refusal(try fields.finishExactly()) == .unknownCriticalPart)
    }

    @Test("an unknown negative part may be ignored, except where nothing may be")
    func ignorable() throws {
        let fields = try fields([(CBORItem(-1), .null), (.negative(.max), .bool(true))])
        try fields.finish()
        #expect(refusal(try fields.finishExactly()) == .unknownCriticalPart)
        #expect(fields.rest == [CBORItem(-1): .null, .negative(.max): .bool(true)])
    }

    @Test("a field that was taken counts no more")
    func takenIsKnown() throws {
        var fields = try fields([(CBORItem(5), .null)])
        #expect(refusal(try fields.finish()) == .unknownCriticalPart)
        _ = fields.takeOptional(5, "five")
        try fields.finish()
        try fields.finishExactly()
    }

    @Test("every refusal says where")
    func places() throws {
        var fields = try fields([(CBORItem(1), .array([.null, .bool(true)]))])
        let values = try fields.take(1, "list").array(0...2)
        #expect(values.map(\.place) == ["thing: list[0]", "thing: list[1]"])
        #expect(values.map(\.item) == [.null, .bool(true)])
    }
}
