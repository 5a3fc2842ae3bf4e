import PassportCoding
import PassportCrypto
import PassportPaper
import PassportSecrecy

/// Pictures of codes, and files that say that they are some.
struct ImageVectors {
    let shop: Workshop
    let frame: Frame
    /// The texts of both halves of a card.
    let halves: [String]

    func write() throws {
        let frame = Raster(
            [try QRCode(self.frame.text, version: QRCode.frameVersion, level: .medium)], scale: 2)
        let codes = try halves.map { try QRCode($0, version: 0, level: .high) }
        let card = Raster(codes, scale: 3)
        add("frame-png", .accept, "One frame in a PNG.", frame.png)
        add("card-pgm", .accept, "Both halves of a card in a grey map.", card.greyMap)
        add(
            "half-pdf", .accept, "One half of a card on a page.",
            Raster.pdf(codes[0], module: 4))
        pictures(frame, card)
        add(
            "pdf-without-pages", .malformed, "A PDF has a page.",
            Array("%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n".utf8))
        add("pdf-alone", .malformed, "A first line is no PDF.", Array("%PDF-1.4\n".utf8))
    }

    private func pictures(_ frame: Raster, _ card: Raster) {
        add("empty", .malformed, "A picture is there.", [])
        add("text", .malformed, "Text is no picture.", Array("HELLO, WORLD\n".utf8))
        add("gif", .malformed, "Few formats are read.", Array("GIF89a\u{1}".utf8))
        let png = frame.png
        add("png-cut", .malformed, "A PNG is whole.", Array(png.prefix(png.count / 2)))
        add(
            "png-header-alone", .malformed, "A header is no picture.",
            Raster.pngMagic + Raster.header(9, 9))
        add(
            "png-checksum", .malformed, "A header is what its checksum says.",
            Forge.flipped(png, at: 17))
        add(
            "png-bomb", .malformed, "A picture has at most 120 million pixels.",
            Raster.pngMagic + Raster.header(65_000, 65_000))
        add(
            "png-no-pixels", .malformed, "A picture has a side.",
            Raster.pngMagic + Raster.header(0, 7))
        func map(_ scenario: String, _ comment: String, _ head: String, _ pixels: [UInt8]) {
            add("pgm-\(scenario)", .malformed, comment, Array(head.utf8) + pixels)
        }
        map("wide", "A side has at most 30,000 pixels.", "P5\n30001 1\n255\n", [])
        map("negative", "A side is no debt.", "P5\n-9 9\n255\n", [])
        map("short", "As many pixels as were announced.", "P5\n99 99\n255\n", [1, 2, 3])
        map("deep", "A pixel is a byte.", "P5\n1 1\n65535\n", [1, 2])
        map("endless", "A number has an end.", "P5\n" + String(repeating: "9", count: 40), [])
        add(
            "jpeg-cut", .malformed, "A JPEG is whole.", [0xFF, 0xD8, 0xFF, 0xE0, 0x00, 0x10])
    }

    private func add(
        _ scenario: String, _ verdict: Ruling, _ comment: String, _ bytes: [UInt8]
    ) {
        shop.add(.image, scenario, verdict, comment, ["bytes": .hex(bytes)])
    }
}
