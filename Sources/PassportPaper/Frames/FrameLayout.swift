public import PassportCoding

/// How many frames an envelope is spread over, and how many of them are needed.
///
/// The counts are few and fixed: how many codes somebody carries says little of what is in them.
public struct FrameLayout: Hashable, Sendable {
    /// Frames that give the envelope.
    public let needed: Int
    /// Frames of the set.
    public let count: Int
    /// Sheets that the frames are spread over.
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
                .overLimit, .refused,
                "the envelope is longer than \(Self.counts.last ?? 0) codes hold")
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
        needed = count - count / 4
    }

    /// Frames that may be lost beside any one sheet of several.
    public var spareWithoutSheet: Int {
        let kept = (0..<sheets).map { lost in
            Set((0..<sheets).filter { $0 != lost }.flatMap { frames(on: $0) }).count
        }
        return max((kept.min() ?? 0) - needed, 0)
    }

    /// The frames on each sheet, by their numbers.
    ///
    /// What stands on one sheet alone is never more than what may be lost, so any one sheet may
    /// be. Of two sheets each holds all. Three would hold a third each, which is too much, so the
    /// check frames stand on two of them.
    public func frames(on sheet: Int) -> [Int] {
        (0..<count).filter { frame in
            switch sheets {
            case 2: true
            case 3: frame % 3 == sheet || frame >= needed && (frame + 1) % 3 == sheet
            default: frame % sheets == sheet
            }
        }
    }
}
