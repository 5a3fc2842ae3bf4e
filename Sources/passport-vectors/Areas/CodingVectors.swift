import CarePassport
import PassportCoding
import PassportCrypto
import PassportSealing
import PassportSecrecy
import PassportTrust

/// Deterministic CBOR, and COSE_Sign1 as such.
struct CodingVectors {
    let shop: Workshop

    func write() throws {
        accepted()
        try refused()
        try sign1()
    }

    private func add(
        _ scenario: String, _ verdict: Ruling, _ comment: String, _ bytes: [UInt8]
    ) { shop.add(.cbor, scenario, verdict, comment, ["bytes": .hex(bytes)]) }

    /// An item inside `depth` - 1 arrays.
    static func nested(_ depth: Int) -> [UInt8] {
        [UInt8](repeating: 0x81, count: depth - 1) + [0x00]
    }

    private func accepted() {
        let everything = CBORItem.array([
            .unsigned(0), .unsigned(23), .unsigned(24), .unsigned(255), .unsigned(256),
            .unsigned(65_535), .unsigned(65_536), .unsigned(4_294_967_295),
            .unsigned(4_294_967_296), .unsigned(.max), .negative(0), .negative(.max),
            .bytes([]), .bytes([UInt8](repeating: 7, count: 24)), .text(""), .text("سامي"),
            .array([]), CBORItem(fields: []), .tagged(18, .null), .bool(true), .bool(false), .null,
        ])
        add(
            "every-kind", .accept, "Every kind and width in its one encoding.", everything.encoded()
        )
        let keys = CBORItem.map(
            CBORMap([
                (CBORItem(10), .null), (CBORItem(100), .null), (CBORItem(-1), .null),
                (.text("z"), .null), (.text("aa"), .null), (.bytes([1]), .null),
            ]))
        add("key-order", .accept, "Keys stand bytewise by their encoding.", keys.encoded())
        add(
            "two-spellings-of-a-key", .accept,
            "KELVIN SIGN and K are two keys: texts are compared by bytes.",
            [0xA2, 0x61, 0x4B, 0x00, 0x63, 0xE2, 0x84, 0xAA, 0x00])
        add(
            "depth-at-limit", .accept, "Items nest \(Limits.cborDepth) deep.",
            Self.nested(Limits.cborDepth))
    }

    private func refused() throws {
        add(
            "depth-past-limit", .malformed, "Items nest \(Limits.cborDepth) deep and no deeper.",
            Self.nested(Limits.cborDepth + 1))
        let cases: [(String, String, [UInt8])] = [
            ("long-one-byte", "A number has its shortest form.", [0x18, 0x17]),
            ("long-two-bytes", "A number has its shortest form.", [0x19, 0x00, 0xFF]),
            ("long-four-bytes", "A number has its shortest form.", [0x1A, 0, 0, 0xFF, 0xFF]),
            (
                "long-eight-bytes", "A number has its shortest form.",
                [0x1B, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF]
            ),
            ("long-length", "A length has its shortest form.", [0x58, 0x01, 0x00]),
            ("long-tag", "A tag has its shortest form.", [0xD8, 0x12, 0x00]),
            ("indefinite-bytes", "Lengths are definite.", [0x5F, 0x41, 0x00, 0xFF]),
            ("indefinite-text", "Lengths are definite.", [0x7F, 0x61, 0x61, 0xFF]),
            ("indefinite-array", "Lengths are definite.", [0x9F, 0x00, 0xFF]),
            ("indefinite-map", "Lengths are definite.", [0xBF, 0x00, 0x00, 0xFF]),
            ("lone-break", "A break ends nothing.", [0xFF]),
            ("reserved-28", "Reserved forms are refused.", [0x1C]),
            ("reserved-simple", "Reserved forms are refused.", [0xFC]),
            ("half-float", "There are no floats.", [0xF9, 0x3C, 0x00]),
            ("float", "There are no floats.", [0xFA, 0x3F, 0x80, 0, 0]),
            ("double", "There are no floats.", [0xFB, 0x3F, 0xF0, 0, 0, 0, 0, 0, 0]),
            ("undefined", "There is no undefined.", [0xF7]),
            ("simple-value", "There are no other simple values.", [0xF8, 0x20]),
            ("duplicate-key", "A key stands once.", [0xA2, 0x01, 0x00, 0x01, 0x00]),
            ("keys-descend", "Keys stand in order.", [0xA2, 0x02, 0x00, 0x01, 0x00]),
            (
                "keys-length-first", "Keys stand bytewise, not by length first.",
                [0xA2, 0x20, 0x00, 0x18, 0x64, 0x00]
            ),
            ("trailing-byte", "Nothing follows the item.", [0x00, 0x00]),
            ("empty", "There is an item.", []),
            ("truncated-string", "A string is whole.", [0x43, 0x01, 0x02]),
            ("array-count-lie", "A count does not allocate.", [0x9A, 0xFF, 0xFF, 0xFF, 0xFF]),
            ("map-count-lie", "A count does not allocate.", [0xBA, 0xFF, 0xFF, 0xFF, 0xFF]),
            (
                "length-lie", "A length does not allocate.",
                [0x5B, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF]
            ),
            ("not-utf8", "Text is UTF-8.", [0x61, 0xFF]),
            ("surrogate", "Text is UTF-8 without surrogates.", [0x63, 0xED, 0xA0, 0x80]),
            ("overlong-utf8", "Text is UTF-8 in its shortest form.", [0x62, 0xC0, 0x80]),
        ]
        for (scenario, comment, bytes) in cases { add(scenario, .malformed, comment, bytes) }
    }

