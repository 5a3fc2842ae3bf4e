import Foundation
import Testing

@testable import passport_vectors

/// The program makes the same files again, bit for bit; boxes come from the files themselves.
@Suite struct RegenerationTests {
    @Test func theSameBytesComeOut() throws {
        let boxes = BoxStore()
        for vector in VectorFolder.shelf.readable() { boxes.learn(from: vector) }
        let shop = try Catalogue.vectors(boxes)
        #expect(shop.problems.isEmpty)
        #expect(boxes.renewed == 0)
        #expect(Set(shop.vectors.map(\.path)) == Set(VectorFolder.paths))
        for vector in shop.vectors {
            let stored = try VectorFolder.shelf.data(vector.path)
            #expect(stored == Data(vector.json.document.utf8), "\(vector.path) changed")
        }
    }
}
