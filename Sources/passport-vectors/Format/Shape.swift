/// The form of a value in a vector. One description makes the JSON Schema and the check for
/// unknown keys.
indirect enum Shape: Sendable {
    /// Lower-case hexadecimal, two digits a byte; with a number, exactly so many bytes.
    case hex(Int? = nil)
    case int
    case bool
    case text
    case word([String])
    case list(Shape)
    case object([Member])

    struct Member: Sendable {
        let name: String
        let shape: Shape
        let isRequired: Bool
        let meaning: String
    }

    private static func isHex(_ text: String, _ count: Int?) -> Bool {
        text.utf8.count.isMultiple(of: 2)
            && (count.map { $0 * 2 == text.utf8.count } ?? true)
            && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }

    /// Refuses what the shape does not allow.
    func check(_ json: JSON, at place: String) throws {
        func fail(_ what: String) -> VectorProblem { VectorProblem("\(place): \(what)") }
        switch (self, json) {
        case (.int, .int), (.bool, .bool), (.text, .text): return
        case (.hex(let count), .text(let text)):
            guard Self.isHex(text, count) else {
                throw fail("not hexadecimal, or of another length")
            }
        case (.word(let words), .text(let text)):
            guard words.contains(text) else { throw fail("not one of its words") }
        case (.list(let element), .list(let elements)):
            for (index, value) in elements.enumerated() {
                try element.check(value, at: "\(place)[\(index)]")
            }
        case (.object(let members), .object(let entries)):
            let names = Set(members.map(\.name))
            for key in entries.keys where !names.contains(key) {
                throw fail("unknown key '\(key)'")
            }
            for member in members {
                if let value = entries[member.name] {
                    try member.shape.check(value, at: "\(place).\(member.name)")
                } else if member.isRequired {
                    throw fail("no '\(member.name)'")
                }
            }
        default: throw fail("of another type")
        }
    }

    /// The shape as JSON Schema (2020-12).
    var schema: JSON {
        switch self {
        case .hex(let count):
            let pattern = count.map { "^[0-9a-f]{\($0 * 2)}$" } ?? "^([0-9a-f]{2})*$"
            return ["type": "string", "pattern": .text(pattern)]
        case .int: return ["type": "integer"]
        case .bool: return ["type": "boolean"]
        case .text: return ["type": "string"]
        case .word(let words): return ["enum": .list(words.map { .text($0) })]
        case .list(let element): return ["type": "array", "items": element.schema]
        case .object(let members):
            var properties: [String: JSON] = [:]
            for member in members {
                var schema = member.shape.schema.entries
                schema["description"] = .text(member.meaning)
                properties[member.name] = .object(schema)
            }
            return [
                "type": "object", "additionalProperties": false,
                "properties": .object(properties),
                "required": .list(members.filter(\.isRequired).map { .text($0.name) }),
            ]
        }
    }
}

/// A member that must be there.
func need(_ name: String, _ shape: Shape, _ meaning: String) -> Shape.Member {
    Shape.Member(name: name, shape: shape, isRequired: true, meaning: meaning)
}

/// A member that may be absent.
func may(_ name: String, _ shape: Shape, _ meaning: String) -> Shape.Member {
    Shape.Member(name: name, shape: shape, isRequired: false, meaning: meaning)
}
