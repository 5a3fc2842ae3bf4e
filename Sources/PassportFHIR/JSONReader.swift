import CarePassport
import PassportCoding

/// Reads JSON (RFC 8259) from untrusted bytes without recursion: bounded in size, depth and
/// count; refuses what two readers could take differently — duplicate names, names written with
/// escapes, lone surrogates — and keeps numbers as text.
struct JSONReader {
    private struct Frame {
        let isObject: Bool
        var elements: [JSON] = []
        var members: [String: JSON] = [:]
        var name: String?
    }

    private let bytes: [UInt8]
    private var position = 0
    private var values = 0
    private var frames: [Frame] = []

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Reads one value that takes up the whole input, save white space and a byte order mark.
    static func value(from bytes: [UInt8]) throws(FHIRError) -> JSON {
        guard bytes.count <= Limits.fhirBytes else {
            throw FHIRError(
                .overLimit, "document: \(bytes.count) bytes, at most \(Limits.fhirBytes)")
        }
        var reader = JSONReader(bytes)
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { reader.position = 3 }
        let value = try reader.document()
        reader.skipSpace()
        guard reader.current == nil else {
            throw reader.malformed("something follows the end of the document")
        }
        return value
    }

    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    private func malformed(_ what: String) -> FHIRError {
        FHIRError(.malformedJSON, "\(what) at byte \(position)")
    }

    private mutating func skipSpace() {
        var next = position
        while next < bytes.count {
            let byte = bytes[next]
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { break }
            next += 1
        }
        position = next
    }

    private mutating func document() throws(FHIRError) -> JSON {
        while true {
            guard var value = try scalarOrOpening() else { continue }
            // A finished value goes into its container, which may thereby be finished too.
            while true {
                guard !frames.isEmpty else { return value }
                try put(value)
                guard let closed = try closing() else { break }
                value = closed
            }
        }
    }

