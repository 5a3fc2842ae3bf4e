internal import Glibc
internal import PassportCoding
internal import PassportCrypto
internal import PassportExchange

/// An open file of ours, closed with the last reference.
final class LocalFile: Sendable {
    private let handle: Int32

    /// Bytes that are read at once.
    static let chunkBytes = 65_536

    private init(handle: Int32) { self.handle = handle }

    deinit { close(handle) }

    /// Opens a file to read.
    static func reading(_ path: String) throws(ExchangeError) -> LocalFile {
        let handle = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard handle >= 0 else { throw .file(.cannotRead, "cannot open the file to send", errno) }
        let file = LocalFile(handle: handle)
        var status = stat()
        // A pipe would be waited for, and has no offsets.
        guard unsafe fstat(handle, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw ExchangeError(.cannotRead, .noInput, "what is to be sent is no plain file")
        }
        return file
    }

    /// Opens a file to add to its end. Follows no link: in a folder of several users it would
    /// lead into somebody else's file.
    static func appending(_ path: String) throws(ExchangeError) -> LocalFile {
        let flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK
        let handle = unsafe open(path, flags, 0o600)
        guard handle >= 0 else { throw .file(.cannotWrite, "cannot open the file to fill", errno) }
        return LocalFile(handle: handle)
    }

    /// Bytes in a file; 0 when there is none.
    static func size(of path: String) throws(ExchangeError) -> Int {
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else {
            guard errno == ENOENT else { throw .file(.cannotRead, "cannot look at a file", errno) }
            return 0
        }
        return Int(status.st_size)
    }

    /// Removes a file that may not be there.
    static func remove(_ path: String) throws(ExchangeError) {
        guard unsafe unlink(path) == 0 || errno == ENOENT else {
            throw .file(.cannotWrite, "cannot remove a file", errno)
        }
    }

    /// Bytes in the file.
    func size() throws(ExchangeError) -> Int {
        var status = stat()
        guard unsafe fstat(handle, &status) == 0 else {
            throw .file(.cannotRead, "cannot look at the file to send", errno)
        }
        return Int(status.st_size)
    }

    /// At least one byte from an offset on, and at most `count`.
    func read(at offset: Int, count: Int) throws(ExchangeError) -> [UInt8] {
        var number: Int32 = 0
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: max(count, 0)) { memory, filled in
            var got = 0
            repeat {
                got = unsafe pread(handle, memory.baseAddress, memory.count, off_t(offset))
            } while got < 0 && errno == EINTR
            number = errno
            filled = max(got, 0)
            if got >= 0 { number = 0 }
        }
        guard number == 0 else { throw .file(.cannotRead, "cannot read the file to send", number) }
        guard !bytes.isEmpty else {
            throw ExchangeError(.cannotRead, .noInput, "the file to send became shorter")
        }
        return bytes
    }

    /// Adds bytes at the end.
    func append(_ bytes: UnsafeRawBufferPointer) throws(ExchangeError) {
        var rest = unsafe bytes
        while unsafe !rest.isEmpty {
            let count = unsafe write(handle, rest.baseAddress, rest.count)
            if count > 0 {
                unsafe rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
            } else if count == 0 || errno != EINTR {
                throw .file(.cannotWrite, "cannot write the file to fill", errno)
            }
        }
    }

    /// Waits until the bytes are durable.
    func sync() throws(ExchangeError) {
        guard fsync(handle) == 0 else { throw .file(.cannotWrite, "cannot sync a file", errno) }
    }

    /// SHA-256 over a part of the file.
    func digest(from offset: Int, count: Int) throws(ExchangeError) -> Digest {
        var hash = StreamingDigest()
        while hash.count < count {
            hash.update(
                try read(
                    at: offset + hash.count, count: min(count - hash.count, Self.chunkBytes)))
        }
        return hash.digest()
    }
}
