import ArgumentParser
import Foundation
import Glibc
import PassportAudit
internal import PassportCoding
import PassportCrypto
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

        func validate() throws {
            guard out != "-" else { throw ValidationError(Words.say("error.card-out")) }
        }

        func reply() throws -> Reply {
            let home = try Home(options)
            let folder = try NewFolder(out)
            let halves = try ["consent-half", "carry-half"].map { name in
                let output = try Output("\(out)/\(name).txt", replacing: false)
                try output.makeRoom(for: 64)
                return output
            }
            let card = try ConsentHalf(from: home.randomness)
            // The log first: a card without an entry must not exist. It names nobody.
            try home.commit(AuditFields(act: .cardMade, time: home.now))
            folder.keep()
            try halves[0].writeAfterAct(Array("\(card.text())\n".utf8))
            try halves[1].writeAfterAct(Array("\(try card.carryHalf().text())\n".utf8))
            return Reply(
                lines: [Words.say("card.made"), Words.say("card.keep")],
                json: [
                    "consentHalf": .string("\(out)/consent-half.txt"),
                    "carryHalf": .string("\(out)/carry-half.txt"),
                ])
        }
    }

    /// Reads the consent half from a file, a picture of it or standard input; never from an
    /// argument.
    static func consentHalf(_ path: String) throws -> ConsentHalf {
        let texts = try texts(path)
        let text = texts.first { (try? ConsentHalf(text: $0)) != nil } ?? texts[0]
        return try FileFailure.naming(path) { try ConsentHalf(text: text) }
    }

    /// Reads the carry half from a file, a picture of it or standard input.
    static func carryHalf(_ path: String) throws -> CarryHalf {
        let texts = try texts(path)
        let text = texts.first { (try? CarryHalf(text: $0)) != nil } ?? texts[0]
        return try FileFailure.naming(path) { try CarryHalf(text: text) }
    }

    /// True for the text of either half.
    static func isHalf(_ text: String) -> Bool {
        (try? ConsentHalf(text: text)) != nil || (try? CarryHalf(text: text)) != nil
    }

    /// The typed text of a file, or what stands in the codes of a picture; never nothing.
    private static func texts(_ path: String) throws -> [String] {
        if path != "-", PictureReader.isPicture(path) {
            let halves = try PictureReader.codes(in: path).filter(isHalf)
            guard !halves.isEmpty else {
                throw CommandError(
                    .badPicture, .noInput, Words.say("error.no-card", ViewText.clean(path)),
                    hint: Words.say("hint.no-card"))
            }
            return halves
        }
        let bytes = try Files.read(path, maximum: 256, what: Words.say("what.card"))
        return [
            String(decoding: bytes, as: UTF8.self)
                .trimmingCharacters(in: .whitespacesAndNewlines)
        ]
    }
}

/// The folder for a card. One that was made for it is gone again when no card came of it.
private final class NewFolder {
    private let path: String
    private var isToGo: Bool

    /// Makes the folder itself, and none above it: a mistyped path is no place for a card.
    init(_ path: String) throws {
        self.path = path
        isToGo = unsafe mkdir(path, 0o700) == 0
        let code = errno
        var status = stat()
        let isThere = unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
        guard isThere else {
            throw CommandError(
                .badArgument, .cannotWrite,
                Words.say(
                    "error.no-folder", ViewText.clean(path),
                    unsafe String(cString: strerror(code)).lowercased()))
        }
    }

    func keep() { isToGo = false }

    deinit { if isToGo { _ = unsafe rmdir(path) } }
}
