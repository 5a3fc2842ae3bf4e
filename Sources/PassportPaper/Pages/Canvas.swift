internal import CPangoCairo
internal import PassportCoding

/// Pages of a PDF, drawn in millimetres from the top left corner.
///
/// The only place that calls pango and cairo.
@safe struct Canvas: ~Copyable {
    /// What a text looks like.
    struct TextStyle {
        let language: PageLanguage
        /// Height of the letters' line in millimetres.
        let size: Double
        var isBold = false
        var isCentred = false
        /// Digits and Latin letters, whatever the language.
        var isLatin = false
    }

    /// What cairo wrote so far.
    private final class Output {
        var bytes: [UInt8] = []
    }

    private let output = Output()
    private let surface: OpaquePointer
    private let cairo: OpaquePointer

    private static let pointsPerMillimetre = 72 / 25.4
    private static let failed = PaperError(.unprintable, .fault, "the page cannot be drawn")

    init(_ size: PaperSize) throws(PaperError) {
        let scale = Self.pointsPerMillimetre
        let closure = unsafe Unmanaged.passUnretained(output).toOpaque()
        let surface = unsafe cairo_pdf_surface_create_for_stream(
            { closure, data, count in
                guard let closure = unsafe closure, let data = unsafe data else {
                    return CAIRO_STATUS_WRITE_ERROR
                }
                let output = unsafe Unmanaged<Output>.fromOpaque(closure).takeUnretainedValue()
                unsafe output.bytes.append(
                    contentsOf: UnsafeBufferPointer(start: data, count: Int(count)))
                return CAIRO_STATUS_SUCCESS
            }, closure, size.width * scale, size.height * scale)
        guard let surface = unsafe surface, let cairo = unsafe cairo_create(surface) else {
            throw Self.failed
        }
        unsafe self.surface = surface
        unsafe self.cairo = cairo
        // When a sheet was printed is nobody's business.
        unsafe cairo_pdf_surface_set_metadata(
            surface, CAIRO_PDF_METADATA_CREATE_DATE, "2000-01-01T00:00:00Z")
        unsafe cairo_scale(cairo, scale, scale)
    }

    deinit {
        unsafe cairo_destroy(cairo)
        unsafe cairo_surface_finish(surface)
        unsafe cairo_surface_destroy(surface)
    }

    /// Ends the page and begins another.
    func nextPage() { unsafe cairo_show_page(cairo) }

    /// Ends the last page and returns the file.
    ///
    /// - Throws: `unprintable` when anything that was drawn could not be.
    consuming func finished() throws(PaperError) -> [UInt8] {
        unsafe cairo_show_page(cairo)
        unsafe cairo_surface_finish(surface)
        guard unsafe cairo_status(cairo) == CAIRO_STATUS_SUCCESS,
            unsafe cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS
        else { throw Self.failed }
        return Self.withoutProducer(output.bytes)
    }

    /// The library writes its name and version into the file, and no option keeps it from that.
    private static func withoutProducer(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        let key = Array("/Producer (".utf8)
        // It stands in what comes last in the file; the codes are before it.
        let tail = max(bytes.count - 4_096, 0)
        guard bytes.count > key.count,
            let start = (tail..<bytes.count - key.count).first(where: {
                bytes[$0..<$0 + key.count].elementsEqual(key)
            })
        else { return bytes }
        var depth = 1
        for place in (start + key.count)..<bytes.count {
            switch bytes[place] {
            case UInt8(ascii: "("): depth += 1
            case UInt8(ascii: ")"): depth -= 1
            default: break
            }
            guard depth > 0 else { break }
            bytes[place] = UInt8(ascii: " ")
        }
        return bytes
    }

    /// Draws a code into a square whose side includes the quiet zone.
    func draw(_ code: QRCode, x: Double, y: Double, side: Double) {
        let module = side / Double(code.side + 2 * QRCode.quietModules)
        // One path and one fill: viewers would show a seam between rectangles that only touch.
        for row in 0..<code.side {
            for run in code.runs(in: row) {
                unsafe cairo_rectangle(
                    cairo, x + Double(QRCode.quietModules + run.start) * module,
                    y + Double(QRCode.quietModules + row) * module,
                    Double(run.count) * module, module)
            }
        }
        unsafe cairo_fill(cairo)
    }

