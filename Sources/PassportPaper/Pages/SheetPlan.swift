/// Where the codes of a set stand: on which page, in which row and column.
///
/// The first cell of a page holds no code but the marks of the sheet. Whoever reads the sheets
/// draws the same plan, to show which codes are missing.
public struct SheetPlan: Sendable {
    /// One side of paper.
    public struct Page: Sendable {
        /// Number of the sheet, from 0.
        public let sheet: Int
        /// Number of the side of that sheet, from 0, and how many it has.
        let side: (number: Int, count: Int)
        /// Numbers of the frames, in reading order.
        public let frames: [Int]
        /// Cells in a row.
        public let columns: Int

        /// Rows of cells, the one with the marks included.
        var rows: Int { (frames.count + columns) / columns }
    }

    /// The pages, in order.
    public let pages: [Page]

    /// Codes that stand on one side beside the marks: five rows of five.
    static let mostOnSide = 24

    /// Plans a set.
    public init(_ layout: FrameLayout) {
        pages = (0..<layout.sheets).flatMap { sheet in
            let frames = layout.frames(on: sheet)
            let sides = (frames.count + Self.mostOnSide - 1) / Self.mostOnSide
            let onSide = (frames.count + sides - 1) / sides
            return (0..<sides).map { side in
                let part = Array(frames.dropFirst(side * onSide).prefix(onSide))
                // The fewer codes, the larger they are: a square of cells fills the page best.
                let columns = (2...5).first { $0 * $0 > part.count } ?? 5
                return Page(sheet: sheet, side: (side, sides), frames: part, columns: columns)
            }
        }
    }
}
