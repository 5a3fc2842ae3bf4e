public import PassportCoding

/// One code on a sheet: which set, which of how many, and its share of the envelope.
///
///     version 1 | set 8 | index 1 | needed 1 | count 1 | sheets 1 | shard 743
public struct Frame: Hashable, Sendable {
    /// The set that it belongs to.
    public let set: FrameSetID
    /// Its number in the set, from 0.
    public let index: Int
    /// How the set is spread: how many there are, how many are needed, over how many sheets.
    public let layout: FrameLayout
    /// Its share.
    public let shard: [UInt8]

    static let version: UInt8 = 1
    /// Bytes before the shard.
    public static let headerBytes = 5 + FrameSetID.byteCount
    /// Bytes of a frame: what a QR code of version 22, level M, holds as Base45.
    public static let byteCount = 756
    /// Bytes of its share.
    public static let shardBytes = byteCount - headerBytes
    /// Characters of its text.
    public static let characters = byteCount / 2 * 3

    init(set: FrameSetID, index: Int, layout: FrameLayout, shard: [UInt8]) {
        self.set = set
        self.index = index
        self.layout = layout
        self.shard = shard
    }

    /// The frame's bytes.
    public var bytes: [UInt8] {
        let numbers = [index, layout.needed, layout.count, layout.sheets]
        return [Self.version] + set.bytes + numbers.map { UInt8(truncatingIfNeeded: $0) } + shard
    }

    /// What stands in the code: Base45, all of which is in QR's alphanumeric set.
    public var text: String { Base45.encode(bytes) }

    /// Reads what stood in a code.
    ///
    /// - Throws: `malformed`, `unknownVersion`, `overLimit`.
    public init(text: String) throws(PaperError) {
        guard text.utf8.count <= Self.characters else {
            throw PaperError(.overLimit, "frame: longer than any frame")
        }
        let bytes: [UInt8]
        do {
            bytes = try Base45.decode(text)
        } catch {
            throw PaperError(.malformed, "frame: not Base45", cause: error.identifier)
        }
        try self.init(bytes: bytes)
    }

    /// Reads a frame's bytes.
    ///
    /// - Throws: `malformed`, `unknownVersion`, `overLimit`.
    public init(bytes: [UInt8]) throws(PaperError) {
        guard bytes.count <= Self.byteCount else {
            throw PaperError(.overLimit, "frame: longer than any frame")
        }
        // The length first: any code could begin with the byte of a later version.
        guard bytes.count == Self.byteCount, let version = bytes.first else {
            throw PaperError(.malformed, "frame: shorter than any frame")
        }
        guard version == Self.version else {
            throw PaperError(
                .unknownVersion, .refused, "frame: of version \(version)",
                hint: "a newer program may read it")
        }
        let numbers = bytes[(Self.headerBytes - 4)..<Self.headerBytes].map { Int($0) }
        guard let layout = FrameLayout(needed: numbers[1], count: numbers[2], sheets: numbers[3]),
            numbers[0] < layout.count
        else { throw PaperError(.malformed, "frame: numbers that no set has") }
        self.init(
            set: FrameSetID(bytes[1...FrameSetID.byteCount]), index: numbers[0], layout: layout,
            shard: Array(bytes[Self.headerBytes...]))
    }
}
