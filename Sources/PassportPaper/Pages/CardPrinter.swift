/// What is printed on a key card: the text of each half, as it is typed where no code can be read.
public struct PrintedCard: Sendable {
    /// Text of the consent half; nil where that is not printed.
    public let consent: String?
    /// Text of the carry half.
    public let carry: String

    /// Takes the texts of the two halves, or of the carry half alone. Whoever has them has the
    /// card.
    public init(consent: String?, carry: String) {
        self.consent = consent
        self.carry = carry
    }
}

/// Draws a key card of two halves that come apart.
struct CardPrinter {
    let language: PageLanguage

    /// Of both halves, in millimetres: that of a bank card (ISO/IEC 7810 ID-1).
    static let height = 54.0
    private static let halfWidth = 85.6
    private static let codeSide = 30.0

    func draw(
        _ card: PrintedCard, width: Double, y: Double, _ canvas: borrowing Canvas
    ) throws(PaperError) {
        let halves = card.consent == nil ? 1.0 : 2.0
        let left = (width - halves * Self.halfWidth) / 2
        let right = left + halves * Self.halfWidth
        // One shape for each half, so that the hand finds the right one without reading.
        try draw("card.carry", card.carry, .circle, x: left, y: y, canvas)
        if let consent = card.consent {
            try draw("card.consent", consent, .square, x: left + Self.halfWidth, y: y, canvas)
        }
        for x in stride(from: left, through: right + 1, by: Self.halfWidth) {
            canvas.cutLine(from: (x, y), to: (x, y + Self.height))
        }
        for edge in [y, y + Self.height] {
            canvas.cutLine(from: (left, edge), to: (right, edge))
        }
        guard card.consent != nil else { return }
        try canvas.text(
            language.say("card.fold"), x: left, y: y - 3.7, width: 2 * Self.halfWidth,
            Canvas.TextStyle(language: language, size: 1.9, isCentred: true))
    }

    private func draw(
        _ key: String, _ text: String, _ shape: SetMark.Shape, x: Double, y: Double,
        _ canvas: borrowing Canvas
    ) throws(PaperError) {
        let code = try QRCode(text, version: 0, level: .high)
        canvas.draw(shape, x: x + 4, y: y + 4, side: 5)
        try canvas.text(
            language.say(key), x: x + 11, y: y + 3.6, width: Self.halfWidth - 15,
            Canvas.TextStyle(language: language, size: 4, isBold: true))
        canvas.draw(code, x: x + 2, y: y + 11, side: Self.codeSide)
        // Two groups a line: eight groups can be read aloud without losing the place.
        let groups = text.split(separator: "-").map(String.init)
        for (line, start) in stride(from: 0, to: groups.count, by: 2).enumerated() {
            try canvas.text(
                groups[start..<min(start + 2, groups.count)].joined(separator: " - "),
                x: x + Self.codeSide + 6, y: y + 13 + Double(line) * 6.6,
                width: Self.halfWidth - Self.codeSide - 8,
                Canvas.TextStyle(language: language, size: 5, isLatin: true))
        }
        try canvas.text(
            language.say("\(key).keep"), x: x + 4, y: y + 11 + Self.codeSide + 1,
            width: Self.halfWidth - 8, Canvas.TextStyle(language: language, size: 2.3))
    }
}
