import Foundation
import Testing

@testable import passport_vectors

/// The folder as a whole: counts, schema, balance, size.
@Suite struct ManifestTests {
    @Test func countsAreThoseOfTheFolder() throws {
        let vectors = try VectorFolder.paths.map { try VectorFolder.shelf.vector($0) }
        #expect(try VectorFolder.document("manifest.json") == Summary.manifest(vectors))
    }

    @Test func schemaIsThatOfTheReader() throws {
        #expect(try VectorFolder.document("schema.json") == Summary.schema)
    }

    @Test("four negative for each positive", arguments: Area.allCases)
    func balance(_ area: Area) throws {
        let counts = try VectorFolder.document("manifest.json")["areas"][area.rawValue]
        func count(_ verdict: Ruling) -> Int { counts[verdict.rawValue].number ?? 0 }
        let positive = count(.accept) + count(.warn)
        #expect(positive > 0)
        #expect(count(.malformed) + count(.refused) >= 4 * positive)
    }

    @Test func onlyVectorsLieInTheFolder() throws {
        var size = 0
        for path in VectorFolder.paths {
            #expect(path.hasSuffix(".json"))
            size += try VectorFolder.shelf.data(path).count
        }
        #expect(size < 10_485_760)
        let readme = try String(
            decoding: Data(contentsOf: VectorFolder.root.appending(path: "README.md")),
            as: UTF8.self)
        for area in Area.allCases { #expect(readme.contains("`\(area.rawValue)`")) }
    }
}
