public import PassportCoding

/// How many frames an envelope is spread over, and how many of them are needed.
///
/// The counts are few and fixed: how many codes somebody carries says little of what is in them.
public struct FrameLayout: Hashable, Sendable {
    /// Frames that give the envelope.
    public let needed: Int
    /// Frames of the set.
    public let count: Int
    /// Sheets that the frames are spread over, as many on each.
    public let sheets: Int

    /// The counts there are.
    public static let counts = [8, 12, 16, 24, 32]
    /// Sheets, at most.
    public static let mostSheets = 8
    /// Bytes before the envelope: its length.
    static let lengthBytes = 4

    /// Bytes of the longest envelope that fits.
    public var capacity: Int { needed * Frame.shardBytes - Self.lengthBytes }

    /// The smallest layout for an envelope.
    ///
    /// One frame in four may be lost; of several sheets, any one.
    ///
    /// - Throws: `overLimit` when the envelope does not fit, or for a number of sheets that no set
    ///   has.
    public init(bytes: Int, sheets: Int = 1) throws(PaperError) {
        guard (1...Self.mostSheets).contains(sheets) else {
            throw PaperError(.overLimit, "1 to \(Self.mostSheets) sheets")
        }
        let layouts = Self.counts.compactMap { FrameLayout(count: $0, sheets: sheets) }
        guard let layout = layouts.first(where: { $0.capacity >= bytes }) else {
            throw PaperError(
                .overLimit, .refused, "the envelope does not fit on so many sheets",
                hint: "choose another number of sheets; 1, 2, and 4 to 8 hold the longest")
        }
        self = layout
    }

    /// - Returns: nil for numbers that no set has.
    init?(needed: Int, count: Int, sheets: Int) {
        guard let layout = FrameLayout(count: count, sheets: sheets), layout.needed == needed
        else { return nil }
        self = layout
    }

    private init?(count: Int, sheets: Int) {
        guard Self.counts.contains(count), (1...Self.mostSheets).contains(sheets) else {
            return nil
        }
        self.count = count
        self.sheets = sheets
        let onSheet = Self.isCopied(sheets) ? 0 : (count + sheets - 1) / sheets
        needed = count - max(count / 4, onSheet)
    }

    /// Two sheets are two copies: spread over both, each would have to hold all of it anyway.
    private static func isCopied(_ sheets: Int) -> Bool { sheets <= 2 }

    /// The frames on each sheet, by their numbers. Neighbours lie on different sheets, unless
    /// each of the sheets holds all.
    public func frames(on sheet: Int) -> [Int] {
        Self.isCopied(sheets)
            ? Array(0..<count) : Array(stride(from: sheet, to: count, by: sheets))
    }
}
