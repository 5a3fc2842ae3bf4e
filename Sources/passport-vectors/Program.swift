import ArgumentParser
import Foundation

/// Writes the test vectors of this format.
@main
struct Program: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "passport-vectors", abstract: "Writes the test vectors of Care Passport.",
        subcommands: [Write.self])
}

/// Writes all vectors into a folder.
struct Write: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Writes every vector; boxes that were sealed before are kept unless renewed.")

    @Argument(help: "The folder, for example TestVectors.")
    var folder: String

    @Flag(help: "Seal all boxes anew.")
    var renewBoxes = false

    func run() throws {
        let shelf = Shelf(URL(filePath: folder))
        let boxes = BoxStore()
        if !renewBoxes { for vector in shelf.readable() { boxes.learn(from: vector) } }
        let shop = try Catalogue.vectors(boxes)
        guard shop.problems.isEmpty else {
            for problem in shop.problems { print(problem) }
            throw ExitCode(1)
        }
        try shelf.write(shop.vectors)
        print("\(shop.vectors.count) vectors, \(boxes.renewed) boxes sealed anew")
    }
}
