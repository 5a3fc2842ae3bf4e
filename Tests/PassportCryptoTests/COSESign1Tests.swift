import PassportCoding
import PassportCrypto
import PassportTestSupport
import Testing

@Suite("COSE_Sign1")
struct COSESign1Tests {
    private let payload = Array("what was signed".utf8)

    private func object(_ type: ObjectType = .passport) throws -> COSESign1 {
        try COSESign1.sign(payload, as: type, with: signingKey(1, signer(of: type)))
    }

    private func verifies(_ bytes: [UInt8], as type: ObjectType, _ key: VerifyingKey) -> Bool {
        let object = try? COSESign1(decoding: bytes, as: type, maximum: ample)
        return (try? object?.verify(with: key)) != nil
    }

    @Test(
        "a good object of every type is read, verifies and lends its payload", arguments: allTypes)
    func good(_ type: ObjectType) throws {
        let key = try signingKey(1, signer(of: type))
        let made = try COSESign1.sign(payload, as: type, with: key)
        let read = try COSESign1(decoding: made.bytes, as: type, maximum: ample)
        #expect(read == made)
        #expect(read.keyHash == key.verifyingKey.keyHash)
        #expect(read.digest == Digest.sha256(of: made.bytes))
        let verified = try read.verify(with: key.verifyingKey)
        #expect(verified.bytes == payload)
    }

