import ArgumentParser
import Foundation
import Glibc
import PassportCoding
import PassportExchange
import Synchronization

/// What a command says at its end: lines for people, and the same as versioned JSON.
struct Reply {
    /// Lines for people.
    var lines: [String] = []
    /// Members of the JSON object.
    var json: [String: JSONValue] = [:]
    /// When something was refused after all was said.
    var exitCode = ExitCode.success
    /// True when a file went to standard output, which then holds nothing else.
    var isSilent = false

    /// The version of every JSON object that this program writes.
    static let jsonVersion = 1
}

/// A command that ends in a reply or in an error with an exit code.
protocol ReplyingCommand: ParsableCommand {
    /// The options that every command has.
    var options: GlobalOptions { get }
    /// Where a file goes that the command writes beside its reply; `-` is standard output.
    var output: String? { get }
    /// Does the work.
    func reply() throws -> Reply
}

extension ReplyingCommand {
    var output: String? { nil }

    func run() throws {
        // A program that reads one object must not find a file in front of it, or instead of it.
        if options.json, output == "-" {
            throw ValidationError(Words.say("error.json-and-stream"))
        }
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
        if options.json, !reply.isSilent {
            Console.print(json: reply.json)
        } else {
            // A file that went to standard output has it for itself.
            let say = output == "-" ? Console.complain : Console.print
            for line in reply.lines { say(line) }
        }
        if Console.isBroken {
            // What was done is done and logged; whoever waits for the answer must not take
            // silence for success.
            Console.complain("error: \(Words.say("error.no-output"))")
            throw ExitCode(73)
        }
        if reply.exitCode != .success { throw reply.exitCode }
    }

    /// Says what went wrong in one line, with a hint when there is one.
    private static func explain(_ error: any Error, asJSON: Bool) -> ExitCode {
        guard let failure = error as? any DescribedFailure else {
            Console.complain(
                code: "command.internal", Words.say("error.internal"), hint: nil, asJSON: asJSON)
            return ExitCode(70)
        }
        Console.complain(
            code: failure.identifier, Words.message(of: failure), hint: failure.hint, asJSON: asJSON
        )
        return exitCode(failure)
    }

    private static func exitCode(_ failure: any DescribedFailure) -> ExitCode {
        if (failure as? ExchangeError)?.code == .unreachable { return ExitCode(69) }
        switch failure.kind {
        case .badInput: return ExitCode(65)
        case .noInput: return ExitCode(66)
        case .refused: return ExitCode(77)
        case .cannotWrite: return ExitCode(73)
        case .fault: return ExitCode(70)
        }
    }
}

/// The two streams.
enum Console {
    static func print(_ line: String) { write(line + "\n", to: STDOUT_FILENO) }

    static func complain(_ line: String) { write(line + "\n", to: STDERR_FILENO) }

    /// Says an error on standard error and, where JSON was asked for, on standard output too.
    static func complain(code: String, _ message: String, hint: String?, asJSON: Bool) {
        if asJSON {
            print(json: [
                "error": [
                    "code": .string(code), "message": .string(message), "hint": JSONValue(hint),
                ]
            ])
        }
        complain("error: \(message)")
        if let hint { complain("hint: \(hint)") }
    }

    static func print(json: [String: JSONValue]) {
        var json = json
        json["version"] = .number(Reply.jsonVersion)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        let data = (try? encoder.encode(JSONValue.object(json))) ?? Data()
        print(String(decoding: data, as: UTF8.self))
    }

    /// True when standard output took less than it was given, for example on a full disk.
    private(set) static var isBroken: Bool {
        get { broken.withLock { $0 } }
        set { broken.withLock { $0 = newValue } }
    }
    private static let broken = Mutex(false)

    private static func write(_ text: String, to stream: Int32) {
        do {
            try FileHandle(fileDescriptor: stream).write(contentsOf: Data(text.utf8))
        } catch {
            if stream == STDOUT_FILENO { isBroken = true }
        }
    }
}
