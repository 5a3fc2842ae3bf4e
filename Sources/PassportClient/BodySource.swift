internal import NIOCore
internal import PassportCoding
internal import PassportCrypto
internal import PassportExchange

/// The body of a request, read piece by piece; may be read again from the start.
struct BodySource: Sendable {
    private enum Source: Sendable {
        case bytes([UInt8])
        case file(LocalFile, offset: Int)
    }

    private let source: Source
    /// Bytes in the body.
    let count: Int

    /// Opens a body.
    ///
    /// - Throws: `cannotRead` when the file has not that part.
    init(_ body: OutgoingBody) throws(ExchangeError) {
        switch body {
        case .bytes(let bytes):
            source = .bytes(bytes)
            count = bytes.count
        case .file(let path, let offset, let count):
            let file = try LocalFile.reading(path)
            let size = try file.size()
            guard offset >= 0, count >= 0, offset <= size, count <= size - offset else {
                throw ExchangeError(.cannotRead, .noInput, "the file to send is too short")
            }
            source = .file(file, offset: offset)
            self.count = count
        }
    }

    /// The next piece of the body.
    ///
    /// - Parameter position: where it begins, below `count`.
    func piece(at position: Int) throws(ExchangeError) -> ByteBuffer {
        let count = min(self.count - position, LocalFile.chunkBytes)
        switch source {
        case .bytes(let bytes): return ByteBuffer(bytes: bytes.dropFirst(position).prefix(count))
        case .file(let file, let offset):
            return ByteBuffer(bytes: try file.read(at: offset + position, count: count))
        }
    }

    /// SHA-256 over the body.
    func digest() throws(ExchangeError) -> Digest {
        switch source {
        case .bytes(let bytes): Digest.sha256(of: bytes)
        case .file(let file, let offset): try file.digest(from: offset, count: count)
        }
    }
}
