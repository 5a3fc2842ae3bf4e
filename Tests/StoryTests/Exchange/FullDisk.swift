import Foundation
import Glibc
import Testing

/// A small disk in memory that a test can fill; only root may mount one.
final class FullDisk: Sendable {
    let path: String
    private let folder: TemporaryFolder

    static let reason: Comment = "mounting needs root"

    /// Whether this machine lets us mount.
    static let isPossible: Bool = {
        guard getuid() == 0, let disk = try? FullDisk() else { return false }
        withExtendedLifetime(disk) {}
        return true
    }()

    init(megabytes: Int = 4) throws {
        folder = try TemporaryFolder()
        path = folder.file("disk")
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true)
        let options = "size=\(megabytes)m,mode=700"
        guard unsafe mount("tmpfs", path, "tmpfs", 0, options) == 0 else {
            throw POSIXError(.EPERM)
        }
    }

    deinit { _ = unsafe umount2(path, Int32(MNT_DETACH)) }

    private var ballast: String { "\(path)/ballast" }

    /// Leaves not one page free.
    func fill() throws {
        let file = unsafe open(ballast, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw POSIXError(.EIO) }
        defer { close(file) }
        let page = [UInt8](repeating: 0x55, count: 4_096)
        while unsafe write(file, page, page.count) > 0 {}
    }

    /// Makes room again.
    func empty() throws { try FileManager.default.removeItem(atPath: ballast) }
}
