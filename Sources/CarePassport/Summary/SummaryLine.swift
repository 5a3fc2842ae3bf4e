/// One line of a summary for people, in no language yet: a key of a table of translations and
/// what goes into its places.
public struct SummaryLine: Hashable, Sendable {
    /// What goes into a place of a line.
    public enum Argument: Hashable, Sendable {
        /// Data, shown as it is.
        case text(String)
        /// Another key of the table.
        case key(String)
    }

    /// The key of the line's text.
    public let key: String
    /// What goes into its places `{0}`, `{1}`, …
    public let arguments: [Argument]
    /// How far the line is set in: 0 for an item, 1 for what is known of it.
    public let indent: Int

    /// A line.
    public init(_ key: String, _ arguments: [Argument] = [], indent: Int = 0) {
        self.key = key
        self.arguments = arguments
        self.indent = indent
    }

    /// The keys that a table must have for this line.
    public var keys: [String] {
        [key]
            + arguments.compactMap {
                if case .key(let key) = $0 { key } else { nil }
            }
    }

    /// The line in the words of a table. A key that the table lacks shows as itself: a reader
    /// then sees that something is there, which silence would hide.
    public func text(_ table: [String: String]) -> String {
        var values: [String] = []
        for argument in arguments {
            switch argument {
            case .text(let text): values.append(text)
            case .key(let key): values.append(table[key] ?? key)
            }
        }
        let pattern =
            table[key] ?? ([key] + values.indices.map { "{\($0)}" }).joined(separator: " ")
        return Self.fill(pattern, values)
    }

    /// Puts values into places in one pass, so that a value that looks like a place stays text.
    private static func fill(_ pattern: String, _ values: [String]) -> String {
        var result = ""
        var rest = pattern[...]
        while let open = rest.firstIndex(of: "{") {
            result += rest[..<open]
            rest = rest[open...]
            guard let close = rest.firstIndex(of: "}"),
                let number = Int(rest[rest.index(after: open)..<close]),
                values.indices.contains(number)
            else {
                result.append("{")
                rest = rest.dropFirst()
                continue
            }
            result += values[number]
            rest = rest[rest.index(after: close)...]
        }
        return result + rest
    }
}

/// Collects the lines of one item.
struct LineWriter {
    private(set) var lines: [SummaryLine]

    init(_ key: String, _ arguments: SummaryLine.Argument...) {
        lines = [SummaryLine(key, arguments)]
    }

    mutating func field(_ name: String, _ arguments: SummaryLine.Argument...) {
        lines.append(SummaryLine("field.\(name)", arguments, indent: 1))
    }

    mutating func text(_ name: String, _ value: String?) {
        if let value { field(name, .text(value)) }
    }

    mutating func number(_ name: String, _ value: Int?) {
        if let value { field(name, .text("\(value)")) }
    }

    mutating func date(_ name: String, _ value: PartialDate?) {
        if let value { field(name, .text(value.text)) }
    }

    mutating func term<V>(_ name: String, _ value: Term<V>?) {
        if let value { field(name, .key(value.key)) }
    }

    mutating func terms<V>(_ name: String, _ values: [Term<V>]) {
        for value in values { term(name, value) }
    }

    mutating func codes(_ codes: [Code]) {
        for code in codes {
            field("code", .text(code.system.uri), .text(code.code), .key(code.status.key))
        }
    }

    mutating func notUnderstood(_ extras: Extras) {
        if extras.count > 0 { field("not-understood", .text("\(extras.count)")) }
    }
}

extension Array where Element == Code {
    /// The words of the first code that has any.
    var label: String {
        lazy.compactMap(\.display).first ?? first?.label ?? ""
    }
}
