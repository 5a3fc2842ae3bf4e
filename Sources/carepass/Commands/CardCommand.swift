import ArgumentParser
import Foundation
import PassportAudit
internal import PassportCoding
import PassportCrypto
import PassportPaper
import PassportSecrecy

/// `carepass card`: key cards.
struct CardCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "card", abstract: "Key cards of two halves.", subcommands: [New.self])

    struct New: ReplyingCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a card: a consent half that grants, a carry half that only opens.")

        @OptionGroup var options: GlobalOptions

        @Option(help: "The folder for the two files; print them, hand them over, delete them.")
        var out: String

        @Flag(help: "The card works only together with a PIN that the person chooses.")
        var withPin = false

        @OptionGroup var pin: PINOptions

        @Option(
            help: """
                Words to keep in the head in place of the consent half, drawn for the person: \
                en, fr, tr, or numbers.
                """)
        var words: String?

        func validate() throws {
            guard out != "-" else { throw ValidationError(Words.say("error.card-out")) }
            guard words == nil || !withPin && pin.pin == nil else {
                throw ValidationError(Words.say("error.words-pin"))
            }
        }

        func reply() throws -> Reply {
            let list: CardWords.List? = try words.map { try Choice.of($0, "words") }
            let home = try Home(options)
            let folder = try NewFolder(out)
            let names = [list == nil ? "consent-half" : "words", "carry-half"]
            let halves = try names.map { name in
                let output = try Output("\(out)/\(name).txt", replacing: false)
                try output.makeRoom(for: 256)
                return output
            }
            let (text, carry) = try make(list, home.randomness)
            // The log first: a card without an entry must not exist. It names nobody.
            try home.commit(AuditFields(act: .cardMade, time: home.now))
            folder.keep()
            try halves[0].writeAfterAct(Array("\(text)\n".utf8))
            try halves[1].writeAfterAct(Array("\(carry)\n".utf8))
            return Reply(
                lines: [
                    Words.say(list == nil ? "card.made" : "card.made-words"),
                    Words.say(list == nil ? "card.keep" : "card.keep-words"),
                    Words.say(
                        list != nil
                            ? "card.together-words"
                            : ConsentHalf.needsPIN(text) ? "card.together-pin" : "card.together"),
                ],
                json: [
                    list == nil ? "consentHalf" : "words": .string("\(out)/\(names[0]).txt"),
                    "carryHalf": .string("\(out)/carry-half.txt"),
                    "pin": .bool(ConsentHalf.needsPIN(text)),
                ])
        }

        /// Texts of both halves.
        private func make(
            _ list: CardWords.List?, _ randomness: Randomness
        ) throws -> (text: String, carry: String) {
            if let list {
                let words = CardWords(from: randomness)
                let card = try ConsentHalf(words: words)
                return (words.text(in: list), try card.carryHalf().text())
            }
            let hasPIN = withPin || pin.pin != nil
            let card = try ConsentHalf(
                from: randomness, pin: hasPIN ? pin.read(twice: true) : nil)
            return (card.text(), try card.carryHalf().text())
        }
    }

    /// Reads the consent half, or the words in its place, from a file, a picture of it or
    /// standard input; never from an argument.
    ///
    /// - Parameter isNew: true when something will be made for this card: a PIN that is mistyped
    ///   then would make it for no card that there is.
    static func consentHalf(
        _ path: String, _ pin: PINOptions, isNew: Bool = false
    ) throws -> ConsentHalf {
        let text = try text(path, pin, ConsentHalf.isText)
        return try FileFailure.naming(path) {
            if CardWords.isLikely(text) { return try words(text, pin) }
            return try ConsentHalf(text: text, pin: pin.read(for: text, twice: isNew))
        }
    }

    /// Reads the carry half from a file, a picture of it or standard input; words make one too.
    ///
    /// - Parameter isNew: as for the consent half.
    static func carryHalf(
        _ path: String, _ pin: PINOptions, isNew: Bool = false
    ) throws -> CarryHalf {
        let text = try text(path, pin, CarryHalf.isText)
        return try FileFailure.naming(path) {
            if CardWords.isLikely(text) {
                return try words(text, pin).carryHalf()
            }
            return try CarryHalf(text: text, pin: pin.read(for: text, twice: isNew))
        }
    }

    /// What is printed of a card: both halves by the consent half, the carry half alone by itself
    /// or by words, which are not printed.
    static func printed(_ path: String) throws -> PrintedCard {
        let text = try text(path, PINOptions(), ConsentHalf.isText)
        return try FileFailure.naming(path) {
            if CardWords.isLikely(text) {
                let card = try ConsentHalf(words: CardWords(text: text))
                return PrintedCard(consent: nil, carry: try card.carryHalf().text())
            }
            if CarryHalf.isText(text) {
                return PrintedCard(consent: nil, carry: try CarryHalf.printedText(of: text))
            }
            let texts = try ConsentHalf.printedTexts(of: text)
            return PrintedCard(consent: texts.consent, carry: texts.carry)
        }
    }

    private static func words(_ text: String, _ pin: PINOptions) throws -> ConsentHalf {
        guard pin.pin == nil else {
            throw CommandError(.badArgument, .badInput, Words.say("error.words-pin"))
        }
        return try ConsentHalf(words: CardWords(text: text))
    }

    /// True for the text of either half.
    static func isHalf(_ text: String) -> Bool {
        ConsentHalf.isText(text) || CarryHalf.isText(text)
    }

    /// The typed text of a file, or what stands in a code of a picture.
    ///
    /// Attack: a second card in the picture. A history that is sealed to it is a stranger's.
    private static func text(
        _ path: String, _ pin: PINOptions, _ isWanted: (String) -> Bool
    ) throws -> String {
        guard path != "-" || pin.pin != "-" else {
            throw CommandError(.badArgument, .badInput, Words.say("error.pin-input"))
        }
        guard path != "-", PictureReader.isPicture(path) else { return try typed(path) }
        let picture = try PictureReader.read(path)
        let halves = Set(picture.codes.filter(isHalf))
        let wanted = halves.filter(isWanted)
        guard wanted.count <= 1, areOneCard(halves) else {
            throw CommandError(
                .badPicture, .badInput, Words.say("error.two-cards", ViewText.clean(path)),
                hint: Words.say("hint.two-cards"))
        }
        // The other half alone gets the error that names it.
        guard let half = wanted.first ?? halves.sorted().first else {
            throw picture.trouble
                ?? CommandError(
                    .badPicture, .noInput, Words.say("error.no-card", ViewText.clean(path)),
                    hint: Words.say("hint.no-card"))
        }
        return half
    }

    /// True when each carry half is that of each consent half.
    private static func areOneCard(_ halves: Set<String>) -> Bool {
        let printed = halves.map { half -> (String?, isConsent: Bool) in
            guard ConsentHalf.isText(half) else {
                return (try? CarryHalf.printedText(of: half), false)
            }
            return (try? ConsentHalf.printedTexts(of: half).carry, true)
        }
        return printed.allSatisfy { one in
            printed.allSatisfy { $0.isConsent == one.isConsent || $0.0 == one.0 }
        }
    }

    /// What was typed into a file, or at standard input.
    private static func typed(_ path: String) throws -> String {
        // Attack: the card itself in place of its file. A message that names what is not there
        // would repeat it, however it was mistyped.
        guard path == "-" || FileManager.default.fileExists(atPath: path) else {
            throw CommandError(
                .noFile, .noInput, Words.say("error.no-card-file"),
                hint: Words.say("hint.no-card-file"))
        }
        let bytes = try Files.read(path, maximum: 256, what: Words.say("what.card"))
        guard let text = String(validating: bytes, as: UTF8.self), !text.contains("\0") else {
            throw CommandError(
                .unknownFile, .badInput, Words.say("error.card-not-text", ViewText.clean(path)),
                hint: Words.say("hint.card-not-text"))
        }
        guard !text.allSatisfy(\.isWhitespace) else {
            throw CommandError(
                .unknownFile, .badInput, Words.say("error.empty-card", ViewText.clean(path)),
                hint: Words.say("hint.empty-card"))
        }
        return text
    }
}
