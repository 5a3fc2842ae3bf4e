import PassportCoding
import PassportCrypto
import PassportTestSupport
import Testing

@testable import PassportSecrecy

@Suite("PINs of key cards")
struct CardPINTests {
    private func pin(_ text: String) throws -> PIN {
        var bytes = Array(text.utf8)
        return try PIN(consuming: &bytes)
    }

    private func passport() throws -> Identifier {
        try #require(Identifier(bytes: Array(1...16)))
    }

    /// Everything that a half leads to.
    private func keys(_ half: borrowing ConsentHalf) throws -> [[UInt8]] {
        let holder = try half.holderKey(for: passport()).verifyingKey.rawRepresentation
        let ring = try contents(half.holderRingKey(for: passport()).bytesForBoxes())
        return [holder, ring, try boxKey(half.carryHalf())]
    }

    private func boxKey(_ half: borrowing CarryHalf) throws -> [UInt8] {
        try contents(half.boxKey(salt: Array(200..<216)).bytesForBoxes())
    }

    @Test("A mark is of one card and one passport, and the PIN has no part in it")
    func mark() throws {
        let (one, other) = (Digest.sha256(of: [1]), Digest.sha256(of: [2]))
        // Computed apart: under another label or salt every home would refuse every right card.
        let fixed = try CarryHalf(text: "29Z7-035G-5FEK-X9VK-ZXA5-M3SC-XNZ6-4D2C")
        #expect(CardMark.kept(fixed.mark(for: one)) == [1, 38])
        #expect(CardMark.kept(fixed.mark(for: other)) == [1, 123])
        let drawn = try ConsentHalf(from: repeatable(1), pin: pin("4812")).carryHalf()
        #expect(
            try CarryHalf(text: drawn.text(), pin: pin("9999")).mark(for: one)
                == drawn.mark(for: one))
        let words = try ConsentHalf(words: CardWords(from: repeatable(2))).carryHalf()
        #expect(try CarryHalf(text: words.text()).mark(for: one) == words.mark(for: one))
        // One byte, as many values as there are.
        let marks = try (0..<64).map { number in
            let card = try ConsentHalf(from: repeatable(UInt8(number))).carryHalf()
            return card.mark(for: one)
        }
        #expect(Set(marks).count > 32)
        #expect(CardMark.kept(nil) == [0, 0] && CardMark(kept: [0, 0]) == nil)
        #expect(CardMark(kept: [0, 7]) == nil && CardMark(kept: [1]) == nil)
        #expect(CardMark(kept: [1, 7]).map { CardMark.kept($0) } == [1, 7])
    }

    @Test("The PIN goes into every key, and another PIN or none leads to others")
    func everyKey() throws {
        let drawn = try ConsentHalf(from: repeatable(1), pin: pin("4812"))
        let text = drawn.text()
        let right = try keys(drawn)
        #expect(try keys(ConsentHalf(text: text, pin: pin("4812"))) == right)
        let wrong = try keys(ConsentHalf(text: text, pin: pin("4813")))
        let without = try keys(ConsentHalf(from: repeatable(1)))
        for (one, others) in zip(right, zip(wrong, without)) {
            #expect(one != others.0 && one != others.1)
        }
    }

    @Test("The carry half takes the same PIN, by itself or through the consent half")
    func bothHalves() throws {
        let consent = try ConsentHalf(from: repeatable(2), pin: pin("123456"))
        let carry = try consent.carryHalf()
        let text = carry.text()
        let again = try CarryHalf(text: text, pin: pin("123456"))
        #expect(again.text() == text)
        #expect(try boxKey(again) == boxKey(carry))
        let printed = try ConsentHalf.printedTexts(of: consent.text())
        #expect(printed.consent == consent.text() && printed.carry == text)
    }

    @Test("The PIN is not on the card: two cards of one secret differ by their kind alone")
    func notPrinted() throws {
        let one = try Base32.decode(ConsentHalf(from: repeatable(3), pin: pin("1111")).text())
        let two = try Base32.decode(ConsentHalf(from: repeatable(3), pin: pin("2222")).text())
        let none = try Base32.decode(ConsentHalf(from: repeatable(3)).text())
        #expect(one == two)
        #expect(one[1...16] == none[1...16] && one[0] != none[0])
    }

    @Test("A card with a PIN is refused without one, and the other way round")
    func needed() throws {
        let consent = try ConsentHalf(from: repeatable(4), pin: pin("0000"))
        let (text, carry) = (consent.text(), try consent.carryHalf().text())
        #expect(refusal { try ConsentHalf(text: text) } == .needsPIN)
        #expect(refusal { try CarryHalf(text: carry) } == .needsPIN)
        #expect(refusal { try CarryHalf(text: text, pin: pin("0000")) } == .mistypedCard)
        let plain = try ConsentHalf(from: repeatable(4)).text()
        #expect(refusal { try ConsentHalf(text: plain, pin: pin("0000")) } == .needsPIN)
        #expect(ConsentHalf.needsPIN(text) && ConsentHalf.needsPIN(carry))
        #expect(!ConsentHalf.needsPIN(plain))
        #expect(ConsentHalf.isText(text) && !ConsentHalf.isText(carry))
        #expect(CarryHalf.isText(carry) && !CarryHalf.isText(text))
    }

    @Test("Digits of three scripts are one PIN; anything else is none")
    func digits() throws {
        let text = try ConsentHalf(from: repeatable(5), pin: pin("4812")).text()
        let keys = try self.keys(ConsentHalf(text: text, pin: pin("4812")))
        for same in ["٤٨١٢", "۴۸۱۲", " 48 12\n", "4٨۱2"] {
            #expect(try self.keys(ConsentHalf(text: text, pin: pin(same))) == keys, "\(same)")
        }
        for wrong in ["", "123", "1234567890123", "12a4", "१२३४", "-1234", "１２３４", "12\u{0}34"] {
            #expect(refusal { try pin(wrong) } == .wrongPIN, "\(wrong)")
        }
    }
}
