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
        try Output.refuse(out, among: files)
        let output = try Output(out)
        var pile = ScannedPile()
        for file in files {
            // One picture that nobody can read must not take the others with it.
            let picture = try PictureReader.read(file)
            pile.take(picture.codes)
            if let trouble = picture.trouble { pile.note(trouble) }
        }
        do {
            let (set, envelope) = try pile.frames.rebuilt(named: set ?? "")
            return try done(set, envelope, pile, output)
        } catch let error as PaperError where error.code != .severalSets {
            guard let fullest = pile.frames.found(named: set ?? "").first else {
                if let trouble = pile.troubles.first { throw trouble }
                if let set, !pile.frames.found.isEmpty {
                    throw CommandError(
                        .badArgument, .noInput, Words.say("error.no-set", ViewText.clean(set)),
                        hint: Words.say(
                            "hint.no-set",
                            pile.frames.found.prefix(4).map { String("\($0.set)".prefix(4)) }
                                .joined(separator: ", ")))
                }
                guard pile.cards > 0 else { throw error }
                throw CommandError(
                    .noFile, .noInput, Words.say("error.card-alone"),
                    hint: Words.say("hint.card-alone"))
            }
            return missing(fullest, error, pile)
        }
    }

    private func done(
        _ set: FrameSet, _ envelope: [UInt8], _ pile: ScannedPile, _ output: Output
    ) throws -> Reply {
        try Self.write(envelope, output)
        var json = pile.json(of: set)
        json["envelope"] = .string(out)
        json["bytes"] = .number(envelope.count)
        let line = Words.say(
            "scan.done", "\(set.present.count)", "\(set.layout.count)", "\(envelope.count)")
        return Reply(lines: [line] + pile.notes(beside: set), json: json)
    }

    private func missing(_ set: FrameSet, _ error: PaperError, _ pile: ScannedPile) -> Reply {
        var lines = [Words.message(of: error)]
        if error.code == .incomplete { lines += SheetPicture.lines(of: set) }
        lines += pile.notes(beside: set)
        if let hint = error.hint { lines.append(Words.say("sync.hint", hint)) }
        return Reply(
            lines: lines, json: pile.json(of: set),
            exitCode: ExitCode(error.kind == .noInput ? 66 : 65))
    }

    private static func write(_ bytes: [UInt8], _ output: Output) throws {
        guard (try? Envelope(decoding: bytes)) != nil else {
            throw CommandError(.unknownFile, .badInput, Words.say("error.no-envelope-in-codes"))
        }
        try output.makeRoom(for: bytes.count)
        try output.write(bytes)
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
    /// Pictures that were not read, or not to the end.
    private(set) var troubles: [CommandError] = []
    private var hasNewer = false

    mutating func note(_ trouble: CommandError) { troubles.append(trouble) }

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

    private func others(than set: FrameSet?) -> [FrameSet] {
        frames.found.filter { $0.set != set?.set }
    }

    /// What a person should know of all that was no help.
    func notes(beside set: FrameSet?) -> [String] {
        var notes = troubles.map { Words.message(of: $0) }
        // Attack: a sheet of codes that are all of different sets.
        notes += others(than: set).prefix(4).map {
            Words.say(
                "scan.other-set", String("\($0.set)".prefix(4)), "\($0.present.count)",
                "\($0.layout.count)")
        }
        if disputed > 0 { notes.append(Words.say("scan.disputed", "\(disputed)")) }
        if cards > 0 { notes.append(Words.say("scan.card")) }
        if hasNewer { notes.append(Words.say("scan.newer")) }
        if others > 0, !hasNewer { notes.append(Words.say("scan.others", "\(others)")) }
        return notes
    }

    func json(of set: FrameSet) -> [String: JSONValue] {
        [
            "set": .string("\(set.set)"), "codes": .number(set.present.count),
            "needed": .number(set.layout.needed), "of": .number(set.layout.count),
            "missing": .array(set.missing.map { .number($0 + 1) }),
            "otherSets": .array(others(than: set).prefix(64).map { .string("\($0.set)") }),
            "cards": .number(cards), "otherCodes": .number(others),
            "disputed": .number(disputed), "unread": .number(troubles.count),
        ]
    }
}
