import Glibc
import PassportCoding

/// One command at a time writes in one home. The lock lies on the folder itself, so it leaves no
/// file behind, and the system takes it back from a process that dies.
///
/// It is taken after the passphrases are known: nobody waits for somebody who types.
final class HomeLock {
    private let folder: Int32

    private static let pause: UInt32 = 20_000
    private static let attempts = 1_500

    /// Waits for its turn, up to half a minute.
    init(_ path: String) throws {
        folder = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else {
            throw CommandError(.badArgument, .cannotWrite, Words.say("error.no-lock"))
        }
        try take()
    }

    /// Lets others have their turn.
    func release() { flock(folder, LOCK_UN) }

    /// Waits for its turn, up to half a minute.
    func take() throws {
        var isBusy = true
        for _ in 0..<Self.attempts where isBusy {
            if flock(folder, LOCK_EX | LOCK_NB) == 0 { return }
            isBusy = [EWOULDBLOCK, EINTR].contains(errno)
            if isBusy { usleep(Self.pause) }
        }
        throw CommandError(
            .badArgument, .cannotWrite, Words.say(isBusy ? "error.home-busy" : "error.no-lock"),
            hint: isBusy ? Words.say("hint.home-busy") : nil)
    }

    deinit { close(folder) }
}
