import PassportPaper

/// A small picture of the sheets of a set, in characters: which codes were read, and the numbers
/// of those that are missing, as they stand below the codes.
enum SheetPicture {
    static func lines(of set: FrameSet) -> [String] {
        let missing = Set(set.missing)
        var lines: [String] = []
        for page in SheetPlan(set.layout).pages where page.frames.contains(where: missing.contains)
        {
            lines.append(
                Words.say("scan.sheet", "\(page.sheet + 1)", "\(set.layout.sheets)"))
            // The first place is that of the marks.
            let cells =
                ["◆"] + page.frames.map { missing.contains($0) ? "\($0 + 1)" : "■" }
            for start in stride(from: 0, to: cells.count, by: page.columns) {
                let row = cells[start..<min(start + page.columns, cells.count)]
                lines.append(row.map { String(repeating: " ", count: 4 - $0.count) + $0 }.joined())
            }
        }
        lines.append(Words.say("scan.legend"))
        return lines
    }
}
