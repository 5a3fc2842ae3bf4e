import CImageReader
import Glibc

/// Reads one hostile file from standard input and writes what stood in its QR codes, one line
/// each, to standard output.
///
/// It has no keys, no home and no arguments. Before the first byte is looked at, the kernel takes
/// network, files and other processes away; memory and time are bounded. Whatever a picture makes
/// of it, it can only be wrong about what stood in the picture, and signatures find that out.
@main
enum CarePassScan {
    static func main() {
        do {
            // The kind stands in the first bytes; all others are read behind the fence.
            let head = try Input.read(first: 8)
            let kind = try FileKind(of: head)
            try Fence.raise(
                kind == .pdf ? IMAGE_READER_FENCE_PROGRAMS : IMAGE_READER_FENCE_CLOSED)
            let bytes = head + (try Input.read(most: ScanLimits.fileBytes - head.count))
            var lines = CodeLines()
            switch kind {
            case .png, .jpeg: try lines.add(Picture(bytes, kind))
            case .greyMap:
                let picture = try GreyMapReader(bytes).next(widest: ScanLimits.greyMapSide)
                if let picture { try lines.add(picture) }
            case .pdf: try PDFPages.read(MemoryFile(bytes)) { try lines.add($0) }
            }
        } catch let refusal as Refusal {
            Output.complain(refusal.message)
            exit(refusal.code)
        } catch {
            Output.complain("unknown")
            exit(70)
        }
    }
}

/// Bounds of what is read.
enum ScanLimits {
    /// Bytes of a file.
    static let fileBytes = 67_108_864
    /// Pixels of a picture: more than any telephone makes.
    static let pixels = 120_000_000
    /// Codes of a file whose text is passed on.
    static let codes = 256
    /// Bytes of a code's text: that of a frame, and some.
    static let codeBytes = 2_048
    /// Pages of a PDF.
    static let pages = 16
    /// Pixels on the longer side of a page: 300 to the inch on A4.
    static let pageSide = 3_508
    /// Seconds of processor time that a page may take to be drawn; all of them end within the time
    /// that `carepass` waits, or the last are not waited for.
    static let pageSeconds: UInt64 = 20
    /// Pixels of a side of a grey map.
    static let greyMapSide = 30_000
    /// Bytes of memory.
    static let memory: UInt64 = 1_610_612_736
    /// Seconds of processor time.
    static let seconds: UInt64 = 60
}

/// Why nothing was read, in the words of `sysexits.h`.
struct Refusal: Error {
    let code: Int32
    let message: String

    static func badData(_ message: String) -> Refusal { Refusal(code: 65, message: message) }
    static func fault(_ message: String) -> Refusal { Refusal(code: 70, message: message) }
}

/// The files that are read, by their first bytes.
enum FileKind {
    case png, jpeg, greyMap, pdf

    init(of bytes: [UInt8]) throws {
        let kinds: [(FileKind, [UInt8])] = [
            (.png, [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]), (.jpeg, [0xFF, 0xD8, 0xFF]),
            (.greyMap, Array("P5\n".utf8)), (.pdf, Array("%PDF-".utf8)),
        ]
        guard let kind = kinds.first(where: { bytes.starts(with: $0.1) }) else {
            throw Refusal.badData("not a picture that can be read: PNG, JPEG, PGM or PDF")
        }
        self = kind.0
    }
}

/// Shuts the process in.
enum Fence {
    static func raise(_ fence: image_reader_fence) throws {
        let failed = image_reader_fence_in(fence, ScanLimits.memory, ScanLimits.seconds)
        guard failed == 0 else {
            throw Refusal.fault(
                "this kernel cannot fence the reader in (\(failed)); nothing was read")
        }
    }
}