    /// Draws a shape into a square.
    func draw(_ shape: SetMark.Shape, x: Double, y: Double, side: Double) {
        let (half, third) = (side / 2, side / 3)
        switch shape {
        case .circle, .ring:
            unsafe cairo_new_sub_path(cairo)
            unsafe cairo_arc(cairo, x + half, y + half, half, 0, 2 * Double.pi)
            if shape == .ring {
                unsafe cairo_new_sub_path(cairo)
                unsafe cairo_arc_negative(cairo, x + half, y + half, side / 4, 2 * Double.pi, 0)
            }
        case .square: unsafe cairo_rectangle(cairo, x, y, side, side)
        case .triangle: polygon([(x + half, y), (x + side, y + side), (x, y + side)])
        case .diamond:
            polygon([
                (x + half, y), (x + side, y + half), (x + half, y + side), (x, y + half),
            ])
        case .cross:
            polygon([
                (x + third, y), (x + 2 * third, y), (x + 2 * third, y + third),
                (x + side, y + third), (x + side, y + 2 * third),
                (x + 2 * third, y + 2 * third), (x + 2 * third, y + side),
                (x + third, y + side), (x + third, y + 2 * third), (x, y + 2 * third),
                (x, y + third), (x + third, y + third),
            ])
        }
        unsafe cairo_fill(cairo)
    }

    private func polygon(_ points: [(x: Double, y: Double)]) {
        for (number, point) in points.enumerated() {
            if number == 0 {
                unsafe cairo_move_to(cairo, point.x, point.y)
            } else {
                unsafe cairo_line_to(cairo, point.x, point.y)
            }
        }
        unsafe cairo_close_path(cairo)
    }

    /// Draws a filled or an empty rectangle.
    func rectangle(
        x: Double, y: Double, width: Double, height: Double, isFilled: Bool, line: Double = 0.2
    ) {
        unsafe cairo_rectangle(cairo, x, y, width, height)
        unsafe cairo_set_line_width(cairo, line)
        if isFilled { unsafe cairo_fill(cairo) } else { unsafe cairo_stroke(cairo) }
    }

    /// Draws a dashed line: where to cut.
    func cutLine(from start: (x: Double, y: Double), to end: (x: Double, y: Double)) {
        let dashes = [1.5, 1.5]
        unsafe cairo_set_line_width(cairo, 0.2)
        unsafe cairo_set_dash(cairo, dashes, Int32(dashes.count), 0)
        unsafe cairo_move_to(cairo, start.x, start.y)
        unsafe cairo_line_to(cairo, end.x, end.y)
        unsafe cairo_stroke(cairo)
        unsafe cairo_set_dash(cairo, nil, 0, 0)
    }

    /// Draws a text in lines of a width, and returns how high it came out.
    ///
    /// - Throws: `missingFont` when a letter has no shape in any font of this machine: a sheet
    ///   of empty boxes must not be handed out.
    @discardableResult
    func text(
        _ text: String, x: Double, y: Double, width: Double, _ style: TextStyle
    ) throws(PaperError) -> Double {
        guard let layout = unsafe pango_cairo_create_layout(cairo),
            let font = unsafe pango_font_description_from_string(
                style.isLatin ? "Noto Sans" : style.language.fonts)
        else { throw Self.failed }
        defer {
            unsafe pango_font_description_free(font)
            unsafe g_object_unref(UnsafeMutableRawPointer(layout))
        }
        let scale = Double(PANGO_SCALE)
        unsafe pango_font_description_set_absolute_size(font, style.size * scale)
        unsafe pango_font_description_set_weight(
            font, style.isBold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL)
        let context = unsafe pango_layout_get_context(layout)
        let isRightToLeft = style.language.isRightToLeft && !style.isLatin
        unsafe pango_context_set_base_dir(
            context, isRightToLeft ? PANGO_DIRECTION_RTL : PANGO_DIRECTION_LTR)
        unsafe pango_context_set_language(
            context, pango_language_from_string(style.language.rawValue))
        // Letters are placed where the printer can put them, not on a screen's grid.
        let options = unsafe cairo_font_options_create()
        unsafe cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE)
        unsafe cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF)
        unsafe pango_cairo_context_set_font_options(context, options)
        unsafe cairo_font_options_destroy(options)
        // A unit is a millimetre here: rounded to whole ones, letters would lie on each other.
        unsafe pango_context_set_round_glyph_positions(context, 0)
        unsafe pango_layout_context_changed(layout)
        unsafe pango_layout_set_font_description(layout, font)
        unsafe pango_layout_set_width(layout, Int32(width * scale))
        unsafe pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR)
        unsafe pango_layout_set_alignment(
            layout,
            style.isCentred
                ? PANGO_ALIGN_CENTER : isRightToLeft ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT)
        unsafe pango_layout_set_text(layout, text, -1)
        guard unsafe pango_layout_get_unknown_glyphs_count(layout) == 0 else {
            throw PaperError(
                .missingFont, .fault, "no font here has the letters of this language",
                hint: "install the package fonts-noto-core")
        }
        var (textWidth, textHeight): (Int32, Int32) = (0, 0)
        unsafe pango_layout_get_size(layout, &textWidth, &textHeight)
        unsafe cairo_move_to(cairo, x, y)
        unsafe pango_cairo_show_layout(cairo, layout)
        return Double(textHeight) / scale
    }
}
