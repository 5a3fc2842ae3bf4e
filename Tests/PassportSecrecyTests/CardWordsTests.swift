import Foundation
import PassportCoding
import PassportCrypto
import PassportTestSupport
import Testing

@testable import PassportSecrecy

@Suite("Words instead of a key card")
struct CardWordsTests {
    @Test("A list has 2,048 different words that their first letters tell apart from each other")
    func lists() {
        for list in CardWords.List.allCases {
            let words = list.words
            let plain = Set(words.map { $0.folding(options: .diacriticInsensitive, locale: nil) })
            #expect(words.count == 2_048 && plain.count == 2_048, "\(list)")
            #expect(words.allSatisfy { $0 == $0.lowercased() && !$0.contains(" ") })
        }
    }

    @Test("Eight drawn words are one card, in every list and however a hand wrote them")
    func oneCard() throws {
        let words = CardWords(from: repeatable(1))
        let card = try ConsentHalf(words: words).text()
        for list in CardWords.List.allCases {
            let text = words.text(in: list)
            #expect(text.split(separator: " ").count == 8)
            let written = [
                text, text.uppercased(), text.replacing(" ", with: "\n"),
                text.replacing(" ", with: ", "), text.decomposedStringWithCanonicalMapping,
                text.folding(options: .diacriticInsensitive, locale: nil),
            ]
            for text in written {
                #expect(try ConsentHalf(words: CardWords(text: text)).text() == card, "\(text)")
            }
        }
        let begun = words.text(in: .english).split(separator: " ").map { $0.prefix(4) }
        let short = begun.joined(separator: " ")
        #expect(try ConsentHalf(words: CardWords(text: short)).text() == card)
        #expect(try ConsentHalf(words: CardWords(from: repeatable(2))).text() != card)
    }

    @Test("A mistaken word, another order or another count is found")
    func mistakes() throws {
        var found = 0
        var tried = 0
        for number in 1...8 as ClosedRange<UInt8> {
            let list = CardWords(from: repeatable(number)).text(in: .english)
                .split(separator: " ").map(String.init)
            for place in 0..<7 where list[place] != list[place + 1] {
                var turned = list
                turned.swapAt(place, place + 1)
                var other = list
                other[place] = CardWords.List.english.words[Int(number) * 100 + place]
                for wrong in [turned, other] where wrong != list {
                    tried += 1
                    if refusal({ try CardWords(text: wrong.joined(separator: " ")) })
                        == .mistypedWords
                    {
                        found += 1
                    }
                }
            }
            for count in [0, 1, 7] {
                let text = list.prefix(count).joined(separator: " ")
                #expect(refusal { try CardWords(text: text) } == .mistypedWords)
            }
            let long = (list + ["abandon"]).joined(separator: " ")
            #expect(refusal { try CardWords(text: long) } == .mistypedWords)
        }
        // Eight check bits let one in 256 pass.
        #expect(tried > 100 && tried - found <= 3, "\(found) of \(tried)")
    }

    @Test("No drawn word tells an officer what the words are for")
    func neutral() {
        for number in 0...255 as ClosedRange<UInt8> {
            let words = CardWords(from: repeatable(number))
            for list in CardWords.List.allCases {
                let text = words.text(in: list)
                for telling in ["doctor", "patient", "health", "psychose", "doktor", "clinic"] {
                    #expect(!text.split(separator: " ").contains(Substring(telling)))
                }
            }
        }
    }
}