    private func sign1() throws {
        let key = try Secrets.signingKey("sign1", .issue)
        let thief = try Secrets.signingKey("sign1 thief", .issue)
        let type = ObjectType.staffCertificate
        let bytes = try COSESign1.sign([1, 2, 3], as: type, with: key).bytes
        func add(
            _ scenario: String, _ verdict: Ruling, _ comment: String, _ bytes: [UInt8],
            key: [UInt8], type: ObjectType = type, countersigner: [UInt8]? = nil
        ) {
            shop.add(
                .sign1, scenario, verdict, comment,
                [
                    "bytes": .hex(bytes), "type": .text(type.mediaType), "key": .hex(key),
                    "countersigner": .hex(countersigner),
                ])
        }
        let own = key.verifyingKey.rawRepresentation
        add("three-bytes", .accept, "A signature over three bytes.", bytes, key: own)
        for forgery in try Forgery.ofSign1(bytes, as: type, key: key, thief: thief)
        where forgery.scenario != "signed-by-thief" {
            add(forgery.scenario, forgery.verdict, forgery.comment, forgery.bytes, key: own)
        }
        let desk = try Secrets.signingKey("sign1 desk", .consent)
        let grant = try COSESign1.sign(
            [1, 2, 3], as: .grant, with: Secrets.signingKey("sign1 holder", .holder))
        let second = try grant.countersigned(as: .grant, with: desk).bytes
        let holder = try Secrets.signingKey("sign1 holder", .holder).verifyingKey.rawRepresentation
        let witness = desk.verifyingKey.rawRepresentation
        add(
            "countersigned", .accept, "A second signature over the first.", second, key: holder,
            type: .grant, countersigner: witness)
        add(
            "countersignature-missing", .refused, "What is wanted must be there.", grant.bytes,
            key: holder, type: .grant, countersigner: witness)
        let rest = try Forge.edited(bytes) { $0[1] = try Forge.parts(second).parts[1] }
        add("countersigned-type", .malformed, "Only grants are countersigned.", rest, key: own)
        // Points and scalars that lenient verifiers take.
        let zeros = [UInt8](repeating: 0, count: 64)
        let identity = [1] + [UInt8](repeating: 0, count: 31)
        let small = try Forge.edited(bytes) { parts in
            let header = try Forge.fields(try bytesOf(parts[0])) {
                $0[CBORItem(4)] = Digest.sha256(of: identity).item
            }
            parts[0] = .bytes(header)
            parts[3] = .bytes(identity + zeros.prefix(32))
        }
        add(
            "small-order-key", .refused, "A key of small order signs everything.", small,
            key: identity)
        // The signature's scalar plus the group's order, which is the same number to a lenient
        // verifier: a second signature nobody made.
        let order: [UInt8] = [
            0xED, 0xD3, 0xF5, 0x5C, 0x1A, 0x63, 0x12, 0x58, 0xD6, 0x9C, 0xF7, 0xA2, 0xDE, 0xF9,
            0xDE, 0x14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
        ]
        let malleable = try Forge.edited(bytes) { parts in
            var signature = try bytesOf(parts[3])
            var carry = 0
            for index in 0..<32 {
                let sum = Int(signature[32 + index]) + Int(order[index]) + carry
                signature[32 + index] = UInt8(sum & 0xFF)
                carry = sum >> 8
            }
            parts[3] = .bytes(signature)
        }
        add("malleated", .refused, "One signature has one spelling.", malleable, key: own)
    }

    private func bytesOf(_ item: CBORItem) throws -> [UInt8] {
        guard case .bytes(let bytes) = item else { throw VectorProblem("not bytes") }
        return bytes
    }
}
