import Foundation
import PassportCoding

/// The part of JSON that vectors use: no fractions, one order of keys, one layout.
indirect enum JSON: Hashable, Sendable {
    case null
    case bool(Bool)
    case int(Int)
    case text(String)
    case list([JSON])
    case object([String: JSON])

    static func hex(_ bytes: [UInt8]) -> JSON { .text(Hexadecimal.encode(bytes)) }
    static func hex(_ bytes: [UInt8]?) -> JSON { bytes.map { .hex($0) } ?? .null }
    static func hexes(_ list: [[UInt8]]) -> JSON { .list(list.map { .hex($0) }) }

    /// An object; entries that are null are left out, so that absence has one spelling.
    static func entries(_ entries: [String: JSON]) -> JSON {
        .object(entries.filter { $0.value != .null })
    }

    /// The entries of an object; of anything else none.
    var entries: [String: JSON] {
        if case .object(let entries) = self { entries } else { [:] }
    }

    /// The elements of a list; of anything else none.
    var elements: [JSON] { if case .list(let elements) = self { elements } else { [] } }

    /// The text, if it is one.
    var string: String? { if case .text(let text) = self { text } else { nil } }

    /// The number, if it is one.
    var number: Int? { if case .int(let number) = self { number } else { nil } }

    subscript(key: String) -> JSON { entries[key] ?? .null }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    init(stringLiteral value: String) { self = .text(value) }
    init(integerLiteral value: Int) { self = .int(value) }
    init(booleanLiteral value: Bool) { self = .bool(value) }
    init(arrayLiteral elements: JSON...) { self = .list(elements) }
    init(dictionaryLiteral elements: (String, JSON)...) {
        self = .entries(Dictionary(elements) { first, _ in first })
    }
}

extension JSON: Decodable {
    /// Reads a value; a number with a fraction is refused.
    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Int.self) {
            self = .int(value)
        } else if let value = try? container.decode(String.self) {
            self = .text(value)
        } else if let value = try? container.decode([JSON].self) {
            self = .list(value)
        } else {
            self = .object(try container.decode([String: JSON].self))
        }
    }

    /// Reads a document.
    init(parsing data: Data) throws { self = try JSONDecoder().decode(JSON.self, from: data) }
}

extension JSON {
    /// Keys that stand first, in this order; others follow by name.
    private static let leading = [
        "$schema", "$id", "title", "description", "version", "area", "scenario", "comment",
        "verdict", "code", "input", "intermediate", "expected",
    ]

    private static func place(_ key: String) -> Int { leading.firstIndex(of: key) ?? leading.count }

    /// The document with two spaces for each level and a line feed at the end.
    var document: String { written(indent: 0) + "\n" }

    private func written(indent: Int) -> String {
        let inner = String(repeating: " ", count: indent + 2)
        let outer = String(repeating: " ", count: indent)
        switch self {
        case .null: return "null"
        case .bool(let value): return value ? "true" : "false"
        case .int(let value): return "\(value)"
        case .text(let value): return Self.quoted(value)
        case .list(let elements):
            guard !elements.isEmpty else { return "[]" }
            let lines = elements.map { inner + $0.written(indent: indent + 2) }
            return "[\n" + lines.joined(separator: ",\n") + "\n\(outer)]"
        case .object(let entries):
            guard !entries.isEmpty else { return "{}" }
            let lines = entries.sorted {
                (Self.place($0.key), $0.key) < (Self.place($1.key), $1.key)
            }.map { inner + Self.quoted($0.key) + ": " + $0.value.written(indent: indent + 2) }
            return "{\n" + lines.joined(separator: ",\n") + "\n\(outer)}"
        }
    }

    private static func quoted(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 < 0x20 || $0 == 0x22 || $0 == 0x5C || $0 >= 0x7F })
        else { return "\"\(text)\"" }
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            default:
                if scalar.value < 0x20 || scalar.value == 0x7F {
                    let hex = String(scalar.value, radix: 16)
                    result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
                } else {
                    result.unicodeScalars.append(scalar)
                }
            }
        }
        return result + "\""
    }
}
