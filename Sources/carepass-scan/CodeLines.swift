import CImageReader

/// What stood in codes, each once, in lines.
struct CodeLines {
    private var seen: Set<[UInt8]> = []
    private(set) var bytes: [UInt8] = []

    /// Looks for codes in a picture.
    mutating func add(_ picture: Picture) throws {
        let found = Found()
        unsafe picture.pixels.withUnsafeBufferPointer { pixels in
            let context = unsafe Unmanaged.passUnretained(found).toOpaque()
            unsafe image_reader_codes(
                pixels.baseAddress, Int32(clamping: picture.width),
                Int32(clamping: picture.height), context
            ) { context, bytes, count in
                guard let context = unsafe context, let bytes = unsafe bytes, count > 0,
                    count <= ScanLimits.codeBytes
                else { return }
                let found = unsafe Unmanaged<Found>.fromOpaque(context).takeUnretainedValue()
                guard found.codes.count < 4 * ScanLimits.codes else { return }
                unsafe found.codes.append(Array(UnsafeBufferPointer(start: bytes, count: count)))
            }
        }
        for code in found.codes where Self.isAlphanumeric(code) {
            guard seen.count < ScanLimits.codes || seen.contains(code) else {
                throw Refusal.badData("more codes than any sheet has")
            }
            if seen.insert(code).inserted { bytes += code + [0x0A] }
        }
    }

    private final class Found {
        var codes: [[UInt8]] = []
    }

    /// QR's alphanumeric set (ISO/IEC 18004): all that frames and cards are written in. Nothing
    /// else may reach a terminal.
    private static func isAlphanumeric(_ code: [UInt8]) -> Bool {
        code.allSatisfy { alphabet.contains($0) }
    }

    private static let alphabet = Set(
        Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:".utf8))
}
