import PassportCoding
import PassportPaper

/// A grey picture with codes in it, and the files that it can stand in.
struct Raster {
    let width: Int
    let height: Int
    private(set) var pixels: [UInt8]

    /// Draws codes beside and below each other, each module a square of `scale` pixels.
    ///
    /// - Parameter columns: codes in a row; nil for all in one.
    init(_ codes: [QRCode], scale: Int, columns: Int? = nil) {
        let columns = max(columns ?? codes.count, 1)
        let side = (codes.map(\.side).max() ?? 0) + 2 * QRCode.quietModules
        let pitch = side * scale
        width = min(codes.count, columns) * pitch
        height = (codes.count + columns - 1) / columns * pitch
        pixels = [UInt8](repeating: 255, count: width * height)
        for (number, code) in codes.enumerated() {
            let left = number % columns * pitch + QRCode.quietModules * scale
            let top = number / columns * pitch + QRCode.quietModules * scale
            for row in 0..<code.side {
                for run in code.runs(in: row) {
                    for y in 0..<scale {
                        let line = (top + row * scale + y) * width
                        let start = line + left + run.start * scale
                        for place in 0..<run.count * scale { pixels[start + place] = 0 }
                    }
                }
            }
        }
    }

    /// A portable grey map.
    var greyMap: [UInt8] { Array("P5\n\(width) \(height)\n255\n".utf8) + pixels }

    /// A PNG of eight grey bits.
    var png: [UInt8] {
        let rows = (0..<height).flatMap { row in
            [0] + pixels[row * width..<(row + 1) * width]
        }
        return Self.pngMagic + Self.header(width, height)
            + Self.chunk("IDAT", Zlib.deflate(rows)) + Self.chunk("IEND", [])
    }

    static let pngMagic: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    /// A PNG's first chunk.
    static func header(_ width: Int, _ height: Int) -> [UInt8] {
        chunk("IHDR", number(width) + number(height) + [8, 0, 0, 0, 0])
    }

    private static func chunk(_ name: String, _ bytes: [UInt8]) -> [UInt8] {
        let body = Array(name.utf8) + bytes
        return number(bytes.count) + body + number(Int(checksum(body)))
    }

    private static func number(_ value: Int) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
    }

    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(UInt32.max) { sum, byte in
            (0..<8).reduce(sum ^ UInt32(byte)) { sum, _ in
                sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1
            }
        }
    }

    /// A PDF of one page, drawn in squares.
    static func pdf(_ code: QRCode, module: Int, box: String? = nil) -> [UInt8] {
        pdf([[code]], module: module, box: box)
    }

    /// A PDF, the codes of each page in a square, each module `module` points wide.
    ///
    /// - Parameter box: the size that pages claim, where it is not their own.
    static func pdf(_ pages: [[QRCode]], module: Int, box: String? = nil) -> [UInt8] {
        let kids = pages.indices.map { "\(3 + 2 * $0) 0 R" }.joined(separator: " ")
        let objects = pages.enumerated().map { number, codes in
            let (page, content) = (3 + 2 * number, 4 + 2 * number)
            let side = (codes.map(\.side).max() ?? 0) + 2 * QRCode.quietModules
            let columns = (1...codes.count).first { $0 * $0 >= codes.count } ?? 1
            let height = (codes.count + columns - 1) / columns * side * module
            let drawing = squares(of: codes, in: columns, side, module, height)
            let box = box ?? "0 0 \(columns * side * module) \(height)"
            return "\(page) 0 obj<</Type/Page/Parent 2 0 R/MediaBox[\(box)]"
                + "/Contents \(content) 0 R>>endobj\n"
                + "\(content) 0 obj<</Length \(drawing.utf8.count)>>stream\n"
                + "\(drawing)endstream endobj"
        }
        return Array(
            """
            %PDF-1.4
            1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
            2 0 obj<</Type/Pages/Kids[\(kids)]/Count \(pages.count)>>endobj
            \(objects.joined(separator: "\n"))
            trailer<</Root 1 0 R>>

            """.utf8)
    }

    private static func squares(
        of codes: [QRCode], in columns: Int, _ side: Int, _ module: Int, _ height: Int
    ) -> String {
        codes.enumerated().flatMap { number, code in
            let left = number % columns * side + QRCode.quietModules
            let top = number / columns * side + QRCode.quietModules
            return (0..<code.side).flatMap { row in
                code.runs(in: row).map { run in
                    let (x, y) = ((left + run.start) * module, height - (top + row + 1) * module)
                    return "\(x) \(y) \(run.count * module) \(module) re"
                }
            }
        }.joined(separator: "\n") + "\nf\n"
    }
}
