internal import Foundation
public import PassportCoding
public import PassportCrypto
public import PassportExchange
internal import Synchronization

/// A parcel whose bytes are whole, are those of its digest, and are durable when it has a file.
/// It goes with its file when nothing takes it in.
public final class UploadedParcel: Sendable {
    /// SHA-256 over the bytes.
    public let digest: Digest
    /// The first bytes, at most `ParcelKind.headBytes`, by which the kind is told.
    public let head: [UInt8]
    /// Where the bytes are; in memory as the database takes them, so that nothing is copied.
    enum Content: Sendable {
        case memory(Data)
        case file(path: String, length: Int)
    }

    let content: Content
    private let isKept = Mutex(false)

    /// Bytes of the parcel.
    public var length: Int {
        switch content {
        case .memory(let bytes): bytes.count
        case .file(_, let length): length
        }
    }

    init(_ digest: Digest, _ content: Content, head: [UInt8]) {
        self.digest = digest
        self.content = content
        self.head = Array(head.prefix(ParcelKind.headBytes))
    }

    /// The name of its file, as rows hold it.
    var fileName: String? {
        guard case .file(let path, _) = content else { return nil }
        return path.split(separator: "/").last.map { String($0) }
    }

    /// A row holds the file now.
    func keep() { isKept.withLock { $0 = true } }

    deinit {
        guard !isKept.withLock({ $0 }), case .file(let path, _) = content else { return }
        DurableFiles.remove(path)
    }
}

extension ParcelKind {
    /// What a whole parcel is.
    ///
    /// - Throws: `refused`, `malformed` as `init(head:)`; `overLimit` for a notice that is longer
    ///   than any notice.
    public init(_ parcel: UploadedParcel) throws(ExchangeError) {
        try self.init(head: parcel.head)
        guard self != .notice || parcel.length <= Limits.noticeBytes else {
            throw ExchangeError(.overLimit, "a notice of more than \(Limits.noticeBytes) bytes")
        }
    }
}
