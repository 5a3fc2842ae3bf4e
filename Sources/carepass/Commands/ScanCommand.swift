import ArgumentParser
import CarePassport
import PassportCoding
import PassportPaper

/// `carepass scan`: photographs and scans of sheets back to the envelope.
struct ScanCommand: ReplyingCommand {
    static let configuration = CommandConfiguration(
        commandName: "scan",
        abstract: "Rebuild an envelope from photographs or scans of its sheets.",
        discussion: """
            Pictures may be JPEG, PNG or PDF, in any order, with any number of codes in each. \
            They are read by a program of its own that has no keys and no network.
            """)

    @OptionGroup var options: GlobalOptions

    @Argument(help: "The pictures.")
    var files: [String]

    @Option(help: "Where to write the envelope.")
    var out: String

    var output: String? { out }

    @Option(help: "Which set, where there are several: the digits beside its three shapes.")
    var set: String?

    /// Pictures that are read at once.
    private static let mostFiles = 256

    func reply() throws -> Reply {
        guard files.count <= Self.mostFiles else {
            throw CommandError(
                .badArgument, .badInput, Words.say("error.many-pictures", "\(Self.mostFiles)"))
        }
        let output = try Output(out)
        var pile = ScannedPile()
        for file in files { pile.take(try PictureReader.codes(in: file)) }
        let chosen = try pile.frames.only(named: set ?? "")
        let others = pile.frames.found.filter { $0.set != chosen.set }
        return try rebuild(chosen, besides: others, pile, output)
    }

    private static func write(_ bytes: [UInt8], _ output: Output) throws {
        guard (try? Envelope(decoding: bytes)) != nil else {
            throw CommandError(.unknownFile, .badInput, Words.say("error.no-envelope-in-codes"))
        }
        try output.makeRoom(for: bytes.count)
        try output.write(bytes)
    }

    private func rebuild(
        _ set: FrameSet, besides others: [FrameSet], _ pile: ScannedPile, _ output: Output
    ) throws -> Reply {
        var json: [String: JSONValue] = [
            "set": .string("\(set.set)"), "codes": .number(set.present.count),
            "needed": .number(set.layout.needed), "of": .number(set.layout.count),
            "missing": .array(set.missing.map { .number($0 + 1) }),
            "otherSets": .array(others.map { .string("\($0.set)") }),
            "cards": .number(pile.cards), "otherCodes": .number(pile.others),
            "disputed": .number(pile.disputed),
        ]
        let besides =
            others.map {
                Words.say(
                    "scan.other-set", String("\($0.set)".prefix(4)), "\($0.present.count)",
                    "\($0.layout.count)")
            } + pile.notes
        do {
            let bytes = try set.envelope()
            try Self.write(bytes, output)
            json["envelope"] = .string(out)
            json["bytes"] = .number(bytes.count)
            if out == "-" { return Reply(isSilent: true) }
            let done = Words.say(
                "scan.done", "\(set.present.count)", "\(set.layout.count)", "\(bytes.count)")
            return Reply(lines: [done] + besides, json: json)
        } catch let error as PaperError {
            let lines = [Words.message(of: error)] + SheetPicture.lines(of: set) + besides
            let hint = error.hint.map { [Words.say("sync.hint", $0)] } ?? []
            return Reply(
                lines: lines + hint, json: json,
                exitCode: ExitCode(error.kind == .noInput ? 66 : 65))
        }
    }
}

/// What stood in a pile of pictures.
struct ScannedPile {
    private(set) var frames = FrameCollection()
    /// Halves of key cards. They are not told: a secret must not get into a file by accident.
    private(set) var cards = 0
    /// Codes that are none of ours.
    private(set) var others = 0
    /// Frames that claim a place that another has, or that there was no room for.
    private(set) var disputed = 0
    private var hasNewer = false

    mutating func take(_ codes: [String]) {
        for text in codes {
            if CardCommand.isHalf(text) {
                cards += 1
                continue
            }
            do throws(PaperError) {
                let taken = frames.take(try Frame(text: text))
                if taken == .disputed || taken == .setAside { disputed += 1 }
            } catch {
                others += 1
                hasNewer = hasNewer || error.code == .unknownVersion
            }
        }
    }

    /// What a person should know of all that was no help.
    var notes: [String] {
        var notes: [String] = []
        if disputed > 0 { notes.append(Words.say("scan.disputed", "\(disputed)")) }
        if cards > 0 { notes.append(Words.say("scan.card")) }
        if hasNewer { notes.append(Words.say("scan.newer")) }
        if others > 0, !hasNewer { notes.append(Words.say("scan.others", "\(others)")) }
        return notes
    }
}
