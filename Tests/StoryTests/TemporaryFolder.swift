import Foundation
import Glibc
import Synchronization

/// A folder of one test; it is gone when nothing refers to it any more, at the latest when the
/// test program ends.
final class TemporaryFolder: Sendable {
    let path: String

    private static let open = Mutex<Set<String>>([])
    private static let cleaner: Void = {
        atexit {
            for path in TemporaryFolder.open.withLock({ $0 }) {
                try? FileManager.default.removeItem(atPath: path)
            }
        }
    }()

    init() throws {
        Self.cleaner
        let base = FileManager.default.temporaryDirectory.path
        path = "\(base)/carepass-story-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        let path = path
        Self.open.withLock { _ = $0.insert(path) }
    }

    /// A folder with everything that another one holds.
    convenience init(copying other: TemporaryFolder) throws {
        try self.init()
        for name in try FileManager.default.contentsOfDirectory(atPath: other.path) {
            try FileManager.default.copyItem(
                atPath: "\(other.path)/\(name)", toPath: "\(path)/\(name)")
        }
    }

    deinit {
        let path = path
        try? FileManager.default.removeItem(atPath: path)
        Self.open.withLock { _ = $0.remove(path) }
    }

    func file(_ name: String) -> String { "\(path)/\(name)" }

    func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(filePath: file(name))))
    }

    @discardableResult
    func write(_ bytes: [UInt8], to name: String) throws -> String {
        try Data(bytes).write(to: URL(filePath: file(name)))
        return file(name)
    }

    @discardableResult
    func write(_ text: String, to name: String) throws -> String {
        try write(Array(text.utf8), to: name)
    }
}

/// The files below a folder.
enum FileTree {
    /// The bytes of every file by path, but for what is no content of a database: its shared
    /// memory, which is rebuilt, and a write-ahead log in which nothing stands.
    static func snapshot(_ folder: String) throws -> [String: [UInt8]] {
        var files: [String: [UInt8]] = [:]
        for path in paths(below: folder) where !path.hasSuffix("-shm") {
            let bytes = [UInt8](try Data(contentsOf: URL(filePath: "\(folder)/\(path)")))
            if !(bytes.isEmpty && path.hasSuffix("-wal")) { files[path] = bytes }
        }
        return files
    }

    /// Every file below a folder, links not followed.
    static func paths(below folder: String) -> [String] {
        let walker = FileManager.default.enumerator(atPath: folder)
        var paths: [String] = []
        while let path = walker?.nextObject() as? String {
            if walker?.fileAttributes?[.type] as? FileAttributeType == .typeRegular {
                paths.append(path)
            }
        }
        return paths.sorted()
    }
}
