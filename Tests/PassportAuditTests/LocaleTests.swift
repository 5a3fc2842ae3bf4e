import Foundation
import PassportAudit
import PassportTestSupport
import Testing

/// Every code that the verifier can report has a sentence, and no sentence lacks a code.
struct LocaleTests {
    @Test func everyCodeHasASentence() throws {
        let file = Corpora.packageRoot.appending(path: "Sources/carepass/Locales/audit.en.json")
        let sentences = try JSONDecoder().decode(
            [String: String].self, from: Data(contentsOf: file))
        let codes = AuditCode.all.map { "audit.\($0.name)" }
        #expect(Set(codes).count == codes.count)
        #expect(Set(sentences.keys) == Set(codes))
        for (code, sentence) in sentences {
            #expect(!sentence.isEmpty && !sentence.hasSuffix("."), "\(code)")
        }
    }
}
