import CImageReader

/// What stood in codes, each once and as soon as it was read: what comes later in the picture
/// may take all the time that there is.
struct CodeLines {
    private let found = Found()

    /// Looks for codes in a picture.
    mutating func add(_ picture: Picture) throws {
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
                unsafe found.tell(Array(UnsafeBufferPointer(start: bytes, count: count)))
            }
        }
        if let refusal = found.refusal { throw refusal }
    }

    private final class Found {
        private var seen: Set<[UInt8]> = []
        private(set) var refusal: Refusal?

        func tell(_ code: [UInt8]) {
            guard refusal == nil, Self.isAlphanumeric(code), !seen.contains(code) else { return }
            guard seen.count < ScanLimits.codes else {
                refusal = .badData("more codes than any sheet has")
                return
            }
            seen.insert(code)
            do { try Output.write(code + [0x0A]) } catch { refusal = .fault("nobody listens") }
        }

        /// QR's alphanumeric set (ISO/IEC 18004): all that frames and cards are written in.
        /// Nothing else may reach a terminal.
        private static func isAlphanumeric(_ code: [UInt8]) -> Bool {
            code.allSatisfy { alphabet.contains($0) }
        }

        private static let alphabet = Set(
            Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:".utf8))
    }
}
