/// Writes JSON with properties in alphabetical order, so that equal documents are equal bytes.
struct JSONWriter {
    private(set) var bytes: [UInt8] = []

    static func bytes(of value: JSON) -> [UInt8] {
        var writer = JSONWriter()
        writer.write(value, indent: 0)
        writer.bytes.append(0x0A)
        return writer.bytes
    }

    /// Recursion is bounded: only values that this module built are written.
    private mutating func write(_ value: JSON, indent: Int) {
        switch value {
        case .null: append("null")
        case .bool(let value): append(value ? "true" : "false")
        case .number(let text): append(text)
        case .string(let text): write(text)
        case .array(let elements):
            append("[")
            for (index, element) in elements.enumerated() {
                newLine(indent + 1, isFirst: index == 0)
                write(element, indent: indent + 1)
            }
            if !elements.isEmpty { newLine(indent, isFirst: true) }
            append("]")
        case .object(let members):
            append("{")
            let sorted = members.sorted { $0.key < $1.key }
            for (index, member) in sorted.enumerated() {
                newLine(indent + 1, isFirst: index == 0)
                write(member.key)
                append(": ")
                write(member.value, indent: indent + 1)
            }
            if !members.isEmpty { newLine(indent, isFirst: true) }
            append("}")
        }
    }

    private mutating func newLine(_ indent: Int, isFirst: Bool) {
        append(isFirst ? "\n" : ",\n")
        bytes.append(contentsOf: repeatElement(0x20, count: 2 * indent))
    }

    private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

    private mutating func write(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case 0..<0x20:
                let digits = String(byte, radix: 16)
                append("\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits)
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
