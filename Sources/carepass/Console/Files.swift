import Foundation
import Glibc
import PassportCoding
import PassportSecrecy

/// Reading and writing files; `-` is standard input or output.
enum Files {
    /// Reads at most `maximum` bytes; a longer input is refused without reading it all.
    static func read(_ path: String, maximum: Int, what: String) throws -> [UInt8] {
        let handle: FileHandle
        if path == "-" {
            handle = .standardInput
        } else {
            guard let opened = FileHandle(forReadingAtPath: path) else {
                throw CommandError(
                    .noFile, .noInput, Words.say("error.no-file", what))
            }
            handle = opened
        }
        // A file tells its length before a byte of it is in memory; a pipe does not.
        var status = stat()
        if unsafe fstat(handle.fileDescriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
            status.st_size > maximum
        {
            throw tooLong(what, maximum)
        }
        var bytes: [UInt8] = []
        while bytes.count <= maximum {
            let part: Data?
            do {
                part = try handle.read(upToCount: min(1 << 20, maximum + 1 - bytes.count))
            } catch {
                throw CommandError(.noFile, .noInput, Words.say("error.no-file", what))
            }
            guard let part, !part.isEmpty else { return bytes }
            bytes += part
        }
        throw tooLong(what, maximum)
    }

    private static func tooLong(_ what: String, _ maximum: Int) -> CommandError {
        CommandError(.tooLong, .badInput, Words.say("error.too-long", what, "\(maximum)"))
    }

    /// Writes a file that only its owner may read, or to standard output.
    static func write(_ bytes: [UInt8], to path: String) throws {
        if path == "-" {
            do {
                try FileHandle.standardOutput.write(contentsOf: Data(bytes))
            } catch {
                throw CommandError(.noFile, .cannotWrite, Words.say("error.no-output"))
            }
        } else {
            try AtomicFile.write(bytes, to: path)
        }
    }
}
