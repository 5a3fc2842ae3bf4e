import PassportCoding
import PassportCrypto
import PassportTestSupport
import Testing

@testable import PassportSecrecy

@Suite("Key cards")
struct KeyCardTests {
    /// The card whose secret is the bytes 0 to 15, and what another implementation
    /// (pyca/cryptography) derives from it.
    private enum Known {
        static let consent = "2400-20G3-0G2G-C1R8-1450-P30D-1R7R-QD3W"
        static let carry = "2A0Z-YJ2W-Q829-RW6Y-2404-WWT8-G043-K7G9"
        static let holderKey = "5d7d9118a082dc27225ec16ee6a34f91830525a5b12faee4e3686191c20fc09a"
        static let ringKey = "361be432a4b2b8be392ab37eb7e9fb8254edef995a95ce2303630604db3bc0c5"
        static let boxKey = "7775dcb48162e114910814f3459ba9cce86c7e7b877505e1398faff9657b564e"
    }

    private let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")

    private func passport(_ first: UInt8) throws -> Identifier {
        try #require(Identifier(bytes: Array(first..<first + 16)))
    }

    private func hex(_ key: borrowing ContentKey) throws -> String {
        try Hexadecimal.encode(contents(key.bytesForBoxes()))
    }

    @Test("the texts and everything derived are those of another implementation")
    func knownAnswers() throws {
        let card = try ConsentHalf(text: Known.consent)
        #expect(card.text() == Known.consent)
        let carry = try card.carryHalf()
        #expect(carry.text() == Known.carry)
        let holder = try card.holderKey(for: passport(100)).verifyingKey
        #expect(Hexadecimal.encode(holder.rawRepresentation) == Known.holderKey)
        #expect(try hex(card.holderRingKey(for: passport(100))) == Known.ringKey)
        #expect(try hex(carry.boxKey(salt: Array(200..<216))) == Known.boxKey)
    }

