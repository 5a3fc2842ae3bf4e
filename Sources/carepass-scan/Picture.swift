import CImageReader

/// Grey pixels, row after row.
struct Picture {
    /// Pixels in a row.
    let width: Int
    /// Rows.
    let height: Int
    /// One byte each, 0 is black.
    let pixels: [UInt8]

    /// - Precondition: there are as many pixels as that.
    init(pixels: [UInt8], width: Int, height: Int) {
        self.pixels = pixels
        self.width = width
        self.height = height
    }

    /// Decodes a PNG or a JPEG.
    init(_ bytes: [UInt8], _ kind: FileKind) throws {
        var picture = unsafe image_reader_picture()
        let decode = unsafe kind == .png ? image_reader_png : image_reader_jpeg
        let status = unsafe bytes.withUnsafeBufferPointer { buffer in
            unsafe decode(buffer.baseAddress, buffer.count, ScanLimits.pixels, &picture)
        }
        switch status {
        case IMAGE_READER_OK: break
        case IMAGE_READER_TOO_LARGE: throw Refusal.badData("the picture is too large")
        case IMAGE_READER_NO_MEMORY: throw Refusal.badData("the picture takes too much memory")
        default: throw Refusal.badData("the picture is damaged")
        }
        defer { unsafe image_reader_free(&picture) }
        (width, height) = unsafe (Int(picture.width), Int(picture.height))
        pixels = unsafe Array(
            UnsafeBufferPointer(start: picture.pixels, count: width * height))
    }
}
