public import Foundation

/// Test data that others wrote. It lies beside the project, not in it; a clone alone has none,
/// and tests that need it are then skipped by name.
public enum Corpora {
    /// The package's root folder.
    public static let packageRoot = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// `CAREPASS_CORPORA`, or `../shared/corpora` beside the package.
    public static let root: URL =
        ProcessInfo.processInfo.environment["CAREPASS_CORPORA"].map { URL(filePath: $0) }
        ?? packageRoot.deletingLastPathComponent().appending(path: "shared/corpora")

    /// What a skipped test says.
    public static let reason = "needs the corpora folder (CAREPASS_CORPORA), which is absent"

    /// True when the corpora are there.
    public static let isPresent = FileManager.default.fileExists(
        atPath: root.appending(path: "README.md").path)

    /// The bytes of one corpus file.
    public static func bytes(_ path: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: root.appending(path: path)))
    }

    /// All files below a corpus folder with an extension, sorted by path.
    public static func files(under folder: String, extension wanted: String) -> [URL] {
        let base = root.appending(path: folder)
        let walker = FileManager.default.enumerator(at: base, includingPropertiesForKeys: nil)
        return (walker?.allObjects ?? []).compactMap { $0 as? URL }
            .filter { $0.pathExtension == wanted }
            .sorted { $0.path < $1.path }
    }
}
