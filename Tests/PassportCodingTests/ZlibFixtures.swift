import Foundation
import PassportCoding
import PassportTestSupport

/// Streams made or judged by zlib itself; `scripts/make-zlib-fixtures.py` writes the file.
struct ZlibFixtures: Decodable {
    /// Some bytes and streams that zlib made of them at every level and strategy.
    struct Level: Decodable {
        let name: String
        let unit: String
        let count: Int
        let smallestAtLevel9: Int
        let streams: [String]

        var plain: [UInt8] {
            get throws {
                let unit = try Hexadecimal.decode(unit)
                return Array(repeatElement(unit, count: count).joined())
            }
        }
    }

    /// A stream and what zlib makes of it: bytes, or the code under which we refuse likewise.
    struct Verdict: Decodable {
        let name: String
        let stream: String
        let plain: String?
        let refusal: String?
    }

    let levels: [Level]
    let verdicts: [Verdict]

    static func read() throws -> ZlibFixtures {
        let file = Corpora.packageRoot.appending(path: "Tests/Fixtures/zlib.json")
        return try JSONDecoder().decode(ZlibFixtures.self, from: Data(contentsOf: file))
    }
}
