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

    /// The texts of the codes in a file.
    static func codes(in path: String) throws -> [String] {
        guard let input = FileHandle(forReadingAtPath: path) else {
            throw CommandError(
                .noFile, .noInput,
                Words.say(
                    "error.no-file", Words.say("what.picture"), ViewText.clean(path),
                    unsafe String(cString: strerror(errno)).lowercased()))
        }
        let process = Process()
        process.executableURL = try program()
        process.arguments = []
        // Passphrases stand in the environment; none of it is the reader's business.
        process.environment = [:]
        process.standardInput = input
        let (output, complaints) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = complaints
        try process.run()
        defer {
            if process.isRunning { kill(process.processIdentifier, SIGKILL) }
            process.waitUntilExit()
        }
        guard let bytes = read(output.fileHandleForReading) else {
            throw CommandError(
                .badPicture, .badInput, Words.say("error.slow-picture", ViewText.clean(path)))
        }
        process.waitUntilExit()
        guard process.terminationReason == .exit, process.terminationStatus == 0 else {
            let said = read(complaints.fileHandleForReading) ?? []
            throw failure(path, process, String(decoding: said.prefix(200), as: UTF8.self))
        }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    private static func failure(
        _ path: String, _ process: Process, _ said: String
    ) -> CommandError {
        let reason = ViewText.clean(said.trimmingCharacters(in: .whitespacesAndNewlines))
        let isFault = process.terminationReason == .exit && process.terminationStatus == 70
        return CommandError(
            .badPicture, isFault ? .fault : .badInput,
            Words.say(
                "error.picture", ViewText.clean(path),
                reason.isEmpty ? Words.say("error.picture-ended") : reason),
            hint: isFault ? nil : Words.say("hint.picture"))
    }

    /// It lies beside this program.
    private static func program() throws -> URL {
        let ourselves = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        let program = ourselves.deletingLastPathComponent().appending(path: "carepass-scan")
        guard FileManager.default.isExecutableFile(atPath: program.path) else {
            throw CommandError(
                .noFile, .fault, Words.say("error.no-scanner"), hint: Words.say("hint.no-scanner"))
        }
        return program
    }

    /// All that comes, or nil where it takes too long or is too much.
    private static func read(_ handle: FileHandle) -> [UInt8]? {
        let end = ContinuousClock.now + .seconds(patience)
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while ContinuousClock.now < end {
            var wish = pollfd(fd: handle.fileDescriptor, events: Int16(POLLIN), revents: 0)
            guard unsafe poll(&wish, 1, 1_000) > 0 else { continue }
            let count = unsafe buffer.withUnsafeMutableBytes { buffer in
                unsafe Glibc.read(handle.fileDescriptor, buffer.baseAddress, buffer.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return count == 0 ? bytes : nil }
            guard bytes.count + count <= mostBytes else { return nil }
            bytes += buffer[..<count]
        }
        return nil
    }
}
