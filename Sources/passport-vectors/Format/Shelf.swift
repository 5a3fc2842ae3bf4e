import Foundation

/// The folder of vectors on disk.
struct Shelf {
    let folder: URL

    init(_ folder: URL) { self.folder = folder }

    /// Paths of all vectors, relative to the folder, sorted. Every file in a subfolder counts.
    func paths() throws -> [String] {
        let manager = FileManager.default
        var paths: [String] = []
        for area in try manager.contentsOfDirectory(atPath: folder.path).sorted() {
            let path = folder.appending(path: area)
            guard try path.resourceValues(forKeys: [.isDirectoryKey]).isDirectory == true else {
                continue
            }
            for file in try manager.contentsOfDirectory(atPath: path.path).sorted() {
                paths.append("\(area)/\(file)")
            }
        }
        return paths
    }

    func data(_ path: String) throws -> Data {
        try Data(contentsOf: folder.appending(path: path))
    }

    func vector(_ path: String) throws -> Vector { try Vector(JSON(parsing: data(path))) }

    /// The vectors that are there and can be read, after a change of the format perhaps few.
    func readable() -> [Vector] {
        ((try? paths()) ?? []).compactMap { try? vector($0) }
    }

    /// Writes vectors, manifest and schema, and removes vectors that are no longer made.
    func write(_ vectors: [Vector]) throws {
        let manager = FileManager.default
        let kept = Set(vectors.map(\.path))
        for path in (try? paths()) ?? [] where !kept.contains(path) {
            try manager.removeItem(at: folder.appending(path: path))
        }
        for vector in vectors {
            let file = folder.appending(path: vector.path)
            try manager.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(vector.json.document.utf8).write(to: file)
        }
        try Data(Summary.manifest(vectors).document.utf8).write(
            to: folder.appending(path: "manifest.json"))
        try Data(Summary.schema.document.utf8).write(to: folder.appending(path: "schema.json"))
    }
}
