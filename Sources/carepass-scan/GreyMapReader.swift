import Glibc

/// Reads portable grey maps (PGM, P5: magic, width, height, 255, pixels), one after the other:
/// what `pdftoppm` writes, and many scanners.
final class GreyMapReader {
    private let file: Int32
    private var buffer: ArraySlice<UInt8>

    /// Reads from a pipe, and closes it in the end.
    init(file: Int32) {
        self.file = file
        buffer = []
    }

    /// Reads from memory.
    init(_ bytes: [UInt8]) {
        file = -1
        buffer = bytes[...]
    }

    deinit { if file >= 0 { close(file) } }

    /// The next picture, or nil at the end.
    ///
    /// - Parameter widest: pixels of a side at most.
    func next(widest: Int) throws -> Picture? {
        guard let magic = try word() else { return nil }
        guard magic == "P5", let width = try word().flatMap({ Int($0) }),
            let height = try word().flatMap({ Int($0) }), try word() == "255"
        else { throw Refusal.badData("the picture is damaged") }
        guard (1...widest).contains(width), (1...widest).contains(height),
            width <= ScanLimits.pixels / height
        else { throw Refusal.badData("the picture is too large") }
        guard let pixels = try bytes(width * height) else {
            throw Refusal.badData("the picture is damaged")
        }
        return Picture(pixels: pixels, width: width, height: height)
    }

    private func fill() -> Bool {
        guard buffer.isEmpty else { return true }
        guard file >= 0 else { return false }
        var bytes = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe bytes.withUnsafeMutableBytes { bytes in
                unsafe read(file, bytes.baseAddress, bytes.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            buffer = bytes[..<count]
            return true
        }
    }

    /// A word and the one white character behind it; nil at the end.
    private func word() throws -> String? {
        var word: [UInt8] = []
        while fill(), let byte = buffer.popFirst() {
            guard ![0x20, 0x0A].contains(byte) else {
                return String(decoding: word, as: UTF8.self)
            }
            word.append(byte)
            guard word.count < 16 else { throw Refusal.badData("the picture is damaged") }
        }
        return word.isEmpty ? nil : String(decoding: word, as: UTF8.self)
    }

    /// So many bytes; nil when there are fewer.
    private func bytes(_ count: Int) throws -> [UInt8]? {
        // What is announced and does not come costs nothing.
        var bytes: [UInt8] = []
        while bytes.count < count {
            guard fill() else { return nil }
            let part = buffer.prefix(count - bytes.count)
            bytes += part
            buffer = buffer.dropFirst(part.count)
        }
        return bytes
    }
}
