import Foundation
import Glibc
import PassportCoding

/// Reads pictures with `carepass-scan`, a process of its own: what decodes a hostile picture must
/// have no keys, no network, and no time without end.
enum PictureReader {
    /// Seconds that one file may take, whoever else keeps the machine busy.
    private static let patience = 180
    /// Bytes of what is read from it: as many lines as there can be codes.
    private static let mostBytes = 1_048_576

    /// True for a file that begins as a picture does.
    static func isPicture(_ path: String) -> Bool {
        guard let file = FileHandle(forReadingAtPath: path),
            let head = try? file.read(upToCount: 4)
        else { return false }
        return [
            [0x89, 0x50, 0x4E, 0x47], [0xFF, 0xD8, 0xFF], [0x25, 0x50, 0x44, 0x46],
            [0x50, 0x35, 0x0A],
        ]
        .contains { head.starts(with: $0) }
    }

    /// What came of a file.
    struct Picture {
        /// The texts of its codes, also where the reader was stopped later.
        let codes: [String]
        /// Why it was not read, or not to the end.
        let trouble: CommandError?
    }

    /// Reads the codes in a file.
    ///
    /// - Throws: when the file is not there, or the reader cannot be started.
    static func read(_ path: String) throws -> Picture {
        guard let input = FileHandle(forReadingAtPath: path) else {
            throw CommandError(
                .noFile, .noInput,
                Words.say(
                    "error.no-file", Words.say("what.picture"), ViewText.clean(path),
                    unsafe String(cString: strerror(errno)).lowercased()))
        }
        let answer = try FencedProcess(try program(), reading: input.fileDescriptor)
            .answer(within: patience, mostBytes: mostBytes)
        let codes = String(decoding: answer.output, as: UTF8.self).split(separator: "\n")
        guard answer.status != 0 else {
            return Picture(codes: codes.map(String.init), trouble: nil)
        }
        let said = ViewText.clean(
            String(decoding: answer.complaints.prefix(200), as: UTF8.self)
                .trimmingCharacters(in: .whitespacesAndNewlines))
        let isFault = answer.status == 70
        let trouble = CommandError(
            .badPicture, isFault ? .fault : .badInput,
            Words.say(
                codes.isEmpty ? "error.picture" : "error.picture-part", ViewText.clean(path),
                said.isEmpty ? Words.say("error.picture-ended") : said),
            hint: isFault ? nil : Words.say("hint.picture"))
        // A reader that cannot be fenced in reads nothing, whatever comes next.
        if isFault { throw trouble }
        return Picture(codes: codes.map(String.init), trouble: trouble)
    }

    /// It lies beside this program.
    private static func program() throws -> String {
        let ourselves = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        let program = ourselves.deletingLastPathComponent().appending(path: "carepass-scan")
        guard FileManager.default.isExecutableFile(atPath: program.path) else {
            throw CommandError(
                .noFile, .fault, Words.say("error.no-scanner"), hint: Words.say("hint.no-scanner"))
        }
        return program.path
    }
}
