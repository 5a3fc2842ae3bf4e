import PassportCoding
import PassportPaper

/// A grey picture with codes in it, and the files that it can stand in.
struct Raster {
    let width: Int
    let height: Int
    private(set) var pixels: [UInt8]

    /// Draws codes beside each other, each module a square of `scale` pixels.
    init(_ codes: [QRCode], scale: Int) {
        let sides = codes.map { ($0.side + 2 * QRCode.quietModules) * scale }
        width = sides.reduce(0, +)
        height = sides.max() ?? 0
        pixels = [UInt8](repeating: 255, count: width * height)
        var left = 0
        for (code, side) in zip(codes, sides) {
            for row in 0..<code.side {
                for run in code.runs(in: row) {
                    let x = left + (QRCode.quietModules + run.start) * scale
                    for y in 0..<scale {
                        let line = ((QRCode.quietModules + row) * scale + y) * width
                        for place in 0..<run.count * scale { pixels[line + x + place] = 0 }
                    }
                }
            }
            left += side
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

    /// A PDF of one page of squares, with pages so large that it is drawn at `points` a side.
    static func pdf(_ code: QRCode, module: Int, box: String? = nil) -> [UInt8] {
        let side = (code.side + 2 * QRCode.quietModules) * module
        let squares = (0..<code.side).flatMap { row in
            code.runs(in: row).map { run in
                let x = (QRCode.quietModules + run.start) * module
                let y = side - (QRCode.quietModules + row + 1) * module
                return "\(x) \(y) \(run.count * module) \(module) re"
            }
        }
        let drawing = squares.joined(separator: "\n") + "\nf\n"
        let box = box ?? "0 0 \(side) \(side)"
        return Array(
            """
            %PDF-1.4
            1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
            2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
            3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[\(box)]/Contents 4 0 R>>endobj
            4 0 obj<</Length \(drawing.utf8.count)>>stream
            \(drawing)endstream endobj
            trailer<</Root 1 0 R>>

            """.utf8)
    }
}
