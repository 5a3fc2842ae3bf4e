import CarePassport
import PassportCoding

/// A merged view as lines for people and as JSON.
enum ViewText {
    static func lines(_ view: MergedView) -> [String] {
        var lines: [String] = []
        for list in view.lists {
            lines.append(Words.say("view.section", SectionNames.name(list.kind)))
            for item in list.items {
                for line in item.item.lines {
                    let indent = String(repeating: "  ", count: line.indent + 1)
                    lines.append(indent + clean(line.text(Words.table)))
                }
                let sources = item.sources.map { clean($0.issuer) }.joined(separator: ", ")
                lines.append("    " + Words.say("view.source", sources))
                if item.isSuperseded { lines.append("    " + Words.say("view.superseded")) }
            }
        }
        if view.notUnderstood > 0 {
            lines.append(Words.say("view.not-understood", "\(view.notUnderstood)"))
        }
        return lines
    }

    static func json(_ view: MergedView) -> JSONValue {
        .array(
            view.lists.map { list in
                [
                    "section": .string(SectionNames.name(list.kind)),
                    "items": .array(
                        list.items.map { item in
                            [
                                "lines": .array(
                                    item.item.lines.map { .string($0.text(Words.table)) }),
                                "date": .string(item.date.text),
                                "superseded": .bool(item.isSuperseded),
                                "sources": .array(
                                    item.sources.map {
                                        [
                                            "issuer": .string($0.issuer),
                                            "passport": .string(Hexadecimal.encode($0.passport)),
                                        ]
                                    }),
                            ]
                        }),
                ]
            })
    }

    /// Text from outside without what could move a terminal's cursor or turn its direction: a
    /// display name must not be able to rewrite the line "source: …" beside it.
    static func clean(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { isPlain($0) ? $0 : "\u{FFFD}" }))
    }

    /// A name that somebody gave himself, without joiners either: two names that look the same
    /// must be the same.
    static func name(_ text: String) -> String {
        clean(String(String.UnicodeScalarView(text.unicodeScalars.filter { !isJoiner($0) })))
    }

    /// True for a name that shows as what it is.
    static func isPlainName(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { isPlain($0) && !isJoiner($0) }
    }

    /// Neither a control, nor a mark without width or that turns the direction, nor the end of a
    /// line. Two joiners have no width and stay: Persian and many others are not written without.
    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        if isJoiner(scalar) { return true }
        // Fillers that count as letters and show as nothing.
        if [0x115F, 0x1160, 0x3164, 0xFFA0, 0x2800].contains(scalar.value) { return false }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned:
            return false
        default: return !scalar.properties.isDefaultIgnorableCodePoint
        }
    }

    private static func isJoiner(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value == 0x200C || scalar.value == 0x200D
    }
}
