import ArgumentParser
import Foundation
import Glibc
import PassportCoding

/// What a command says at its end: lines for people, and the same as versioned JSON.
struct Reply {
    /// Lines for people.
    var lines: [String] = []
    /// Members of the JSON object.
    var json: [String: JSONValue] = [:]
    /// When something was refused after all was said.
    var exitCode = ExitCode.success

    /// The version of every JSON object that this program writes.
    static let jsonVersion = 1
}

/// A command that ends in a reply or in an error with an exit code.
protocol ReplyingCommand: ParsableCommand {
    /// The options that every command has.
    var options: GlobalOptions { get }
    /// Does the work.
    func reply() throws -> Reply
}

extension ReplyingCommand {
    func run() throws {
        let reply: Reply
        do {
            reply = try self.reply()
        } catch let exit as ExitCode {
            throw exit
        } catch let error as ValidationError {
            throw error
        } catch {
            throw Self.explain(error, asJSON: options.json)
        }
        if options.json {
            Console.print(json: reply.json)
        } else {
            for line in reply.lines { Console.print(line) }
        }
        if reply.exitCode != .success { throw reply.exitCode }
    }

    /// Says what went wrong in one line, with a hint when there is one.
    private static func explain(_ error: any Error, asJSON: Bool) -> ExitCode {
        guard let failure = error as? any DescribedFailure else {
            Console.complain("error: \(Words.say("error.internal"))")
            return ExitCode(70)
        }
        let message = Words.table["error.\(failure.identifier)"] ?? failure.message
        if asJSON {
            Console.print(json: [
                "error": [
                    "code": .string(failure.identifier), "message": .string(message),
                    "hint": JSONValue(failure.hint),
                ]
            ])
        }
        Console.complain("error: \(message)")
        if let hint = failure.hint { Console.complain("hint: \(hint)") }
        return exitCode(failure.kind)
    }

    private static func exitCode(_ kind: FailureKind) -> ExitCode {
        switch kind {
        case .badInput: ExitCode(65)
        case .noInput: ExitCode(66)
        case .refused: ExitCode(77)
        case .cannotWrite: ExitCode(73)
        case .fault: ExitCode(70)
        }
    }
}

/// The two streams.
enum Console {
    static func print(_ line: String) { write(line + "\n", to: STDOUT_FILENO) }

    static func complain(_ line: String) { write(line + "\n", to: STDERR_FILENO) }

    static func print(json: [String: JSONValue]) {
        var json = json
        json["version"] = .number(Reply.jsonVersion)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        let data = (try? encoder.encode(JSONValue.object(json))) ?? Data()
        print(String(decoding: data, as: UTF8.self))
    }

    private static func write(_ text: String, to stream: Int32) {
        try? FileHandle(fileDescriptor: stream).write(contentsOf: Data(text.utf8))
    }
}
