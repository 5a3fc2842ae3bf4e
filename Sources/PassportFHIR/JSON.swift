/// A JSON value; numbers stay as they were written, because a dose must not pass a float.
enum JSON: Hashable, Sendable {
    case null
    case bool(Bool)
    case number(String)
    case string(String)
    case array([JSON])
    case object([String: JSON])

    /// The member of an object, else nil.
    subscript(name: String) -> JSON? {
        if case .object(let members) = self { return members[name] }
        return nil
    }

    var string: String? {
        if case .string(let text) = self { return text }
        return nil
    }

    var numberText: String? {
        if case .number(let text) = self { return text }
        return nil
    }

    var bool: Bool? {
        if case .bool(let value) = self { return value }
        return nil
    }

    /// The elements; none for anything but an array.
    var elements: [JSON] {
        if case .array(let elements) = self { return elements }
        return []
    }

    var isObject: Bool {
        if case .object = self { return true }
        return false
    }

    /// The elements of an array member.
    func list(_ name: String) -> [JSON] { self[name]?.elements ?? [] }

    /// The text of a string member.
    func text(_ name: String) -> String? { self[name]?.string }

    /// True when a member is there at all.
    func has(_ name: String) -> Bool { self[name] != nil }

    /// An object of what is not nil.
    static func members(_ pairs: [(String, JSON?)]) -> JSON {
        var members: [String: JSON] = [:]
        for (name, value) in pairs { if let value { members[name] = value } }
        return .object(members)
    }
}
