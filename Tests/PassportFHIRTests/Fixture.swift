import CarePassport
import Foundation
import PassportFHIR
import PassportTestSupport

/// Files of this project that tests read.
enum Fixture {
    private static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().appending(path: "Fixtures")

    static func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: folder.appending(path: name)))
    }

    static func demo(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: Corpora.packageRoot.appending(path: "Demo/\(name)")))
    }

    static func words() throws -> [String: String] {
        let file = Corpora.packageRoot.appending(path: "Sources/carepass/Locales/summary.en.json")
        return try JSONDecoder().decode([String: String].self, from: try Data(contentsOf: file))
    }

    static func header() throws -> SummaryWriter.Header {
        SummaryWriter.Header(
            identifier: Array(0xF0...0xFF), seconds: 1_773_489_600, organisation: "Clinic A & B",
            language: "en", words: try words())
    }

    /// A small summary document with one more entry.
    static func document(_ resource: String) -> [UInt8] {
        let composition =
            #"{"resourceType":"Composition","type":{"coding":[{"system":"http://loinc.org","#
            + #""code":"60591-5"}]},"subject":{"reference":"Patient/p"},"section":[]}"#
        return Array(
            #"{"resourceType":"Bundle","type":"document","entry":[{"resource":\#(composition)},"#
                .utf8)
            + Array(
                #"{"resource":{"resourceType":"Patient","id":"p"}},{"resource":\#(resource)}]}"#
                    .utf8)
    }
}
