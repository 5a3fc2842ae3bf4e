import Foundation
import Glibc
import PassportCoding

/// Reading and writing files; `-` is standard input or output.
enum Files {
    /// Reads at most `maximum` bytes; a longer input is refused without reading it all.
    static func read(_ path: String, maximum: Int, what: String) throws -> [UInt8] {
        let source = try source(path, maximum: maximum, what: what)
        var bytes: [UInt8] = []
        while true {
            let part = try source(1 << 20)
            if part.isEmpty { return bytes }
            bytes += part
        }
    }

    /// The bytes of a file as they are asked for; past `maximum` the source refuses.
    static func source(
        _ path: String, maximum: Int, what: String
    ) throws -> (_ count: Int) throws -> [UInt8] {
        let handle: FileHandle
        if path == "-" {
            handle = .standardInput
        } else {
            let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
            guard file >= 0 else { throw unreadable(path, what, errno) }
            handle = FileHandle(fileDescriptor: file, closeOnDealloc: true)
        }
        // A file tells its length before a byte of it is in memory; a pipe does not.
        var status = stat()
        if unsafe fstat(handle.fileDescriptor, &status) == 0 {
            let kind = status.st_mode & S_IFMT
            guard kind != S_IFDIR else { throw unreadable(path, what, EISDIR) }
            guard kind != S_IFREG || status.st_size <= maximum else {
                throw tooLong(path, what, maximum)
            }
        }
        var total = 0
        return { count in
            let part: Data?
            do {
                part = try handle.read(upToCount: min(count, maximum + 1 - total))
            } catch {
                throw unreadable(path, what, EIO)
            }
            guard let part else { return [] }
            total += part.count
            if total > maximum { throw tooLong(path, what, maximum) }
            return [UInt8](part)
        }
    }

    /// Writes the result of a command that changes nothing.
    static func write(_ bytes: [UInt8], to path: String) throws {
        try Output(path).write(bytes)
    }

    private static func unreadable(
        _ path: String, _ what: String, _ code: Int32
    ) -> CommandError {
        let reason = unsafe String(cString: strerror(code)).lowercased()
        return CommandError(
            .noFile, .noInput, Words.say("error.no-file", what, ViewText.clean(path), reason))
    }

    private static func tooLong(
        _ path: String, _ what: String, _ maximum: Int
    ) -> CommandError {
        CommandError(
            .tooLong, .badInput,
            Words.say("error.too-long", what, ViewText.clean(path), "\(maximum)"))
    }
}
