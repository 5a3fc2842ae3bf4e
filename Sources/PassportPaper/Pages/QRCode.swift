internal import CQRencode
internal import PassportCoding

/// The dark modules of a QR code.
package struct QRCode {
    /// How much of the code may be damaged.
    package enum Level {
        /// 15 %.
        case medium
        /// 30 %.
        case high
    }

    /// Modules on a side, the quiet zone not counted.
    package let side: Int
    private let modules: [Bool]

    /// Modules of white that a reader needs around a code (ISO/IEC 18004).
    package static let quietModules = 4
    /// The version of every frame: 105 modules on a side, whatever is in it.
    package static let frameVersion = 22

    /// - Parameters:
    ///   - text: of QR's alphanumeric set.
    ///   - version: 1 to 40, and no larger one is chosen; 0 for the smallest that holds it.
    /// - Throws: `overLimit` when the text does not fit.
    package init(_ text: String, version: Int, level: Level) throws(PaperError) {
        let wrong = PaperError(.overLimit, .fault, "the text does not fit its code")
        let characters = Array(text.utf8)
        let correction = level == .medium ? QR_ECLEVEL_M : QR_ECLEVEL_H
        guard let input = unsafe QRinput_new2(Int32(clamping: version), correction) else {
            throw wrong
        }
        defer { unsafe QRinput_free(input) }
        let isTaken = unsafe characters.withUnsafeBufferPointer { buffer in
            unsafe QRinput_append(
                input, QR_MODE_AN, Int32(clamping: buffer.count), buffer.baseAddress) == 0
        }
        guard isTaken, let code = unsafe QRcode_encodeInput(input) else { throw wrong }
        defer { unsafe QRcode_free(code) }
        let width = Int(unsafe code.pointee.width)
        // The library takes a larger version where the text needs one.
        guard version == 0 || width == 17 + 4 * version, let data = unsafe code.pointee.data
        else { throw wrong }
        side = width
        modules = (0..<width * width).map { unsafe data[$0] & 1 == 1 }
    }

    /// The dark runs of a row: where each begins, and how many modules it has.
    package func runs(in row: Int) -> [(start: Int, count: Int)] {
        var runs: [(start: Int, count: Int)] = []
        var start: Int?
        for column in 0...side {
            let isDark = column < side && modules[row * side + column]
            if isDark, start == nil { start = column }
            if !isDark, let begun = start {
                runs.append((begun, column - begun))
                start = nil
            }
        }
        return runs
    }
}
