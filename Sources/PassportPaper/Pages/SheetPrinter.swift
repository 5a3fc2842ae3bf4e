/// Draws an envelope as sheets of codes, and a key card in two halves, as PDF.
///
/// Nothing on a sheet tells whose it is, what it is about, where or when it was made: marks that
/// follow from opaque bytes, and the wording of the language, which is the same on all sheets.
public struct SheetPrinter: Sendable {
    private let size: PaperSize
    private let language: PageLanguage

    /// Millimetres at each edge that printers leave white.
    private static let margin = 5.0
    /// Height of the number below a code, in millimetres.
    private static let labelHeight = 2.4
    /// The widest code, quiet zone included, in millimetres.
    private static let widestCode = 62.0
    /// Width of what is printed on.
    private static let printedWidth = 200.0

    /// Prints on paper of a size, in a language.
    public init(size: PaperSize, language: PageLanguage) {
        self.size = size
        self.language = language
    }

    /// The sheets of an envelope.
    ///
    /// - Parameter card: a key card to be cut off the last side; it gets a side of its own where
    ///   there is no room.
    /// - Returns: a PDF.
    /// - Throws: `overLimit` when the envelope does not fit the layout; `missingFont`.
    public func sheets(
        of envelope: [UInt8], _ layout: FrameLayout, card: PrintedCard? = nil
    ) throws(PaperError) -> [UInt8] {
        let frames = try Frame.frames(of: envelope, layout)
        let pages = SheetPlan(layout).pages
        let mark = SetMark(FrameSetID(of: envelope))
        let canvas = try Canvas(size)
        for (number, page) in pages.enumerated() {
            if number > 0 { canvas.nextPage() }
            let isLast = number == pages.count - 1
            let pitch = pitch(page, besideCard: isLast && card != nil)
            try drawMarks(page, mark, layout, pitch, canvas)
            for (place, index) in page.frames.enumerated() {
                let (x, y) = cell(place + 1, page, pitch)
                let code = try QRCode(
                    frames[index].text, version: QRCode.frameVersion, level: .medium)
                canvas.draw(code, x: x, y: y, side: pitch)
                try canvas.text(
                    "\(index + 1)", x: x, y: y + pitch - 0.5, width: pitch,
                    Canvas.TextStyle(
                        language: language, size: Self.labelHeight, isCentred: true,
                        isLatin: true))
            }
            guard isLast, let card else { continue }
            var top = size.height - Self.margin - CardPrinter.height
            if Self.margin + Double(page.rows) * (pitch + Self.labelHeight) > top - 4 {
                canvas.nextPage()
                top = Self.margin * 2
            }
            try CardPrinter(language: language).draw(card, width: size.width, y: top, canvas)
        }
        return try canvas.finished()
    }

    /// A key card alone.
    public func card(_ card: PrintedCard) throws(PaperError) -> [UInt8] {
        let canvas = try Canvas(size)
        try CardPrinter(language: language).draw(
            card, width: size.width, y: Self.margin * 2, canvas)
        return try canvas.finished()
    }

    /// Side of a cell: as wide as the page allows, and no wider than its height does.
    private func pitch(_ page: SheetPlan.Page, besideCard: Bool) -> Double {
        let height = size.height - 2 * Self.margin
        let rows = Double(page.rows)
        let widest = min(Self.printedWidth / Double(page.columns), Self.widestCode)
        let beside = (height - CardPrinter.height - 4) / rows - Self.labelHeight
        // Codes are not made smaller than they must be for the sake of a card.
        let narrowest = Self.printedWidth / 5
        return besideCard && beside >= narrowest
            ? min(widest, beside) : min(widest, height / rows - Self.labelHeight)
    }

    private func cell(
        _ place: Int, _ page: SheetPlan.Page, _ pitch: Double
    ) -> (x: Double, y: Double) {
        let left = (size.width - Double(page.columns) * pitch) / 2
        return (
            left + Double(place % page.columns) * pitch,
            Self.margin + Double(place / page.columns) * (pitch + Self.labelHeight)
        )
    }

    /// The first cell: which set, which sheet, and how to keep it.
    private func drawMarks(
        _ page: SheetPlan.Page, _ mark: SetMark, _ layout: FrameLayout, _ pitch: Double,
        _ canvas: borrowing Canvas
    ) throws(PaperError) {
        var (x, y) = cell(0, page, pitch)
        let scale = min(pitch / 40, 1.3)
        let width = pitch - 4 * scale
        (x, y) = (x + 2 * scale, y + 2 * scale)
        let side = 6 * scale
        for (place, shape) in mark.shapes.enumerated() {
            canvas.draw(shape, x: x + Double(place) * (side + 2 * scale), y: y, side: side)
        }
        try canvas.text(
            mark.digits, x: x + 3 * (side + 2 * scale), y: y + 1.2 * scale, width: width,
            Canvas.TextStyle(language: language, size: 3 * scale, isLatin: true))
        y += side + 1.5 * scale
        let dot = 2 * scale
        for sheet in 0..<layout.sheets {
            canvas.rectangle(
                x: x + Double(sheet) * (dot + 1.2 * scale), y: y, width: dot, height: dot,
                isFilled: sheet == page.sheet)
        }
        y += dot + 0.5 * scale
        var title = language.say("sheet.number", page.sheet + 1, layout.sheets)
        if page.side.count > 1 {
            title += " · " + language.say("sheet.side", page.side.number + 1, page.side.count)
        }
        y += try canvas.text(
            title, x: x, y: y, width: width,
            Canvas.TextStyle(language: language, size: 2.8 * scale, isBold: true))
        for key in ["sheet.keep", "sheet.several", "sheet.card"]
        where key != "sheet.several" || layout.sheets > 1 {
            y += 0.5 * scale
            y += try canvas.text(
                language.say(key), x: x, y: y, width: width,
                Canvas.TextStyle(language: language, size: 2.3 * scale))
        }
    }
}
