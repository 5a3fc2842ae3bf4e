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
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    let isControl = scalar.properties.generalCategory == .control
                    let isDirection =
                        (0x202A...0x202E).contains(scalar.value)
                        || (0x2066...0x2069).contains(scalar.value)
                    return isControl || isDirection ? "\u{FFFD}" : scalar
                }))
    }
}
