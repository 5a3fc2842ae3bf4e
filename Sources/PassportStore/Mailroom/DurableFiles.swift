internal import Dispatch
internal import Glibc
internal import PassportCoding
internal import PassportCrypto
internal import Synchronization

/// What a disk is asked to confirm; a parameter, so that one that breaks can be tried.
public struct Disk: Sendable {
    /// Makes an open file durable: 0, or the number of the error.
    let sync: @Sendable (Int32) -> Int32

    /// The operating system's `fsync`.
    public static let real = Disk { fsync($0) == 0 ? 0 : errno }

    /// A disk of whoever tries what happens when it fails.
    package init(sync: @escaping @Sendable (Int32) -> Int32) { self.sync = sync }
}

/// Files whose bytes outlive a power cut, and the one place that hears of a disk that broke.
///
/// After a failed `fsync` the system may drop the pages and call the next one good, so going on
/// could acknowledge what is lost: whoever is told ends the program, and until then nothing is
/// written any more.
final class DurableFiles: Sendable {
    private let disk: Disk
    private let onBrokenDisk: @Sendable () -> Void
    private let isBroken = Mutex(false)
    /// Waiting for a disk must not hold a thread of those that answer requests.
    private let queue = DispatchQueue(label: "carepass.files", attributes: .concurrent)

    static let chunkBytes = 65_536

    init(disk: Disk, onBrokenDisk: @escaping @Sendable () -> Void = {}) {
        self.disk = disk
        self.onBrokenDisk = onBrokenDisk
    }

    static let broken = StoreError(
        .brokenDisk, .fault, "the disk did not keep what was written to it",
        hint: "replace the disk and restore the newest backup")

    /// Stops everything that writes, once and for all.
    func breakDown() {
        let isFirst = isBroken.withLock { broken in
            defer { broken = true }
            return !broken
        }
        if isFirst { onBrokenDisk() }
    }

    func refuseBroken() throws(StoreError) {
        guard !isBroken.withLock({ $0 }) else { throw Self.broken }
    }

