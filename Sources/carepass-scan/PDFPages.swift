import CImageReader
import Glibc

/// Pages of a PDF as pictures. `pdftoppm` draws them, each in a process of its own.
enum PDFPages {
    /// Hands over the pages of a file, one after the other.
    ///
    /// - Throws: `Refusal` when there is no page; when one cannot be drawn, or there are more than
    ///   are read, after all others were handed over: a person must know that they are there.
    static func read(_ file: borrowing MemoryFile, _ body: (Picture) throws -> Void) throws {
        let most = ScanLimits.pages
        var ends = [Int32](repeating: -1, count: most + 1)
        let failed = unsafe ends.withUnsafeMutableBufferPointer { ends in
            unsafe image_reader_draw(
                file.descriptor, Int32(most), Int32(ScanLimits.pageSide),
                ScanLimits.pageSeconds, ends.baseAddress)
        }
        guard failed == 0 else {
            throw Refusal.fault("the pages cannot be drawn behind a fence (\(failed))")
        }
        var missing: [Int] = []
        for page in 1...most {
            // Half a page is none: what draws it was ended.
            guard
                let picture = try? GreyMapReader(file: ends[page - 1])
                    .next(widest: ScanLimits.pageSide + 1)
            else {
                missing.append(page)
                continue
            }
            try body(picture)
        }
        try refuseMissing(missing, count: Self.count(ends[most]))
    }

    /// - Parameter count: pages that there are; nil for more than are read.
    private static func refuseMissing(_ missing: [Int], count: UInt8?) throws {
        let most = ScanLimits.pages
        guard count != UInt8(truncatingIfNeeded: IMAGE_READER_NO_PROGRAM) else {
            throw Refusal.fault("pdftoppm cannot be started: install poppler-utils")
        }
        let undrawn = missing.filter { $0 <= count.map(Int.init) ?? most }
        guard count != 0, missing.count < most else {
            throw Refusal.badData("the PDF has no page that can be drawn")
        }
        if let page = undrawn.first {
            throw Refusal.badData("page \(page) of the PDF cannot be drawn")
        }
        guard count != nil else {
            throw Refusal.badData(
                "only the first \(most) pages of a PDF are read; give the others as a second file")
        }
    }

    private static func count(_ end: Int32) -> UInt8? {
        defer { close(end) }
        var byte: UInt8 = 0
        while true {
            let count = unsafe Glibc.read(end, &byte, 1)
            if count < 0, errno == EINTR { continue }
            return count == 1 ? byte : nil
        }
    }
}
