import CarePassport
import PassportCoding
import PassportCrypto
import PassportSecrecy
import PassportTrust

/// Readers of short text: what is accepted has one spelling.
enum TextTargets {
    static let all: [FuzzTarget] = [
        exact("base64", { try Base64.decode($0) }, { Base64.encode($0) }),
        exact("base64url", { try Base64URL.decode($0) }, { Base64URL.encode($0) }),
        exact("base45", { try Base45.decode($0) }, { Base45.encode($0) }),
        exact("hexadecimal", { try Hexadecimal.decode($0) }, { Hexadecimal.encode($0) }),
        base32, card, fingerprint, organisation, numbers,
    ]

    /// Bytes as text; ill-formed UTF-8 becomes replacement characters, as at the command line.
    static func text(_ input: [UInt8]) -> String { String(decoding: input, as: UTF8.self) }

    static func hasSameBytes(_ one: String, _ other: String) -> Bool {
        one.utf8.elementsEqual(other.utf8)
    }

    /// An alphabet whose every accepted text is the one that its bytes are written as.
    private static func exact(
        _ name: String, _ decode: @escaping @Sendable (String) throws -> [UInt8],
        _ encode: @escaping @Sendable ([UInt8]) -> String
    ) -> FuzzTarget {
        FuzzTarget(
            name: name, maximumLength: 256,
            seeds: { (0...9).map { Array(encode([UInt8](repeating: 0xA5, count: $0)).utf8) } },
            check: { input in
                let written = mustHold("\(name): own text refused") {
                    try decode(encode(input))
                }
                require(written == input, "\(name): own text reads as something else")
                let text = text(input)
                guard let bytes = try? decode(text) else { return }
                require(hasSameBytes(encode(bytes), text), "\(name): two texts for one value")
            })
    }

    /// Typed text may differ in case, separators and look-alikes, and in nothing else.
    private static let base32 = FuzzTarget(
        name: "base32", maximumLength: 256,
        seeds: { (0...9).map { Array(Base32.encode([UInt8](repeating: 0xA5, count: $0)).utf8) } },
        check: { input in
            let written = mustHold("base32: own text refused") {
                try Base32.decode(Base32.encode(input))
            }
            require(written == input, "base32: own text reads as something else")
            let text = text(input)
            guard let bytes = try? Base32.decode(text) else { return }
            let typed = text.utf8.filter { $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: " ") }
            let meant = typed.map { character -> UInt8 in
                switch character {
                case UInt8(ascii: "o"), UInt8(ascii: "O"): UInt8(ascii: "0")
                case UInt8(ascii: "i"), UInt8(ascii: "I"), UInt8(ascii: "l"), UInt8(ascii: "L"):
                    UInt8(ascii: "1")
                case UInt8(ascii: "a")...UInt8(ascii: "z"): character - 32
                default: character
                }
            }
            require(Array(Base32.encode(bytes).utf8) == meant, "base32: two texts for one value")
        })

    /// A half is accepted as that half only, and prints what it was read from.
    private static let card = FuzzTarget(
        name: "card-text", maximumLength: 160, areas: ["card"],
        seeds: {
            let card = try ConsentHalf(from: .repeatable(seed: Digest.sha256(of: [1])))
            let words = CardWords(from: .repeatable(seed: Digest.sha256(of: [2])))
            return [Array(card.text().utf8), Array(try card.carryHalf().text().utf8)]
                + [.english, .numbers].map { Array(words.text(in: $0).utf8) } + [Array("4812".utf8)]
        },
        check: { input in
            let drawn = try ConsentHalf(from: .repeatable(seed: Digest.sha256(of: input)))
            let printed = drawn.text()
            let again = mustHold("card: own text refused") { try ConsentHalf(text: printed).text() }
            require(again == printed, "card: own text reads as something else")
            require(isRefused { try CarryHalf(text: printed) }, "card: a half passes for the other")
            let text = text(input)
            if let words = try? CardWords(text: text) {
                for list in CardWords.List.allCases {
                    let again = mustHold("words: own text refused") {
                        try CardWords(text: words.text(in: list)).text(in: .numbers)
                    }
                    require(again == words.text(in: .numbers), "words: read as others")
                }
            }
            var digits = input
            _ = try? PIN(consuming: &digits)
            guard let canonical = canonicalCard(text) else { return }
            // What separates is no letter and no digit, and no other letter was passed over.
            let kept = text.unicodeScalars.filter {
                $0.properties.isAlphabetic || ("0"..."9").contains($0)
            }
            require(
                (try? Base32.decode(String(kept))) == (try? Base32.decode(canonical)),
                "card: reads as another card")
        })

    private static func canonicalCard(_ text: String) -> String? {
        if let half = try? ConsentHalf(text: text) {
            require(isRefused { try CarryHalf(text: text) }, "card: one text for both halves")
            return half.text()
        }
        guard let half = try? CarryHalf(text: text) else { return nil }
        return half.text()
    }

    private static let fingerprint = FuzzTarget(
        name: "fingerprint", maximumLength: 96, areas: ["identity"],
        seeds: { [Array(Fingerprint(of: try World.get().issuer.identity).text.utf8)] },
        check: { input in
            guard let read = try? Fingerprint(typed: text(input)) else { return }
            require(read.text.utf8.count == 35, "fingerprint: not six groups of five")
            let again = mustHold("fingerprint: own text refused") {
                try Fingerprint(typed: read.text)
            }
            require(again == read, "fingerprint: reads as another")
        })

    private static let organisation = FuzzTarget(
        name: "organisation-id", maximumLength: 64,
        seeds: { [Array(try World.get().issuer.identity.organisation.text.utf8)] },
        check: { input in
            let text = text(input)
            guard let id = try? OrganisationID(text: text) else { return }
            require(hasSameBytes(id.text, text), "organisation id: two texts for one value")
        })

    /// Dates and decimals as FHIR and the supplement write them.
    private static let numbers = FuzzTarget(
        name: "numbers", maximumLength: 64,
        seeds: {
            ["2026-03-01", "2026", "1e-9", "-0.50", "999999999999999"].map { Array($0.utf8) }
        },
        check: { input in
            let text = text(input)
            if let date = PartialDate(text) {
                require(hasSameBytes(date.text, text), "date: two texts for one value")
                require(PartialDate(number: date.number) == date, "date: number differs")
                require(date.adding(days: 0) == (date.day == nil ? nil : date), "date: no step")
            }
            if let number = DecimalNumber(text) {
                require(DecimalNumber(number.text) == number, "decimal: reads as another")
            }
        })
}
