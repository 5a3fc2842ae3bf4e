import Glibc
import PassportCoding

/// The folder for a card. One that was made for it is gone again when no card came of it.
final class NewFolder {
    private let path: String
    private var isToGo: Bool

    /// Makes the folder itself, and none above it: a mistyped path is no place for a card.
    init(_ path: String) throws {
        self.path = path
        isToGo = unsafe mkdir(path, 0o700) == 0
        let code = errno
        var status = stat()
        let isThere = unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
        guard isThere else {
            throw CommandError(
                .badArgument, .cannotWrite,
                Words.say(
                    "error.no-folder", ViewText.clean(path),
                    unsafe String(cString: strerror(code)).lowercased()))
        }
    }

    func keep() { isToGo = false }

    deinit { if isToGo { _ = unsafe rmdir(path) } }
}
