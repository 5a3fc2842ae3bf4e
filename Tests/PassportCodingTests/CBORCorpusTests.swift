import Foundation
import PassportCoding
import PassportTestSupport
import Testing

/// Items of RFC 8949 and of dCBOR. What our reader ought to say of an item is worked out from
/// its bytes and from what the file says of it, by code that shares nothing with the reader.
@Suite(
    "CBOR: the items of others", .enabled(if: Corpora.isPresent, Comment(rawValue: Corpora.reason)))
struct CBORCorpusTests {
    /// The initial bytes of an item that is well-formed, in order.
    private func initialBytes(_ bytes: [UInt8]) -> [UInt8] {
        var found: [UInt8] = []
        var rest = bytes[...]
        while let initial = rest.popFirst() {
            found.append(initial)
            let info = Int(initial & 0x1F)
            let width = (24...27).contains(info) ? 1 << (info - 24) : 0
            let argument = rest.prefix(width).reduce(0) { $0 << 8 | UInt64($1) }
            rest = rest.dropFirst(width)
            guard initial >> 5 == 2 || initial >> 5 == 3, info != 31 else { continue }
            rest = rest.dropFirst(width == 0 ? info : Int(argument))
        }
        return found
    }

    /// True when an item holds a float, a break, undefined, a simple value or an indefinite
    /// length.
    private func holdsUnsupported(_ bytes: [UInt8]) -> Bool {
        initialBytes(bytes).contains { initial in
            initial >> 5 == 7
                ? ![0xF4, 0xF5, 0xF6].contains(initial) : initial & 0x1F == 31
        }
    }

    private struct Example {
        let bytes: [UInt8]
        let object: [String: Any]
    }

    private func examples(_ path: String) throws -> [Example] {
        let json = try JSONSerialization.jsonObject(with: Data(try Corpora.bytes(path)))
        return try #require(json as? [[String: Any]]).map { object in
            let hex = try #require(object["hex"] as? String)
            return Example(bytes: try Hexadecimal.decode(hex), object: object)
        }
    }

    /// True when an item says what JSON says, as far as JSON can say it.
    private func agrees(_ item: CBORItem, _ json: Any) -> Bool {
        switch (item, json) {
        case (.unsigned(let value), let number as NSNumber): number.stringValue == "\(value)"
        case (.negative(let value), let number as NSNumber):
            // JSON readers round what is below the range of 64 bits.
            value > UInt64(Int64.max) || number.stringValue == "\(-1 - Int64(value))"
        case (.tagged(2...3, .bytes), is NSNumber): true
        case (.text(let text), let string as String): text == string
        case (.bool(let value), let number as NSNumber): number.boolValue == value
        case (.null, is NSNull): true
        case (.array(let items), let array as [Any]):
            items.count == array.count && zip(items, array).allSatisfy { agrees($0, $1) }
        case (.map(let map), let object as [String: Any]):
            map.entries.count == object.count
                && map.entries.allSatisfy { entry in
                    guard case .text(let key) = entry.key, let value = object[key] else {
                        return false
                    }
                    return agrees(entry.value, value)
                }
        default: false
        }
    }

    @Test("RFC 8949 Appendix A: read, compared and written again, or refused as unsupported")
    func appendixA() throws {
        let examples = try examples("cbor/appendix_a/test-cbor-goldens.json")
        #expect(examples.count == 82)
        var (accepted, refused) = (0, 0)
        for example in examples {
            if holdsUnsupported(example.bytes) {
                refused += 1
                #expect(refusal(try CBORReader.item(from: example.bytes)) == .unsupportedItem)
            } else {
                accepted += 1
                let item = try CBORReader.item(from: example.bytes)
                #expect(item.encoded() == example.bytes)
                #expect(example.object["roundtrip"] as? Bool == true)
                if let decoded = example.object["decoded"] { #expect(agrees(item, decoded)) }
            }
        }
        #expect(accepted > 30 && refused > 30)
    }

    @Test("RFC 8949 Appendix F: not one of 94 items that are not well-formed is read")
    func appendixF() throws {
        let path = "cbor/rfc8949-appendix-f-not-well-formed.txt"
        let lines = String(decoding: try Corpora.bytes(path), as: UTF8.self)
            .split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(lines.count == 94)
        for line in lines {
            let bytes = try Hexadecimal.decode(String(line))
            for order in [CBORReader.KeyOrder.bytewise, .any] {
                let code = refusal(try CBORReader.item(from: bytes, order: order))
                #expect(code != nil, "\(line)")
                #expect(code != .overLimit, "\(line)")
            }
        }
    }

    @Test("dCBOR's valid items: all that are no floats are read and written again")
    func dcborValid() throws {
        let examples = try examples("cbor/dcbor/valid.json")
        #expect(examples.count > 20)
        for example in examples {
            let read = try? CBORReader.item(from: example.bytes)
            #expect((read == nil) == holdsUnsupported(example.bytes))
            if let read {
                #expect(read.encoded() == example.bytes)
                // dCBOR reduces floats without a fraction to integers, and its file gives the float.
                let isReduced = (example.object["notes"] as? String)?.hasPrefix("Reduced") == true
                if let decoded = example.object["decoded"], !isReduced {
                    #expect(agrees(read, decoded))
                }
            }
        }
    }

    @Test("dCBOR's invalid items: refused, but for what only dCBOR forbids")
    func dcborInvalid() throws {
        // dCBOR narrows numbers and text beyond RFC 8949 §4.2.1; nothing else of it is stricter.
        let dcborOnly = ["65-bit", "Bigint", "NFC"]
        let examples = try examples("cbor/dcbor/invalid.json")
        #expect(examples.count > 20)
        for example in examples {
            let note = (example.object["notes"] ?? example.object["nodes"]) as? String ?? ""
            let code = refusal(try CBORReader.item(from: example.bytes))
            let allowed = dcborOnly.contains { note.contains($0) }
            #expect((code == nil) == allowed, "\(note)")
            guard !allowed else { continue }
            if holdsUnsupported(example.bytes) {
                #expect(code == .unsupportedItem, "\(note)")
            } else {
                let expected: CodingError.Code =
                    note.hasPrefix("Duplicate") ? .duplicateKey : .notDeterministic
                #expect(code == expected, "\(note)")
            }
        }
    }
}
