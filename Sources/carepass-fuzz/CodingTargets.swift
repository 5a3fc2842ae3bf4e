import PassportCoding

/// CBOR and zlib themselves.
enum CodingTargets {
    static let all: [FuzzTarget] = [cbor, sequence, inflate, deflate]

    /// What an accepted CBOR item must meet: one encoding, and nothing lost on the way.
    private static let cbor = FuzzTarget(
        name: "cbor", maximumLength: 4_096, files: ["cbor"], takesHexadecimal: true,
        areas: ["cbor"],
        seeds: {
            let item = CBORItem(fields: [
                (1, CBORItem(-1)), (2, .bytes([1, 2])), (3, .text("é")), (-4, .array([.null])),
                (300, .tagged(18, .bool(true))), (70_000, CBORItem(1 << 40)),
            ])
            return [item.encoded(), CBORItem.array([]).encoded()]
        },
        check: { input in
            guard let item = try? CBORReader.item(from: input) else { return }
            require(item.encoded() == input, "cbor: an item with two encodings")
            let loose = mustHold("cbor: strict reads what loose refuses") {
                try CBORReader.item(from: input, order: .any)
            }
            require(loose == item, "cbor: two readings of one item")
            guard case .map(let map) = item else { return }
            for entry in map.entries.prefix(64) {
                require(map[entry.key] == entry.value, "cbor: a map loses an entry")
            }
            var fields = try CBORFields(item, "map")
            require(fields.rest.count == map.entries.count, "cbor: fields lose an entry")
            _ = fields.takeOptional(1, "one")
        })

    /// A sequence ends where its items end, wherever the reader stands.
    private static let sequence = FuzzTarget(
        name: "cbor-sequence", maximumLength: 4_096, takesHexadecimal: true,
        seeds: { [[0x01, 0x02, 0x80, 0xA0, 0x40], [0xF6]] },
        check: { input in
            var reader = CBORReader(input)
            var bytes: [UInt8] = []
            while !reader.isAtEnd {
                let start = reader.offset
                guard let item = try? reader.next() else { break }
                require(reader.offset > start, "cbor sequence: no progress")
                bytes += item.encoded()
                require(bytes.count == reader.offset, "cbor sequence: a wrong offset")
            }
            require(input.starts(with: bytes), "cbor sequence: reads as something else")
        })

    /// Output never passes the cap, and the cap alone never changes what comes out.
    private static let inflate = FuzzTarget(
        name: "inflate", maximumLength: 8_192, takesHexadecimal: true,
        seeds: {
            let texts = ["", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "care passport, care passport"]
            let mixed = (0..<2_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 3) }
            return (texts.map { Array($0.utf8) } + [mixed, [UInt8](repeating: 0, count: 9_000)])
                .map { Zlib.deflate($0) }
        },
        check: { input in
            let small = try? Zlib.inflate(input, maximum: 4_096)
            let large = try? Zlib.inflate(input, maximum: 1 << 18)
            if let small { require(small.count <= 4_096, "inflate: past its cap") }
            guard let large else {
                require(small == nil, "inflate: a higher cap refuses")
                return
            }
            require(large.count <= 1 << 18, "inflate: past its cap")
            require(small == (large.count <= 4_096 ? large : nil), "inflate: the cap decides more")
            guard !large.isEmpty else { return }
            require(
                (try? Zlib.inflate(input, maximum: large.count)) == large, "inflate: exact cap")
            require(
                (try? Zlib.inflate(input, maximum: large.count - 1)) == nil,
                "inflate: one byte past its cap")
        })

    /// What is deflated inflates to itself. The first byte repeats the rest.
    private static let deflate = FuzzTarget(
        name: "deflate", maximumLength: 2_048,
        seeds: { [[3, 1, 2, 3, 4], [200, 0], Array("\u{1}abcabcabcabdabcabe".utf8)] },
        check: { input in
            let times = Int(input.first ?? 0) % 16 + 1
            let bytes = Array(repeatElement(input.dropFirst(), count: times).joined())
            let again = mustHold("deflate: own stream refused") {
                try Zlib.inflate(Zlib.deflate(bytes), maximum: bytes.count)
            }
            require(again == bytes, "deflate: inflates to something else")
        })
}
