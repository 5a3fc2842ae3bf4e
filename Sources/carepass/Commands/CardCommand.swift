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
        let text = try text(path) { (try? ConsentHalf(text: $0)) != nil }
        return try FileFailure.naming(path) { try ConsentHalf(text: text) }
    }

    /// Reads the carry half from a file, a picture of it or standard input.
    static func carryHalf(_ path: String) throws -> CarryHalf {
        let text = try text(path) { (try? CarryHalf(text: $0)) != nil }
        return try FileFailure.naming(path) { try CarryHalf(text: text) }
    }

    /// True for the text of either half.
    static func isHalf(_ text: String) -> Bool {
        (try? ConsentHalf(text: text)) != nil || (try? CarryHalf(text: text)) != nil
    }

    /// The typed text of a file, or what stands in a code of a picture.
    ///
    /// Attack: a second card in the picture. A history that is sealed to it is a stranger's.
    private static func text(
        _ path: String, _ isWanted: (String) -> Bool
    ) throws -> String {
        guard path != "-", PictureReader.isPicture(path) else {
            let bytes = try Files.read(path, maximum: 256, what: Words.say("what.card"))
            return String(decoding: bytes, as: UTF8.self)
                .trimmingCharacters(in: .whitespacesAndNewlines)
        }
        let picture = try PictureReader.read(path)
        let halves = Set(picture.codes.filter(isHalf))
        let wanted = halves.filter(isWanted)
        guard wanted.count <= 1 else {
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
