import Foundation
import PassportCoding
import PassportTestSupport
import Testing

/// The lists that the Token Status List draft prints, through zlib, base64url and CBOR.
@Suite(
    "zlib: the status lists of the draft",
    .enabled(if: Corpora.isPresent, Comment(rawValue: Corpora.reason)))
struct StatusListCorpusTests {
    private static let folder = "status-list/draft"

    private func text(_ name: String) throws -> String {
        String(decoding: try Corpora.bytes("\(Self.folder)/\(name)"), as: UTF8.self)
    }

    /// The compressed list in a JSON example; the draft wraps long strings.
    private func listInJSON(_ name: String) throws -> [UInt8] {
        let match = try #require(try text(name).firstMatch(of: /"lst":\s*"([A-Za-z0-9_\-\s]+)"/))
        return try Base64URL.decode(String(match.1.filter { !$0.isWhitespace }))
    }

    /// The compressed list and its width in a CBOR example.
    private func listInCBOR(_ name: String) throws -> (bits: UInt64, list: [UInt8]) {
        let text = try text(name)
        let start = try #require(text.range(of: "a2646269"))
        let hex = text[start.lowerBound...].filter { !$0.isWhitespace }
        // The draft writes `bits` before `lst`, which deterministic encoding does not.
        let bytes = try Hexadecimal.decode(hex)
        #expect(refusal(try CBORReader.item(from: bytes)) == .notDeterministic)
        return try list(CBORReader.item(from: bytes, order: .any))
    }

    private func list(_ item: CBORItem) throws -> (bits: UInt64, list: [UInt8]) {
        var fields = try CBORFields(item, "status list")
        let list = (
            try fields.take(text: "bits").unsigned(in: 1...8),
            try fields.take(text: "lst").bytes(1...Limits.statusListBytes)
        )
        try fields.finishExactly()
        return list
    }

    private func status(_ list: [UInt8], bits: Int, at index: Int) -> Int {
        Int(list[index * bits / 8]) >> (index * bits % 8) & (1 << bits - 1)
    }

    @Test("the long lists hold the printed statuses at the printed places and nothing else")
    func longLists() throws {
        let sections = try text("expected-1bit-2bit.md").components(separatedBy: "\n## ")
        #expect(sections.count == 2)
        for (index, section) in sections.enumerated() {
            let bits = index + 1
            #expect(section.contains("\(bits)-bit Status List"))
            let compressed = try listInJSON("examples/status_list_encoding\(bits)_long_json.md")
            let inCBOR = try listInCBOR("examples/status_list_encoding\(bits)_long_cbor.md")
            #expect(inCBOR.bits == UInt64(bits))
            #expect(inCBOR.list == compressed)
            let list = try Zlib.inflate(compressed, maximum: Limits.statusListInflatedBytes)
            #expect(list.count == 1 << 20 / 8 * bits)

            let printed = section.matches(of: /status\[(\d+)\]\s*=\s*0b([01]+)/)
            #expect(printed.count == 11)
            for match in printed {
                let place = try #require(Int(match.1))
                #expect(status(list, bits: bits, at: place) == Int(match.2, radix: 2))
            }
            let set = list.indices.filter { list[$0] != 0 }
                .flatMap { byte in (0..<8 / bits).map { byte * 8 / bits + $0 } }
                .filter { status(list, bits: bits, at: $0) != 0 }
            #expect(set == printed.compactMap { Int($0.1) })

            let ours = Zlib.deflate(list)
            #expect(ours.count * 100 <= compressed.count * 115)
            #expect(try Zlib.inflate(ours, maximum: list.count) == list)
        }
    }

    @Test(
        "the short lists hold the printed bytes",
        arguments: [("status_list_encoding", 1), ("status_list_encoding2", 2)])
    func shortLists(_ name: String, _ bits: UInt64) throws {
        let bytes = try #require(
            try text("examples/\(name)_json.md").firstMatch(of: /byte_array = \[([^\]]*)\]/)
        ).1.matches(of: /0x([0-9a-f]{2})/).map { String($0.1) }.joined()
        let list = try Hexadecimal.decode(bytes)
        let compressed = try listInJSON("examples/\(name)_json.md")
        let inCBOR = try listInCBOR("examples/\(name)_cbor.md")
        #expect(inCBOR.bits == bits)
        #expect(inCBOR.list == compressed)
        #expect(try Zlib.inflate(compressed, maximum: list.count) == list)
        // Nothing to choose in so few bytes: ours is the same stream.
        #expect(Zlib.deflate(list) == compressed)
    }

    @Test("the list inside the signed example is the short one")
    func signedExample() throws {
        let hex = try text("examples/status_list_cwt.md").filter { !$0.isWhitespace }
        let token = try CBORReader.item(from: Hexadecimal.decode(hex), order: .any)
        guard case .tagged(18, .array(let parts)) = token, case .bytes(let payload) = parts[2]
        else {
            Issue.record("not a signed token")
            return
        }
        let claims = try CBORReader.item(from: payload, order: .any)
        guard case .map(let map) = claims, let item = map[CBORItem(65_533)] else {
            Issue.record("no status list among the claims")
            return
        }
        let list = try list(item)
        #expect(list.bits == 1)
        #expect(try Zlib.inflate(list.list, maximum: 2) == [0xB9, 0xA3])
    }
}