    @Test("the bytes are those of RFC 9052, put together by hand")
    func bytes() throws {
        let key = try signingKey(1, .issue)
        let media = Array("application/vnd.carepass.passport+cose".utf8)
        // {1: -19, 4: h'32 bytes', 16: "38 characters"}
        let header =
            [0xA3, 0x01, 0x32, 0x04, 0x58, 0x20] + key.verifyingKey.keyHash.bytes
            + [0x10, 0x78, 0x26] + media
        let length = UInt8(header.count)
        let toBeSigned =
            [0x84, 0x6A] + Array("Signature1".utf8) + [0x58, length] + header
            + [0x40, 0x4F] + payload
        let object = try object()
        let signature = Array(object.bytes.suffix(64))
        #expect(
            object.bytes
                == [0xD2, 0x84, 0x58, length] + header + [0xA0, 0x4F] + payload + [0x58, 0x40]
                + signature)
        let holds = key.verifyingKey.isValid(signature: signature, for: toBeSigned)
        #expect(holds)
    }

    @Test("typ confusion: no object is read as one of any other type", arguments: allTypes)
    func typeConfusion(_ made: ObjectType) throws {
        let object = try object(made)
        let key = try signingKey(1, signer(of: made))
        for other in allTypes where other != made {
            let asOther = refusal {
                try COSESign1(decoding: object.bytes, as: other, maximum: ample)
            }
            #expect(asOther == .wrongType)
            // Writing the other type over it breaks the signature.
            var parts = try Sign1Parts(object)
            parts.protected = CBORItem(fields: [
                (1, CBORItem(-19)), (4, object.keyHash.item), (16, .text(other.mediaType)),
            ]).encoded()
            let relabelled = try COSESign1(decoding: parts.bytes, as: other, maximum: ample)
            #expect(refusal { try relabelled.verify(with: key.verifyingKey) } == .badSignature)
        }
    }

    @Test("a key signs what its purpose allows and nothing else")
    func purposes() throws {
        let allowed: [KeyPurpose: Set<String>] = [
            .issue: ["passport", "staff"], .consent: ["grant", "disclosure", "withdrawal"],
            .status: ["statuslist"], .root: ["manifest"], .staff: ["act"],
            .holder: ["grant", "withdrawal"],
        ]
        for purpose in KeyPurpose.allCases where purpose.isSigning {
            let key = try signingKey(2, purpose)
            for type in allTypes {
                let name = try #require(
                    type.mediaType.split(separator: "/").last?.split(separator: "+").first)
                let short = String(name.split(separator: ".").last ?? name)
                let may = allowed[purpose]?.contains(short) == true
                let code = refusal { try COSESign1.sign(payload, as: type, with: key) }
                #expect(code == (may ? nil : .wrongPurpose), "\(purpose.name) \(short)")
            }
        }
    }

    @Test("keys that open boxes or the vault are no signing keys")
    func noSigningKeys() {
        for purpose in [KeyPurpose.sealNet, .sealPaper, .vault] {
            #expect(refusal { try signingKey(3, purpose) } == .malformedKey)
        }
    }

    @Test("another key is refused, whether the object names it or not")
    func wrongKey() throws {
        let other = try signingKey(4, .issue).verifyingKey
        let object = try object()
        #expect(refusal { try object.verify(with: other) } == .wrongKey)
        var parts = try Sign1Parts(object)
        parts.protected = CBORItem(fields: [
            (1, CBORItem(-19)), (4, other.keyHash.item), (16, .text(ObjectType.passport.mediaType)),
        ]).encoded()
        let renamed = try COSESign1(decoding: parts.bytes, as: .passport, maximum: ample)
        #expect(refusal { try renamed.verify(with: other) } == .badSignature)
    }

    /// Headers that differ from the one allowed, each signed over correctly: what refuses them
    /// is the reader, not the signature.
    private func otherHeaders(_ kid: Digest) -> [(String, [UInt8])] {
        let type = CBORItem.text(ObjectType.passport.mediaType)
        let alg = (1, CBORItem(-19) as CBORItem?)
        let typ = (16, type as CBORItem?)
        let key = (4, kid.item as CBORItem?)
        func map(_ fields: [(Int, CBORItem?)]) -> [UInt8] { CBORItem(fields: fields).encoded() }
        return [
            ("EdDSA instead of Ed25519", map([(1, CBORItem(-8)), key, typ])),
            ("ES256", map([(1, CBORItem(-7)), key, typ])),
            ("no algorithm", map([key, typ])),
            ("no key hash", map([alg, typ])),
            ("no type", map([alg, key])),
            ("short key hash", map([alg, (4, .bytes([1, 2])), typ])),
            ("key hash as text", map([alg, (4, .text("11")), typ])),
            ("type as number", map([alg, key, (16, CBORItem(60))])),
            ("type in upper case", map([alg, key, (16, .text("APPLICATION/CWT"))])),
            ("critical header", map([alg, (2, .array([CBORItem(33)])), key, typ])),
            (
                "critical and its part",
                map([alg, (2, .array([CBORItem(-70)])), key, typ, (-70, .null)])
            ),
            ("content type", map([alg, (3, CBORItem(0)), key, typ])),
            ("private header", map([alg, key, typ, (-65_537, CBORItem(1))])),
            ("empty", []), ("empty map", map([])),
            ("not a map", CBORItem.array([]).encoded()),
            ("bytes after it", map([alg, key, typ]) + [0]),
            ("twice the algorithm", [0xA4, 0x01, 0x32] + map([alg, key, typ]).dropFirst()),
            ("out of order", [0xA3] + reordered(map([alg, key, typ]))),
            ("long form", [0xB8, 0x03] + map([alg, key, typ]).dropFirst()),
        ]
    }

    /// The entries of the one allowed header, the last two exchanged.
    private func reordered(_ header: [UInt8]) -> [UInt8] {
        Array(header[1..<3]) + Array(header[38...]) + Array(header[3..<38])
    }

    @Test("every header but the one allowed is refused, although its signature holds")
    func headers() throws {
        let key = try signingKey(1, .issue)
        let good = try object()
        for (what, header) in otherHeaders(key.verifyingKey.keyHash) {
            var parts = try Sign1Parts(good)
            parts.protected = header
            parts.signature = .bytes(key.signature(for: signedStructure(header, [[], payload])))
            let code = refusal {
                try COSESign1(decoding: parts.bytes, as: .passport, maximum: ample)
            }
            #expect(code != nil, "\(what)")
        }
    }

    @Test("a signature made for another context does not hold")
    func contexts() throws {
        let key = try signingKey(1, .issue)
        let header = try Sign1Parts(object()).protected
        let messages = [
            signedStructure(in: "Signature", header, [[], payload]),
            signedStructure(in: "CounterSignature", header, [[], payload]),
            signedStructure(in: "CounterSignatureV2", header, [header, [], payload]),
            signedStructure(header, [Array("aad".utf8), payload]),
            signedStructure(header, [payload]), payload, [],
        ]
        for message in messages {
            var parts = try Sign1Parts(object())
            parts.signature = .bytes(key.signature(for: message))
            #expect(!verifies(parts.bytes, as: .passport, key.verifyingKey))
        }
    }

    @Test("other shapes are refused: tag, array, payload, signature, unprotected header")
    func shapes() throws {
        let good = try Sign1Parts(object())
        var shapes: [(String, [UInt8])] = []
        func add(_ what: String, _ change: (inout Sign1Parts) -> Void) {
            var parts = good
            change(&parts)
            shapes.append((what, parts.bytes))
        }
        add("no tag") { $0.tag = nil }
        for tag: UInt64 in [16, 17, 61, 96, 97, 98, 55_799] { add("tag \(tag)") { $0.tag = tag } }
        add("detached payload") { $0.payload = .null }
        add("payload as text") { $0.payload = .text("what was signed") }
        add("empty signature") { $0.signature = .bytes([]) }
        add("short signature") { $0.signature = .bytes([UInt8](repeating: 1, count: 63)) }
        add("long signature") { $0.signature = .bytes([UInt8](repeating: 1, count: 65)) }
        add("key hash outside") { $0.unprotected = CBORItem(fields: [(4, .bytes([1]))]) }
        add("ignorable part outside") { $0.unprotected = CBORItem(fields: [(-1, .null)]) }
        add("old countersignature") { $0.unprotected = CBORItem(fields: [(7, .array([]))]) }
        add("unprotected no map") { $0.unprotected = .null }
        shapes.append(("two tags", CBORItem.tagged(61, .tagged(18, good.item)).encoded()))
        shapes.append(("nothing", []))
        shapes.append(("bytes after it", good.bytes + [0]))
        guard case .array(let four) = good.item else { return }
        shapes.append(
            ("three parts", CBORItem.tagged(18, .array(Array(four.dropLast()))).encoded()))
        shapes.append(("five parts", CBORItem.tagged(18, .array(four + [.null])).encoded()))
        for (what, bytes) in shapes {
            let code = refusal { try COSESign1(decoding: bytes, as: .passport, maximum: ample) }
            #expect(code == .malformedObject, "\(what)")
        }
    }

    @Test("the limit holds to the byte")
    func limit() throws {
        let bytes = try object().bytes
        _ = try COSESign1(decoding: bytes, as: .passport, maximum: bytes.count)
        let code = refusal {
            try COSESign1(decoding: bytes, as: .passport, maximum: bytes.count - 1)
        }
        #expect(code == .malformedObject)
    }

    @Test("an object cut anywhere, or with any one bit changed, does not verify")
    func everyBit() throws {
        let key = try signingKey(1, .issue).verifyingKey
        let bytes = try object().bytes
        #expect(verifies(bytes, as: .passport, key))
        for index in bytes.indices {
            #expect(!verifies(Array(bytes[..<index]), as: .passport, key))
            for bit in 0..<8 {
                var changed = bytes
                changed[index] ^= 1 << UInt8(bit)
                #expect(!verifies(changed, as: .passport, key), "byte \(index), bit \(bit)")
            }
        }
    }

    @Test("seeded damage never verifies", arguments: 0..<4)
    func damaged(_ seed: UInt64) throws {
        let key = try signingKey(1, .issue).verifyingKey
        let bytes = try object().bytes
        var mutator = Mutator(seed: 1_000 + seed)
        var read = 0
        for _ in 0..<1_000 {
            let damaged = mutator.mutated(bytes)
            guard let object = try? COSESign1(decoding: damaged, as: .passport, maximum: ample)
            else { continue }
            read += 1
            #expect((try? object.verify(with: key)) == nil)
        }
        // The property would hold of a reader that refuses everything.
        #expect(read > 50)
    }
}
