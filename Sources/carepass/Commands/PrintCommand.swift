import ArgumentParser
import CarePassport
import PassportCoding
import PassportPaper
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

    @Option(help: "With --card: a PDF of its own for the card.")
    var cardOut: String?

    func validate() throws {
        guard cardOut == nil || card != nil else {
            throw ValidationError(Words.say("error.card-out-alone"))
        }
        guard cardOut != "-", cardOut != out else {
            throw ValidationError(Words.say("error.card-out-same"))
        }
    }

    func reply() throws -> Reply {
        let size: PaperSize = try Choice.of(paper, "paper")
        let language: PageLanguage = try Choice.of(self.language, "language")
        let bytes = try Files.read(
            file, maximum: Limits.envelopeBytes, what: Words.say("what.envelope"))
        let envelope = try FileFailure.naming(file) { try Envelope(decoding: bytes) }
        // What travels between daemons is longer than paper, and lies on machines.
        guard envelope.profile == .paper else {
            throw CommandError(
                .badArgument, .refused, Words.say("error.not-for-paper"),
                hint: Words.say("hint.not-for-paper"))
        }
        let layout = try FrameLayout(bytes: bytes.count, sheets: sheets)
        let printed = try card.map { try CardCommand.printed($0) }
        let printer = SheetPrinter(size: size, language: language)
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
        if card != nil { lines.append(Words.say(cardOut == nil ? "print.cut" : "print.card")) }
        lines.append(Words.say("print.delete"))
        return Reply(
            lines: lines,
            json: [
                "codes": .number(layout.count), "needed": .number(layout.needed),
                "sheets": .number(layout.sheets),
                "sides": .number(SheetPlan(layout).pages.count), "bytes": .number(bytes.count),
            ])
    }
}
