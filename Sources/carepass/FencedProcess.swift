import Glibc
import PassportCoding

/// A process that may have been taken over: it has no environment, ends when its time is up with
/// all that it started, and whatever it does, nobody waits for it longer.
struct FencedProcess {
    /// How it ended.
    struct Answer {
        /// What it wrote, until it ended or was ended.
        let output: [UInt8]
        let complaints: [UInt8]
        /// Its exit code, or -1 when it was ended.
        let status: Int32
    }

    private let process: pid_t
    private let output: Int32
    private let complaints: Int32

    /// Starts a program in a group of its own.
    init(_ program: String, reading input: Int32) throws {
        var (out, err): ([Int32], [Int32]) = ([-1, -1], [-1, -1])
        guard unsafe pipe(&out) == 0, unsafe pipe(&err) == 0 else { throw Self.failure(errno) }
        for end in out + err { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer {
            close(out[1])
            close(err[1])
        }
        var actions = unsafe posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        unsafe posix_spawn_file_actions_init(&actions)
        unsafe posix_spawnattr_init(&attributes)
        defer {
            unsafe posix_spawn_file_actions_destroy(&actions)
            unsafe posix_spawnattr_destroy(&attributes)
        }
        for (from, to) in [(input, STDIN_FILENO), (out[1], STDOUT_FILENO), (err[1], STDERR_FILENO)]
        {
            unsafe posix_spawn_file_actions_adddup2(&actions, from, to)
        }
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
        unsafe posix_spawnattr_setpgroup(&attributes, 0)
        var words = unsafe [strdup(program), nil]
        defer { unsafe words.forEach { unsafe free($0) } }
        // Passphrases stand in the environment; none of it is the reader's business.
        var environment: [UnsafeMutablePointer<CChar>?] = unsafe [nil]
        var started: pid_t = 0
        let failed = unsafe posix_spawn(
            &started, program, &actions, &attributes, &words, &environment)
        guard failed == 0 else {
            close(out[0])
            close(err[0])
            throw Self.failure(failed)
        }
        (process, output, complaints) = (started, out[0], err[0])
    }

    private static func failure(_ number: Int32) -> CommandError {
        CommandError(
            .noFile, .fault,
            Words.say(
                "error.no-start", unsafe String(cString: strerror(number)).lowercased()))
    }

    /// Bytes of complaints, after which it is killed: it has a line to say.
    private static let mostComplaints = 4_096

    /// Reads what it writes until it ends or its time is up.
    ///
    /// - Parameters:
    ///   - seconds: after which its whole group is killed.
    ///   - mostBytes: of output, after which it is killed too.
    func answer(within seconds: Int, mostBytes: Int) -> Answer {
        let end = ContinuousClock.now + .seconds(seconds)
        var (said, complained): ([UInt8], [UInt8]) = ([], [])
        var open = [output, complaints]
        var status: Int32 = 0
        var hasEnded = false
        func take(_ file: Int32) {
            let bytes = Self.read(file)
            if bytes.isEmpty { open.removeAll { $0 == file } }
            if file == output { said += bytes } else { complained += bytes }
        }
        // Attack: a flood, on either stream, in the memory of whoever has the keys.
        func isBounded() -> Bool {
            said.count <= mostBytes && complained.count <= Self.mostComplaints
                && ContinuousClock.now < end
        }
        // Attack: it closes its streams and goes on, or leaves them to a child. Its own end
        // counts, and time.
        while !hasEnded, isBounded() {
            var wishes = open.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            _ = unsafe poll(&wishes, nfds_t(wishes.count), open.isEmpty ? 20 : 100)
            for wish in wishes where wish.revents != 0 { take(wish.fd) }
            hasEnded = unsafe waitpid(process, &status, WNOHANG) == process
        }
        // What lies in the pipes was written before the end.
        while hasEnded, isBounded(), let file = Self.ready(open) { take(file) }
        kill(-process, SIGKILL)
        if !hasEnded { while unsafe waitpid(process, &status, 0) < 0, errno == EINTR {} }
        close(output)
        close(complaints)
        let isExit = hasEnded && status & 0x7F == 0 && isBounded()
        return Answer(
            output: Array(said.prefix(mostBytes)),
            complaints: Array(complained.prefix(Self.mostComplaints)),
            status: isExit ? status >> 8 & 0xFF : -1)
    }

    private static func ready(_ files: [Int32]) -> Int32? {
        var wishes = files.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        guard !wishes.isEmpty, unsafe poll(&wishes, nfds_t(wishes.count), 0) > 0 else { return nil }
        return wishes.first { $0.revents != 0 }?.fd
    }

    private static func read(_ file: Int32) -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe buffer.withUnsafeMutableBytes { buffer in
            unsafe Glibc.read(file, buffer.baseAddress, buffer.count)
        }
        return count > 0 ? Array(buffer[..<count]) : []
    }
}
