/// Where an audit file's bytes come from: at most so many of the next ones, none at the end.
public typealias AuditSource = (_ maximum: Int) throws -> [UInt8]

/// The part of a file that is being read. A log is longer than an auditor's memory should be.
struct ByteWindow {
    /// The bytes in memory; those before `offset` were read.
    private(set) var bytes: [UInt8]
    /// Where reading goes on.
    var offset = 0

    private var source: AuditSource?

    /// How much is asked for at once.
    private static let step = 1 << 18

    /// All bytes at once.
    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Bytes as they are needed.
    init(reading source: @escaping AuditSource) {
        bytes = []
        self.source = source
    }

    /// Sees to it that `count` bytes stand behind `offset`, or all that there are.
    mutating func fill(_ count: Int) throws {
        guard let source, bytes.count - offset < count else { return }
        bytes.removeSubrange(..<offset)
        offset = 0
        while bytes.count < count {
            let more = try source(max(Self.step, count - bytes.count))
            if more.isEmpty {
                self.source = nil
                return
            }
            bytes += more
        }
    }

    /// True when nothing is left.
    mutating func isAtEnd() throws -> Bool {
        try fill(1)
        return offset == bytes.count
    }
}
