import ArgumentParser
import Foundation
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

        func reply() throws -> Reply {
            let home = try Home(options)
            let card = try ConsentHalf(from: home.randomness)
            // The log first: a card without an entry must not exist. It names nobody.
            try home.commit(AuditFields(act: .cardMade, time: home.now))
            do {
                try FileManager.default.createDirectory(
                    atPath: out, withIntermediateDirectories: true,
                    attributes: [.posixPermissions: 0o700])
            } catch {
                throw CommandError(.badArgument, .cannotWrite, Words.say("error.no-folder"))
            }
            try AtomicFile.write(
                Array("\(card.text())\n".utf8), to: "\(out)/consent-half.txt", replacing: false)
            try AtomicFile.write(
                Array("\(try card.carryHalf().text())\n".utf8), to: "\(out)/carry-half.txt",
                replacing: false)
            return Reply(
                lines: [Words.say("card.made"), Words.say("card.keep")],
                json: [
                    "consentHalf": .string("\(out)/consent-half.txt"),
                    "carryHalf": .string("\(out)/carry-half.txt"),
                ])
        }
    }

    /// Reads the consent half from a file or standard input; never from an argument.
    static func consentHalf(_ path: String) throws -> ConsentHalf {
        try ConsentHalf(text: text(path))
    }

    /// Reads the carry half from a file or standard input.
    static func carryHalf(_ path: String) throws -> CarryHalf {
        try CarryHalf(text: text(path))
    }

    private static func text(_ path: String) throws -> String {
        let bytes = try Files.read(path, maximum: 256, what: Words.say("what.card"))
        return String(decoding: bytes, as: UTF8.self)
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