    /// Runs what may wait for the disk.
    func run<Value: Sendable>(
        _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try refuseBroken()
        return try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result { try body() }) }
        }
    }

    /// What an error number means; a disk that broke is told of at once.
    func failure(_ code: Int32, _ what: String) -> StoreError {
        switch code {
        case ENOSPC, EDQUOT:
            return Self.full
        case EIO:
            breakDown()
            return Self.broken
        default:
            return StoreError(
                .cannotWrite, .cannotWrite, what,
                hint: "check the folder's permissions", cause: "errno \(code)")
        }
    }

    static let full = StoreError(
        .full, .cannotWrite, "the disk is full", hint: "free some space; nothing was changed")

    func sync(_ file: Int32) throws(StoreError) {
        let code = disk.sync(file)
        guard code == 0 else {
            // Of a full disk the next try can be good; whatever else stops `fsync` leaves open
            // what is on the disk.
            guard code == ENOSPC || code == EDQUOT else {
                breakDown()
                throw Self.broken
            }
            throw Self.full
        }
    }

    func syncFolder(_ folder: String) throws(StoreError) {
        let handle = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard handle >= 0 else { throw failure(errno, "a folder cannot be opened") }
        defer { close(handle) }
        try sync(handle)
    }

    /// Writes all bytes at an offset, or says why not.
    func write(_ bytes: [UInt8], to file: Int32, at offset: Int) throws(StoreError) {
        var written = 0
        while written < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { memory in
                unsafe pwrite(
                    file, memory.baseAddress.map { unsafe $0 + written }, bytes.count - written,
                    off_t(offset + written))
            }
            if count > 0 {
                written += count
            } else if count == 0 || errno != EINTR {
                throw failure(count == 0 ? ENOSPC : errno, "a file cannot be written")
            }
        }
    }

    /// Writes a file that may be lost in a crash.
    func spill(_ bytes: [UInt8], to path: String) throws(StoreError) {
        let file = unsafe open(
            path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw failure(errno, "a file cannot be created") }
        defer { close(file) }
        try write(bytes, to: file, at: 0)
    }

    /// Sets a file's time.
    func touch(_ path: String, _ now: Timestamp) {
        let time = timespec(tv_sec: Int(now.seconds), tv_nsec: 0)
        _ = unsafe utimensat(AT_FDCWD, path, [time, time], AT_SYMLINK_NOFOLLOW)
    }

    /// Writes a file: after a crash there is all of it, or none.
    func write(_ bytes: [UInt8], to path: String) throws(StoreError) {
        let temporary = "\(path).new"
        let file = unsafe open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw failure(errno, "a file cannot be created") }
        do throws(StoreError) {
            defer { close(file) }
            try write(bytes, to: file, at: 0)
            try sync(file)
        } catch {
            Self.remove(temporary)
            throw error
        }
        try move(temporary, to: path)
    }

    /// Renames, and makes the new name durable.
    func move(_ from: String, to path: String) throws(StoreError) {
        guard unsafe rename(from, path) == 0 else {
            throw failure(errno, "a file cannot be renamed")
        }
        try syncFolder(Self.folder(of: path))
    }

    /// Makes a folder that nobody else can read, unless it is there.
    func makeFolder(_ path: String) throws(StoreError) {
        guard unsafe mkdir(path, 0o700) == 0 else {
            guard errno == EEXIST else { throw failure(errno, "a folder cannot be made") }
            return
        }
        try syncFolder(Self.folder(of: path))
    }

    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

    static func remove(_ path: String) { _ = unsafe unlink(path) }

    /// Names in a folder, sorted; none when there is no such folder.
    static func names(in folder: String) -> [String] {
        guard let handle = unsafe opendir(folder) else { return [] }
        defer { unsafe closedir(handle) }
        var names: [String] = []
        while let entry = unsafe readdir(handle) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { name in
                unsafe name.withMemoryRebound(to: CChar.self, capacity: 256) {
                    unsafe String(cString: $0)
                }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Size in bytes and time of the last change in seconds, of a plain file.
    static func status(_ path: String) -> (length: Int, changed: Int64)? {
        var status = stat()
        guard unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            return nil
        }
        return (Int(status.st_size), Int64(status.st_mtim.tv_sec))
    }

    /// A small file's bytes.
    static func read(_ path: String, maximum: Int) throws(StoreError) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(min(maximum, chunkBytes))
        try scan(path) { chunk in
            guard bytes.count + chunk.count <= maximum else { return false }
            bytes += chunk
            return true
        }
        return bytes
    }

    /// Reads a file in chunks until its end, or until `take` has enough.
    static func scan(_ path: String, _ take: ([UInt8]) -> Bool) throws(StoreError) {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard file >= 0 else {
            throw StoreError(.missing, .noInput, "a file is missing", cause: "errno \(errno)")
        }
        defer { close(file) }
        while true {
            var chunk = [UInt8](repeating: 0, count: chunkBytes)
            let count = unsafe chunk.withUnsafeMutableBytes { memory in
                unsafe Glibc.read(file, memory.baseAddress, memory.count)
            }
            guard count >= 0 || errno == EINTR else {
                throw StoreError(.damaged, "a file cannot be read", cause: "errno \(errno)")
            }
            guard count != 0 else { return }
            if count > 0 {
                chunk.removeLast(chunk.count - count)
                let goesOn = take(chunk)
                // It may have been the file with the keys.
                chunk.wipe()
                guard goesOn else { return }
            }
        }
    }

    /// Copies a file by a second name where the disk can, else byte by byte; durable. What is
    /// there already is not written to, nor is what a link leads to.
    func copy(_ from: String, to path: String, linking: Bool) throws(StoreError) {
        if linking, unsafe link(from, path) == 0 { return }
        let file = unsafe open(
            path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw failure(errno, "a file cannot be created") }
        defer { close(file) }
        var offset = 0
        var problem: StoreError?
        try Self.scan(from) { chunk in
            do throws(StoreError) {
                try write(chunk, to: file, at: offset)
                offset += chunk.count
                return true
            } catch {
                problem = error
                return false
            }
        }
        if let problem { throw problem }
        try sync(file)
    }
}
