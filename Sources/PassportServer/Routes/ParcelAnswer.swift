internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import PassportCrypto
internal import PassportExchange
internal import PassportStore

/// The bytes of a parcel as an answer: from memory or from its file, whole or from a place on.
struct ParcelAnswer {
    private static let chunk = 65_536

    static func make(
        _ content: ParcelContent, digest: Digest, kind: ParcelKind, call: Call
    ) throws -> Response {
        let length = content.length
        let first = try start(call, length)
        var fields = HTTPFields()
        fields[.contentType] = kind.mediaType
        fields[.cacheControl] = "no-store"
        fields[.acceptRanges] = "bytes"
        fields[.eTag] = "\"\(digest)\""
        if let first { fields[.contentRange] = "bytes \(first)-\(length - 1)/\(length)" }
        call.daemon.metrics.sent(bytes: length - (first ?? 0))
        return Response(
            status: first == nil ? .ok : .partialContent, headers: fields,
            body: try body(content, from: first ?? 0))
    }

    /// `bytes=n-`, the one range that a cut download needs; others are ignored, as HTTP allows.
    private static func start(_ call: Call, _ length: Int) throws -> Int? {
        guard let range = try call.field(.range), range.hasPrefix("bytes="), range.hasSuffix("-"),
            let first = Int(range.dropFirst(6).dropLast()), first >= 0
        else { return nil }
        guard first < length else { throw Problem(.wrongRange, offset: length) }
        return first
    }

    private static func body(_ content: ParcelContent, from first: Int) throws -> ResponseBody {
        switch content {
        case .bytes(let bytes):
            return ResponseBody(byteBuffer: ByteBuffer(bytes: bytes[first...]))
        case .file(let path, let length):
            // Opened before the answer begins: a parcel that is removed meanwhile stays readable
            // to the end.
            guard let file = FileHandle(forReadingAtPath: path) else { throw Problem(.notFound) }
            let reader = try FileReader(file, from: UInt64(first))
            return ResponseBody(contentLength: length - first) { writer in
                while let bytes = try reader.next(chunk) {
                    try await writer.write(ByteBuffer(bytes: bytes))
                    try await ServedLine.keepPace()
                }
                try await writer.finish(nil)
            }
        }
    }
}

/// A file that is read once, from front to back.
private struct FileReader: Sendable {
    private let file: FileHandle

    init(_ file: FileHandle, from offset: UInt64) throws {
        self.file = file
        try file.seek(toOffset: offset)
    }

    func next(_ count: Int) throws -> Data? {
        guard let data = try file.read(upToCount: count), !data.isEmpty else { return nil }
        return data
    }
}
