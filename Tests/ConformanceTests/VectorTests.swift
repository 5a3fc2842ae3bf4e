import Foundation
import Testing

@testable import passport_vectors

/// Every vector through the public door of its area.
@Suite struct VectorTests {
    @Test("vector", arguments: VectorFolder.paths)
    func vector(_ path: String) throws {
        // Reading refuses keys, types and words that the area does not have.
        let vector = try VectorFolder.shelf.vector(path)
        #expect(vector.path == path)
        // The doors also encode what they accept again, and fail when other bytes come out.
        let outcome = try Door.judge(vector.area, vector.input)
        #expect(outcome.verdict == vector.verdict)
        #expect(outcome.expected == vector.expected)
        if !vector.verdict.isPositive { #expect(outcome.code == vector.code) }
    }

    @Test func thereAreVectors() { #expect(VectorFolder.paths.count > 600) }

    @Test func unknownKeysAreRefused() throws {
        let path = try #require(VectorFolder.paths.first)
        var entries = try JSON(parsing: VectorFolder.shelf.data(path)).entries
        entries["extra"] = "something"
        #expect(throws: VectorProblem.self) { try Vector(.object(entries)) }
        entries["extra"] = nil
        var input = entries["input"]?.entries ?? [:]
        input["extra"] = 1
        entries["input"] = .object(input)
        #expect(throws: VectorProblem.self) { try Vector(.object(entries)) }
    }
}
