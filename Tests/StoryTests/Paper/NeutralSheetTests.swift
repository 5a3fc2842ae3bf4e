import Foundation
import Testing

/// What an officer reads on a sheet, in its file and in its codes: nothing.
@Suite(.serialized) struct NeutralSheetTests {
    /// Words and names that must not stand anywhere, in the languages that are printed.
    private static let telling = [
        "izmir", "athens", "munich", "clinic", "ngo", "lea", "health", "care", "medic", "passport",
        "patient", "psych", "refugee", "gesund", "pflege", "arzt", "klinik", "santé", "soin",
        "médecin", "sağlık", "doktor", "hasta", "صحة", "طبيب", "مريض", "نفسي", "لاجئ", "سلامت",
        "پزشک", "بیمار", "پناه", "2026", "turkey", "greece", "germany",
    ]

    @Test(
        "In every language and on both papers a sheet says nothing, and its fonts come along",
        arguments: ["en", "ar", "fa", "tr", "de", "fr"])
    func nothingIsSaid(_ language: String) throws {
        let paper = try PaperWorld()
        for size in ["a4", "letter"] {
            let pdf = try paper.print(
                "\(language)-\(size).pdf",
                [
                    "--language", language, "--paper", size, "--sheets", "4", "--card",
                    paper.world.consentHalf,
                ])
            let text = try paper.tool("pdftotext", [pdf, "-"]).text
            #expect(text.utf8.count > 200, "there is wording at all")
            let info = try paper.tool("pdfinfo", [pdf])
            let bytes = [UInt8](try Data(contentsOf: URL(filePath: pdf)))
            let raw = String(decoding: bytes, as: UTF8.self)
            for word in Self.telling {
                #expect(!text.lowercased().contains(word), "\(word) in \(language)")
                #expect(!info.text.lowercased().contains(word), "\(word) in the metadata")
                // Compressed bytes may look like any short word.
                #expect(word.count < 6 || !raw.contains(word), "\(word) in the file")
            }
            // The library that draws would say which one it is, and of what version.
            for word in ["cairo", "Cairo", "CAIRO", "pango"] {
                #expect(!raw.contains(word) && !info.text.contains(word), "\(word)")
            }
            #expect(info.text.contains("2000"), "a date that says nothing: \(info.text)")
            let fonts = try paper.tool("pdffonts", [pdf]).text.split(separator: "\n").dropFirst(2)
            #expect(!fonts.isEmpty)
            for font in fonts {
                #expect(font.contains("Noto"), "\(font)")
                // The columns `emb sub uni` before the object.
                let columns = font.split(separator: " ").suffix(5).prefix(3)
                #expect(columns.first == "yes", "\(font)")
            }
        }
    }

    @Test("The same envelope gives the same sheets, and another's differ in marks and codes alone")
    func sheetsAreAlike() throws {
        let paper = try PaperWorld()
        let one = try paper.print("one.pdf")
        let again = try paper.print("again.pdf")
        #expect(
            try Data(contentsOf: URL(filePath: one)) == Data(contentsOf: URL(filePath: again)))
        try paper.pack("other.envelope")
        let other = try paper.print("other.pdf", of: paper.world.path("other.envelope"))
        func words(_ pdf: String) throws -> [Substring] {
            let marks = /^[0-9a-f]{4}$/
            return try paper.tool("pdftotext", [pdf, "-"]).text.split(
                whereSeparator: \.isWhitespace
            )
            .filter { (try? marks.wholeMatch(in: $0)) == nil }
        }
        #expect(try words(one) == words(other))
    }
}
