import CarePassport
import PassportCoding
import PassportCrypto
import PassportSealing
import PassportSecrecy

/// Key cards: halves, PINs, and words in their place.
struct CardVectors {
    let shop: Workshop
    let scene: Scene

    func write() throws {
        try halves()
        try pins()
        try words()
    }

    private func add(
        _ scenario: String, _ verdict: Ruling, _ comment: String, _ text: String,
        half: String = "consent", pin: String? = nil
    ) {
        let passport = half == "carry" ? .null : JSON.hex(scene.lea.passport.claims.id.bytes)
        shop.add(
            .card, scenario, verdict, comment,
            [
                "text": .text(text), "half": .text(half), "passport": passport,
                "salt": .hex(Secrets.seed("salt of a carry box")),
                "pin": pin.map { .text($0) } ?? .null,
            ])
    }

    private func halves() throws {
        let carry = try scene.carry()
        let card = scene.card
        add("consent", .accept, "Everything that a consent half leads to.", card)
        add(
            "carry", .accept, "A carry half opens carry boxes and nothing else.", carry,
            half: "carry")
        let typed = String(card.lowercased().map { $0 == "-" ? " " : $0 == "0" ? "o" : $0 })
        add("as-typed", .accept, "Case, spaces and look-alikes do not matter.", typed)
        add(
            "as-printed", .accept, "Four lines, and what an editor makes of them.",
            "\u{FEFF}" + Self.inLines(card, "\u{A0}\u{2013} ", "\r\n    ")
                + String(repeating: "\r\n", count: 60))
        add(
            "underscores", .malformed, "Nothing but space and dashes separates.",
            Self.inLines(card, "_", "\n"))
        add(
            "wide-digits", .malformed, "Letters and digits are those of ASCII.",
            card.replacing("2", with: "\u{FF12}"))
        add("carry-as-consent", .malformed, "A carry half signs nothing.", carry)
        add(
            "consent-as-carry", .malformed, "A consent half is not shown as a carry half.", card,
            half: "carry")
        add("short", .malformed, "A half has thirty-two characters.", String(card.dropLast()))
        add("long", .malformed, "A half has thirty-two characters.", card + "0")
        add("empty", .malformed, "A half is not nothing.", "")
        add("letter-u", .malformed, "There is no U.", "U" + card.dropFirst())
        add(
            "too-long-to-read", .malformed, "A half is read up to 256 bytes.",
            card + String(repeating: " ", count: 218))
        // One character at a time: the checksum finds every mistyped one.
        for position in [0, 5, 11, 20, 30, 38] {
            var characters = Array(card)
            characters[position] = characters[position] == "7" ? "8" : "7"
            add(
                "mistyped-\(position)", .malformed, "One mistyped character is found.",
                String(characters))
        }
    }

    /// Two groups of a card on each line.
    private static func inLines(_ card: String, _ dash: String, _ end: String) -> String {
        let groups = card.split(separator: "-").map(String.init)
        return stride(from: 0, to: groups.count, by: 2)
            .map { groups[$0..<min($0 + 2, groups.count)].joined(separator: dash) }
            .joined(separator: end)
    }

    private func pins() throws {
        func pin(_ digits: String) throws -> PIN {
            var bytes = Array(digits.utf8)
            return try PIN(consuming: &bytes)
        }
        let half = try ConsentHalf(from: Secrets.stream("card with PIN"), pin: pin("4812"))
        let (text, carry) = (half.text(), try half.carryHalf().text())
        add("pin-consent", .accept, "A PIN goes into everything.", text, pin: "4812")
        add(
            "pin-carry", .accept, "Persian digits are digits, and spaces are none.", carry,
            half: "carry", pin: "\u{6F4}\u{6F8} \u{6F1}\u{6F2}")
        add("pin-missing", .malformed, "A card with a PIN does not work without.", text)
        add(
            "pin-missing-carry", .malformed, "A card with a PIN does not work without.", carry,
            half: "carry")
        add(
            "pin-to-spare", .malformed, "A card without a PIN takes none.", scene.card, pin: "4812")
        add(
            "pin-carry-as-consent", .malformed, "A carry half signs nothing.", carry, pin: "4812")
        for (name, digits) in [
            ("short", "481"), ("long", "4812481248124"), ("empty", ""), ("letters", "48l2"),
            ("minus", "-4812"), ("roman", "\u{2163}812"),
        ] {
            add("pin-\(name)", .malformed, "A PIN has 4 to 12 digits.", text, pin: digits)
        }
    }

    private func words() throws {
        func add(
            _ scenario: String, _ comment: String, _ text: String, _ verdict: Ruling = .malformed
        ) {
            self.add("words-\(scenario)", verdict, comment, text, half: "words")
        }
        let words = CardWords(from: Secrets.stream("words of a card"))
        let french = words.text(in: .french)
        let list = words.text(in: .english).split(separator: " ").map(String.init)
        func joined(_ list: [String]) -> String { list.joined(separator: " ") }
        add("french", "Words of the French list, in capitals.", french.uppercased(), .accept)
        let arabic = words.text(in: .numbers).unicodeScalars.map { scalar in
            Unicode.Scalar(scalar.value == 32 ? 32 : scalar.value + 0x630) ?? " "
        }
        add(
            "numbers", "The numbers of the words in Arabic digits: the same card.",
            arabic.map { String($0) }.joined(), .accept)
        add(
            "as-listed", "Commas and lines separate words as well.",
            "\u{FEFF}" + list.joined(separator: ",\r\n"), .accept)
        add("seven", "Eight words, and not seven.", joined(Array(list.dropLast())))
        add("nine", "Eight words, and not nine.", joined(list + ["abandon"]))
        add("none", "Words are there.", "")
        add("turned", "Words have their order.", joined(list.reversed()))
        add("two-exchanged", "Words have their order.", joined([list[1], list[0]] + list[2...]))
        add("another-word", "A mistaken word is found.", joined(["zoo"] + list.dropFirst()))
        add("no-word", "A word is one of a list.", joined(["quipu"] + list.dropFirst()))
        add(
            "two-lists", "Words are of one list.",
            joined([String(french.split(separator: " ")[0])] + list.dropFirst()))
        add(
            "first-letters-of-many", "First letters of several words name none.",
            joined([String(list[0].prefix(2))] + list.dropFirst()))
        let numbers = words.text(in: .numbers).split(separator: " ").dropFirst()
        add("number-none", "Numbers begin at 1.", joined(["0000"] + numbers.map(String.init)))
        add(
            "number-past-list", "A list has 2,048 words.",
            joined(["2049"] + numbers.map(String.init)))
        add("card", "A card is no words.", scene.card)
    }
}
