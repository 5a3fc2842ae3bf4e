import CImageReader
import Glibc

/// Standard input, to its end.
enum Input {
    /// The first bytes, fewer where there are not as many.
    static func read(first count: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count {
            var byte: UInt8 = 0
            let read = unsafe Glibc.read(STDIN_FILENO, &byte, 1)
            if read < 0, errno == EINTR { continue }
            guard read > 0 else { break }
            bytes.append(byte)
        }
        return bytes
    }

    /// The rest.
    static func read(most: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes { buffer in
                unsafe Glibc.read(STDIN_FILENO, buffer.baseAddress, buffer.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Refusal.fault("standard input cannot be read") }
            guard count > 0 else { return bytes }
            guard bytes.count + count <= most else {
                throw Refusal.badData("the file is too large")
            }
            bytes += buffer[..<count]
        }
    }
}

/// Standard output and standard error.
enum Output {
    static func write(_ bytes: [UInt8]) throws {
        guard write(bytes, to: STDOUT_FILENO) else { throw Refusal.fault("nobody listens") }
    }

    static func complain(_ message: String) {
        _ = write(Array("\(message)\n".utf8), to: STDERR_FILENO)
    }

    /// Writes all bytes to an open file.
    static func write(_ bytes: [UInt8], to file: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { buffer in
                unsafe Glibc.write(file, buffer.baseAddress, buffer.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }
}

/// A file without a name, in memory: what another program reads as its standard input.
struct MemoryFile: ~Copyable {
    let descriptor: Int32

    init(_ bytes: [UInt8]) throws {
        descriptor = image_reader_memory_file()
        guard descriptor >= 0, Output.write(bytes, to: descriptor),
            lseek(descriptor, 0, SEEK_SET) == 0
        else { throw Refusal.fault("there is no memory for the file") }
    }

    deinit { close(descriptor) }
}
