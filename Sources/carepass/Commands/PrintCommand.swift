import ArgumentParser
import CarePassport
import PassportCoding
import PassportPaper
import PassportSealing
import PassportSecrecy

/// `carepass print`: an envelope as sheets of codes, and a key card to cut off.
struct PrintCommand: ReplyingCommand {
    static let configuration = CommandConfiguration(
        commandName: "print",
        abstract: "Make sheets of an envelope, and a key card, as PDF.",
        discussion: """
            Of the codes one in four may be lost; with --sheets, any one of the sheets. The \
            sheets say nothing without the card: print the card apart, with --card-out, or cut \
            it off and keep it somewhere else. Delete the PDF when it is printed.
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(help: "The envelope, as 'pack' wrote it from a paper passport.")
    var file: String

    @Option(help: "Where to write the PDF.")
    var out: String

    var output: String? { out }

    @Option(help: "Spread the codes over so many sheets, any one of which may be lost.")
    var sheets: Int = 1

    @Option(help: "a4 or letter.")
    var paper: String = PaperSize.a4.rawValue

    @Option(help: "Language of the wording: en, ar, fa, tr, de, fr.")
    var language: String = PageLanguage.english.rawValue

    @Option(
        help:
            "Also print the key card: a file with its consent half, or its words; '-' for standard input."
    )
    var card: String?

    @OptionGroup var pin: PINOptions

    @Flag(help: "With --card: print it although it opens none of these sheets.")
    var anyCard = false

    @Option(help: "With --card: a PDF of its own for the card.")
    var cardOut: String?

    func validate() throws {
        guard cardOut == nil || card != nil else {
            throw ValidationError(Words.say("error.card-out-alone"))
        }
        guard cardOut != "-", cardOut.map({ Output.isOnePlace($0, out) }) != true else {
            throw ValidationError(Words.say("error.card-out-same"))
        }
    }

    func reply() throws -> Reply {
        let size: PaperSize = try Choice.of(paper, "paper")
        let language: PageLanguage = try Choice.of(self.language, "language")
        let envelope = try OpenCommand.readEnvelope(file)
        let bytes = envelope.encoded()
        // What travels between daemons is longer than paper, and lies on machines.
        guard envelope.profile == .paper else {
            throw CommandError(
                .badArgument, .refused, Words.say("error.not-for-paper"),
                hint: Words.say("hint.not-for-paper"))
        }
        let layout = try FrameLayout(bytes: bytes.count, sheets: sheets)
        let printed = try card.map { try CardCommand.printed($0) }
        let isTried = try printed.map { try refuseAnother($0, envelope) }
        let printer = SheetPrinter(size: size, language: language)
        for path in [out, cardOut].compactMap({ $0 }) {
            try Output.refuse(path, among: [file, card].compactMap { $0 })
        }
        let output = try Output(out)
        let cardOutput = try cardOut.map { try Output($0) }
        let pages = try printer.sheets(
            of: bytes, layout, card: cardOutput == nil ? printed : nil)
        if let cardOutput, let printed { try cardOutput.write(printer.card(printed)) }
        try output.write(pages)
        if out == "-" { return Reply(isSilent: true) }
        var lines = [
            Words.say(
                layout.sheets > 1 ? "print.sheets" : "print.sheet", "\(layout.count)",
                "\(layout.needed)", "\(layout.sheets)")
        ]
        if layout.sheets > 1 {
            lines.append(Words.say("print.spare", "\(layout.spareWithoutSheet)"))
        }
        if card != nil { lines.append(Words.say(cardOut == nil ? "print.cut" : "print.card")) }
        if isTried == false { lines.append(Words.say("print.try-pin")) }
        if let printed, printed.consent == nil { lines.append(Words.say("print.carry-alone")) }
        lines.append(Words.say("print.delete"))
        return Reply(
            lines: lines,
            json: [
                "codes": .number(layout.count), "needed": .number(layout.needed),
                "sheets": .number(layout.sheets),
                "sides": .number(SheetPlan(layout).pages.count), "bytes": .number(bytes.count),
            ])
    }

    /// Attack, or a busy desk: the card of the next person in the pile, handed over with sheets
    /// that it does not open.
    ///
    /// - Returns: false when it could not be tried, because it has a PIN that was not given.
    private func refuseAnother(_ card: PrintedCard, _ envelope: Envelope) throws -> Bool {
        guard !anyCard else { return true }
        guard !ConsentHalf.needsPIN(card.carry) || pin.pin != nil else { return false }
        let half = try CarryHalf(
            text: card.carry, pin: pin.read(for: card.carry, twice: false))
        do throws(SealingError) {
            _ = try EnvelopeOpener(envelope).unlock(with: half)
            return true
        } catch {
            guard error.code == .notForUs else { throw error }
            throw CommandError(
                .badArgument, .refused, Words.say("error.card-of-others"),
                hint: Words.say("hint.card-of-others"))
        }
    }
}
