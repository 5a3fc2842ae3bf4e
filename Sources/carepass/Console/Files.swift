import Foundation
import Glibc
import PassportCoding
import PassportSecrecy

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
        var total = 0
        return { count in
            let part: Data?
            do {
                part = try handle.read(upToCount: min(count, maximum + 1 - total))
            } catch {
                throw CommandError(.noFile, .noInput, Words.say("error.no-file", what))
            }
            guard let part else { return [] }
            total += part.count
            if total > maximum { throw tooLong(what, maximum) }
            return [UInt8](part)
        }
    }

    private static func tooLong(_ what: String, _ maximum: Int) -> CommandError {
        CommandError(.tooLong, .badInput, Words.say("error.too-long", what, "\(maximum)"))
    }

    /// Writes a file that only its owner may read, or to standard output, a pipe or a device.
    static func write(_ bytes: [UInt8], to path: String) throws {
        if path == "-" {
            do {
                try FileHandle.standardOutput.write(contentsOf: Data(bytes))
            } catch {
                throw CommandError(.noFile, .cannotWrite, Words.say("error.no-output"))
            }
        } else if isStream(path) {
            try stream(bytes, to: path)
        } else {
            try AtomicFile.write(bytes, to: resolved(path))
        }
    }

    /// What is neither a file nor a folder takes the bytes itself: a rename would put a file in
    /// the place of the pipe or device.
    private static func isStream(_ path: String) -> Bool {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return false }
        return ![S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT)
    }

    private static func stream(_ bytes: [UInt8], to path: String) throws {
        do {
            let handle = try FileHandle(forWritingTo: URL(filePath: path))
            try handle.write(contentsOf: Data(bytes))
            try handle.close()
        } catch {
            throw CommandError(.noFile, .cannotWrite, Words.say("error.not-written"))
        }
    }

    /// The file behind a name of the system's such as `/dev/stdout`, which must stay what it is.
    private static func resolved(_ path: String) -> String {
        guard ["/dev/", "/proc/"].contains(where: { path.hasPrefix($0) }),
            let real = unsafe realpath(path, nil)
        else { return path }
        defer { unsafe free(real) }
        return unsafe String(cString: real)
    }
}
