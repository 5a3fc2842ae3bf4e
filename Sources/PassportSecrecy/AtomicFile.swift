internal import Glibc
public import PassportCoding
internal import PassportCrypto

/// Writes a file so that after a crash there is the old one or the new one, never half of one.
public enum AtomicFile {
    /// Writes to a temporary name beside the target, syncs, renames, and syncs the folder.
    ///
    /// - Parameters:
    ///   - mode: permission bits, for example `0o600`; set before the first byte is written.
    ///   - replacing: when false, an existing file is left alone and the call fails.
    public static func write(
        _ bytes: [UInt8], to path: String, mode: UInt32 = 0o600, replacing: Bool = true
    ) throws(SecrecyError) {
        try PendingFile(path, mode: mode, replacing: replacing).finish(bytes)
    }
}

/// The place of a file that will be written: the temporary file beside it is there already, so
/// that whoever acts first and writes afterwards knows before the act that writing can succeed.
///
/// One that is never finished leaves nothing behind.
public final class PendingFile {
    private let path: String
    private let temporary: String
    private let replacing: Bool
    private var file: Int32

    /// Makes the temporary file.
    ///
    /// - Parameters:
    ///   - mode: permission bits, for example `0o600`; set before the first byte is written.
    ///   - replacing: when false, an existing file is left alone and the call fails.
    /// - Throws: `cannotWrite` when the folder takes no file, or a folder has the name.
    public init(
        _ path: String, mode: UInt32 = 0o600, replacing: Bool = true
    ) throws(SecrecyError) {
        if !replacing, unsafe access(path, F_OK) == 0 {
            throw SecrecyError(.cannotWrite, .cannotWrite, "a file is already there")
        }
        var status = stat()
        if unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
            throw SecrecyError(.cannotWrite, .cannotWrite, "a folder is already there")
        }
        self.path = path
        self.replacing = replacing
        // A random name: a number that comes back, as process numbers do in a container, would
        // meet what a crash left behind and fail for ever.
        temporary = "\(path).\(Hexadecimal.encode(Randomness.system.bytes(8))).new"
        file = unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard file >= 0 else { throw Self.failure("cannot create a file") }
    }

    deinit {
        guard file >= 0 else { return }
        close(file)
        _ = unsafe unlink(temporary)
    }

    /// Claims room for as many bytes, where the file system can say beforehand that it is full.
    public func makeRoom(for count: Int) throws(SecrecyError) {
        guard count > 0 else { return }
        let code = posix_fallocate(file, 0, off_t(count))
        guard ![ENOSPC, EFBIG, EDQUOT, EIO].contains(code) else {
            errno = code
            throw Self.failure("cannot write")
        }
    }

    /// Writes, syncs, renames, and syncs the folder.
    public func finish(_ bytes: [UInt8]) throws(SecrecyError) {
        var written = 0
        var problem: String?
        while written < bytes.count, problem == nil {
            let count = unsafe bytes.withUnsafeBytes { memory in
                unsafe Glibc.write(
                    file, memory.baseAddress.map { unsafe $0 + written }, bytes.count - written)
            }
            if count > 0 {
                written += count
            } else if count == 0 || errno != EINTR {
                problem = "cannot write"
            }
        }
        // Room that was claimed and is not needed is no part of the file.
        if problem == nil, ftruncate(file, off_t(bytes.count)) != 0 { problem = "cannot write" }
        if problem == nil, fsync(file) != 0 { problem = "cannot sync" }
        if close(file) != 0, problem == nil { problem = "cannot close" }
        file = -1
        if problem == nil, !Self.move(temporary, to: path, replacing: replacing) {
            problem = "cannot rename"
        }
        if let problem {
            let error = Self.failure(problem)
            _ = unsafe unlink(temporary)
            throw error
        }
        try Self.syncFolder(of: path)
    }

    /// Renames; when nothing may be replaced, by a link, which no other process can forestall,
    /// or where the file system has no links (memory sticks) after one more look.
    private static func move(_ temporary: String, to path: String, replacing: Bool) -> Bool {
        if !replacing {
            if unsafe link(temporary, path) == 0 { return unsafe unlink(temporary) == 0 }
            guard errno == EPERM || errno == EOPNOTSUPP || errno == ENOSYS else { return false }
            if unsafe access(path, F_OK) == 0 {
                errno = EEXIST
                return false
            }
        }
        return unsafe rename(temporary, path) == 0
    }

    private static func syncFolder(of path: String) throws(SecrecyError) {
        let slash = path.lastIndex(of: "/")
        let folder = slash.map { String(path[..<$0]) } ?? "."
        let handle = unsafe open(folder.isEmpty ? "/" : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard handle >= 0 else { throw failure("cannot sync the folder") }
        defer { close(handle) }
        guard fsync(handle) == 0 else { throw failure("cannot sync the folder") }
    }

    private static func failure(_ what: String) -> SecrecyError {
        let reason = unsafe String(cString: strerror(errno)).lowercased()
        return SecrecyError(.cannotWrite, .cannotWrite, "\(what): \(reason)")
    }
}