    @Test("eight groups of four that hold no word, read back however a hand wrote them")
    func text() throws {
        let card = try ConsentHalf(from: repeatable(1))
        let text = card.text()
        #expect(text.wholeMatch(of: /([0-9A-HJKMNP-TV-Z]{4}-){7}[0-9A-HJKMNP-TV-Z]{4}/) != nil)
        let written = [
            text.lowercased(), text.replacing("-", with: ""), text.replacing("-", with: " "),
            text.replacing("0", with: "O"), text.replacing("1", with: "l"),
            text.replacing("1", with: "I"), " \(text) ",
        ]
        for text in written { #expect(try ConsentHalf(text: text).text() == card.text()) }
    }

    /// True when the text is refused as mistyped, by both halves.
    private func isRefused(_ text: String) -> Bool {
        refusal { try ConsentHalf(text: text) } == .mistypedCard
            && refusal { try CarryHalf(text: text) } == .mistypedCard
    }

    @Test(
        "every single wrong character is caught, on both halves", arguments: [1, 2, 3] as [UInt8])
    func substitutions(_ number: UInt8) throws {
        let card = try ConsentHalf(from: repeatable(number))
        for text in [card.text(), try card.carryHalf().text()] {
            let characters = Array(text)
            for index in characters.indices where characters[index] != "-" {
                for other in alphabet where other != characters[index] {
                    var wrong = characters
                    wrong[index] = other
                    #expect(isRefused(String(wrong)), "\(index)")
                }
            }
        }
    }

    @Test("every two neighbours exchanged are caught", arguments: 1...20 as ClosedRange<UInt8>)
    func exchanges(_ number: UInt8) throws {
        let card = try ConsentHalf(from: repeatable(number))
        for text in [card.text(), try card.carryHalf().text()] {
            let characters = Array(text.replacing("-", with: ""))
            for index in characters.indices.dropLast()
            where characters[index] != characters[index + 1] {
                var wrong = characters
                wrong.swapAt(index, index + 1)
                #expect(isRefused(String(wrong)))
            }
        }
    }

    @Test("whole groups exchanged, left out or doubled are caught")
    func groups() throws {
        let groups = try ConsentHalf(from: repeatable(4)).text().split(separator: "-")
        for index in groups.indices {
            var without = groups
            without.remove(at: index)
            #expect(isRefused(without.joined(separator: "-")))
            #expect(isRefused((groups + [groups[index]]).joined(separator: "-")))
            for other in groups.indices where groups[other] != groups[index] {
                var swapped = groups
                swapped.swapAt(index, other)
                #expect(isRefused(swapped.joined(separator: "-")))
            }
        }
    }

    @Test("what is no card text is refused")
    func noText() throws {
        let text = try ConsentHalf(from: repeatable(5)).text()
        let others = [
            "", "-", " ", "2", String(text.dropLast()), text + "0", text + text,
            text.replacing("-", with: "_"), text.replacing("-", with: "."),
            text.replacing("-", with: " \u{2013} ") + String(repeating: " ", count: 256),
            String(repeating: "0", count: 32), String(repeating: "-", count: 220) + text,
            text.replacing("2", with: "２"), text + "\u{301}", String(repeating: "Z", count: 10_000),
        ]
        for other in others { #expect(isRefused(other)) }
    }

    @Test("a half is read in its lines, with whatever an editor makes of hyphens and spaces")
    func typed() throws {
        let card = try ConsentHalf(from: repeatable(5))
        let halves = (card.text(), try card.carryHalf().text())
        let separators = [
            "", "\n", "\r\n", "\t", "\u{A0}", "\u{200B}", "\u{2010}", "\u{2011}", "\u{2013}",
            " \u{2014} ", "\u{2212}", "\u{FE58}", "\u{AD}",
        ]
        for separator in separators {
            func typed(_ text: String) -> String {
                "\u{FEFF}\(text.lowercased().replacing("-", with: separator))"
                    + String(repeating: "\r\n", count: 40)
            }
            let (consent, carry) = (typed(halves.0), typed(halves.1))
            #expect(
                ConsentHalf.isText(consent) && CarryHalf.isText(carry),
                "\(separator.debugDescription)")
            #expect(try ConsentHalf(text: consent).text() == halves.0)
            #expect(try ConsentHalf.printedTexts(of: consent) == halves)
            #expect(try CarryHalf.printedText(of: carry) == halves.1)
            #expect(refusal { try CarryHalf.printedText(of: consent) } == .mistypedCard)
        }
    }

    @Test("neither half is read as the other")
    func halves() throws {
        let card = try ConsentHalf(from: repeatable(6))
        let (consent, carry) = (card.text(), try card.carryHalf().text())
        #expect(refusal { try CarryHalf(text: consent) } == .mistypedCard)
        #expect(refusal { try ConsentHalf(text: carry) } == .mistypedCard)
    }

    @Test("the carry half does not contain, and does not lead to, what the consent half can do")
    func oneWay() throws {
        let card = try ConsentHalf(from: repeatable(7))
        let carry = try card.carryHalf()
        let (consentText, carryText) = (card.text(), carry.text())
        let halves = try (
            Base32.decode(consentText).dropFirst().prefix(16),
            Base32.decode(carryText).dropFirst().prefix(16)
        )
        #expect(halves.0 != halves.1)
        // Taken for a consent secret, the carry secret makes other holder and ring keys.
        var body = [CardText.Half.consent.kind(hasPIN: false)] + halves.1
        body += Digest.sha256(label: "care-passport/1 card", body).bytes.prefix(3)
        let forged = try ConsentHalf(text: Base32.encode(body))
        let passport = try passport(1)
        let keys = try (
            card.holderKey(for: passport).verifyingKey, forged.holderKey(for: passport).verifyingKey
        )
        #expect(keys.0 != keys.1)
        let rings = try (
            hex(card.holderRingKey(for: passport)), hex(forged.holderRingKey(for: passport))
        )
        #expect(rings.0 != rings.1)
    }

    @Test("each passport has a holder key, a ring key and each box a key of its own")
    func differing() throws {
        let card = try ConsentHalf(from: repeatable(8))
        let carry = try card.carryHalf()
        var seen: Set<String> = []
        for number in 0..<20 as Range<UInt8> {
            let passport = try passport(number)
            let holder = try card.holderKey(for: passport)
            #expect(holder.purpose == .holder)
            seen.insert(holder.verifyingKey.keyHash.description)
            seen.insert(try hex(card.holderRingKey(for: passport)))
            seen.insert(try hex(carry.boxKey(salt: passport.bytes)))
            let again = try card.holderKey(for: passport).verifyingKey
            #expect(again.keyHash == holder.verifyingKey.keyHash)
        }
        #expect(seen.count == 60)
    }

    @Test("a holder key signs grants and withdrawals, and no passport or status list")
    func holderPurpose() throws {
        let key = try ConsentHalf(from: repeatable(9)).holderKey(for: passport(1))
        _ = try COSESign1.sign([1], as: .grant, with: key)
        _ = try COSESign1.sign([1], as: .withdrawal, with: key)
        for type in [ObjectType.passport, .statusList, .disclosure, .manifest, .act] {
            #expect(throws: CryptoError(.wrongPurpose, "")) {
                try COSESign1.sign([1], as: type, with: key)
            }
        }
    }

    @Test("the labels of derivation are different, and none is the beginning of another with more")
    func labels() {
        let labels = KeyDerivation.Label.allCases.map(\.rawValue)
        #expect(Set(labels).count == labels.count)
        #expect(
            Set(labels) == [
                "slot key", "slot commitment", "holder key", "holder ring", "carry half",
                "carry box", "PIN salt", "card with PIN", "card mark",
            ])
    }

    @Test("damaged card texts never make another card", arguments: 0..<2)
    func damaged(_ seed: UInt64) throws {
        let card = try ConsentHalf(from: repeatable(10))
        let text = card.text()
        var mutator = Mutator(seed: 2_000 + seed)
        for _ in 0..<1_000 {
            let bytes = mutator.mutated(Array(text.utf8))
            let typed = String(decoding: bytes, as: UTF8.self)
            guard let read = try? ConsentHalf(text: typed) else { continue }
            // Separators and case may change; the secret may not.
            #expect(read.text() == text)
        }
    }
}
