import Foundation

@testable import passport_vectors

/// The folder of vectors beside the tests; its files are listed, never named by hand.
enum VectorFolder {
    static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "TestVectors")
    static let shelf = Shelf(root)
    static let paths: [String] = (try? shelf.paths()) ?? []

    static func document(_ name: String) throws -> JSON {
        try JSON(parsing: Data(contentsOf: root.appending(path: name)))
    }
}
