internal import NIOCore
internal import PassportExchange

/// Takes in the body of an answer, bounded, into memory or to the end of a file.
///
/// It writes on the event loop, so that a slow disk slows the line and nothing piles up.
struct AnswerBody {
    private(set) var memory: [UInt8] = []
    private let file: LocalFile?
    /// Bytes that it takes, at most.
    let maximum: Int
    private var count = 0

    /// What memory takes of an answer that was to go to a file and is none of the kind.
    private static let refusalBytes = 65_536

    /// - Throws: `cannotWrite`.
    init(status: Int, sink: AnswerSink) throws(ExchangeError) {
        switch sink {
        case .memory(let maximum):
            file = nil
            self.maximum = maximum
        case .file(let path, let maximum) where status == 200 || status == 206:
            file = try LocalFile.appending(path)
            self.maximum = maximum
        case .file:
            file = nil
            maximum = Self.refusalBytes
        }
    }

    /// Takes in bytes; returns false when they are too many, of which none is kept then.
    mutating func take(_ bytes: ByteBuffer) throws(ExchangeError) -> Bool {
        guard bytes.readableBytes <= maximum - count else { return false }
        count += bytes.readableBytes
        guard let file else {
            memory.append(contentsOf: bytes.readableBytesView)
            return true
        }
        let result = unsafe bytes.withUnsafeReadableBytes { memory in
            Result { () throws(ExchangeError) in unsafe try file.append(memory) }
        }
        try result.get()
        return true
    }
}