    /// A scalar or an empty container; nil when a container was opened and awaits its first value.
    private mutating func scalarOrOpening() throws(FHIRError) -> JSON? {
        skipSpace()
        values += 1
        guard values <= Limits.jsonValues else {
            throw FHIRError(.overLimit, "document: more than \(Limits.jsonValues) values")
        }
        guard let byte = current else { throw malformed("the document ends early") }
        switch byte {
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            return try open(isObject: byte == UInt8(ascii: "{"))
        case UInt8(ascii: "\""): return .string(try string(isName: false))
        case UInt8(ascii: "t"): return try literal("true", .bool(true))
        case UInt8(ascii: "f"): return try literal("false", .bool(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        case UInt8(ascii: "-"), 0x30...0x39: return .number(try number())
        default: throw malformed("no JSON value")
        }
    }

    private mutating func open(isObject: Bool) throws(FHIRError) -> JSON? {
        guard frames.count < Limits.jsonDepth else {
            throw FHIRError(
                .overLimit, "document: nested deeper than \(Limits.jsonDepth) at byte \(position)")
        }
        position += 1
        skipSpace()
        if current == UInt8(ascii: isObject ? "}" : "]") {
            position += 1
            return isObject ? .object([:]) : .array([])
        }
        frames.append(Frame(isObject: isObject))
        if isObject { try name() }
        return nil
    }

    private mutating func name() throws(FHIRError) {
        skipSpace()
        guard current == UInt8(ascii: "\"") else { throw malformed("no property name") }
        let name = try string(isName: true)
        skipSpace()
        guard current == UInt8(ascii: ":") else { throw malformed("no colon") }
        position += 1
        guard let last = frames.indices.last else { throw malformed("no object") }
        guard frames[last].members[name] == nil else {
            throw FHIRError(
                .duplicateName, "document: a property name stands twice before byte \(position)")
        }
        frames[last].name = name
    }

    private mutating func put(_ value: JSON) throws(FHIRError) {
        guard let last = frames.indices.last else { throw malformed("no container") }
        if frames[last].isObject {
            guard let name = frames[last].name else { throw malformed("no property name") }
            frames[last].members[name] = value
            frames[last].name = nil
        } else {
            frames[last].elements.append(value)
        }
    }

    /// The container if it ends here; nil after a comma.
    private mutating func closing() throws(FHIRError) -> JSON? {
        skipSpace()
        guard let byte = current, let frame = frames.last else {
            throw malformed("the document ends early")
        }
        position += 1
        if byte == UInt8(ascii: ",") {
            if frame.isObject { try name() }
            return nil
        }
        guard byte == UInt8(ascii: frame.isObject ? "}" : "]") else {
            position -= 1
            throw malformed("no comma or end of a container")
        }
        frames.removeLast()
        return frame.isObject ? .object(frame.members) : .array(frame.elements)
    }

    private mutating func literal(_ text: StaticString, _ value: JSON) throws(FHIRError) -> JSON {
        for byte in "\(text)".utf8 {
            guard current == byte else { throw malformed("no JSON value") }
            position += 1
        }
        return value
    }

    private mutating func number() throws(FHIRError) -> String {
        let start = position
        if current == UInt8(ascii: "-") { position += 1 }
        let zero = current == UInt8(ascii: "0")
        let whole = try digits()
        guard !zero || whole == 1 else { throw malformed("a number with a leading zero") }
        if current == UInt8(ascii: ".") {
            position += 1
            _ = try digits()
        }
        if current == UInt8(ascii: "e") || current == UInt8(ascii: "E") {
            position += 1
            if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { position += 1 }
            _ = try digits()
        }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private mutating func digits() throws(FHIRError) -> Int {
        let start = position
        var next = position
        while next < bytes.count, bytes[next] >= 0x30, bytes[next] <= 0x39 { next += 1 }
        position = next
        guard position > start else { throw malformed("no digit") }
        return position - start
    }

    private mutating func string(isName: Bool) throws(FHIRError) -> String {
        position += 1
        let start = position
        // Filled in place from the first escape on: a copy per escape would be quadratic.
        var unescaped: [UInt8] = []
        var hasEscapes = false
        while true {
            // Ordinary characters are nearly all of a document; they are passed over in one go.
            let run = position
            skipOrdinary()
            if hasEscapes { unescaped += bytes[run..<position] }
            guard let byte = current else { break }
            switch byte {
            case UInt8(ascii: "\""):
                let text =
                    hasEscapes
                    ? String(validating: unescaped, as: UTF8.self)
                    : String(validating: bytes[start..<position], as: UTF8.self)
                guard let text else {
                    throw malformed("text that is not UTF-8")
                }
                position += 1
                return text
            case UInt8(ascii: "\\"):
                guard !isName else {
                    throw FHIRError(
                        .escapedName,
                        "document: an escaped character in a property name at byte \(position)")
                }
                if !hasEscapes {
                    unescaped = Array(bytes[start..<position])
                    hasEscapes = true
                }
                try escape(into: &unescaped)
            default: throw malformed("a control character in text")
            }
        }
        throw malformed("the document ends inside text")
    }

    /// Goes to the next character that ends text, begins an escape, or may not stand in text.
    private mutating func skipOrdinary() {
        var next = position
        while next < bytes.count {
            let byte = bytes[next]
            if byte < 0x20 || byte == 0x22 || byte == 0x5C { break }
            next += 1
        }
        position = next
    }

    private mutating func escape(into text: inout [UInt8]) throws(FHIRError) {
        position += 1
        guard let byte = current else { throw malformed("the document ends inside text") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            var value = try hexadecimal()
            if (0xD800...0xDBFF).contains(value) {
                guard current == UInt8(ascii: "\\") else { throw malformed("a lone surrogate") }
                position += 1
                guard current == UInt8(ascii: "u") else { throw malformed("a lone surrogate") }
                position += 1
                let low = try hexadecimal()
                guard (0xDC00...0xDFFF).contains(low) else { throw malformed("a lone surrogate") }
                value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(value) else { throw malformed("a lone surrogate") }
            text.append(contentsOf: String(scalar).utf8)
        default: throw malformed("an unknown escape")
        }
    }

    private mutating func hexadecimal() throws(FHIRError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = current,
                let digit = Character(Unicode.Scalar(byte)).hexDigitValue
            else { throw malformed("no hexadecimal digit") }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }
}
