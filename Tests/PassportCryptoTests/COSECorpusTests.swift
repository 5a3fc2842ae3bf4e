import Foundation
import PassportCoding
import PassportCrypto
import PassportTestSupport
import Testing

/// One file of the COSE working group's examples.
private struct Example {
    let name: String
    let input: Any
    let intermediates: Any
    let object: [UInt8]

    init(_ url: URL) throws {
        name = url.pathComponents.suffix(2).joined(separator: "/")
        let json = try JSONSerialization.jsonObject(with: Data(contentsOf: url))
        let fields = try #require(json as? [String: Any])
        input = try #require(fields["input"])
        intermediates = fields["intermediates"] ?? [:]
        let output = try #require(fields["output"] as? [String: Any])
        object = try bytes(hex: output["cbor"])
    }

    /// All values under a name, at any depth of a JSON value.
    static func values(_ key: String, in json: Any) -> [Any] {
        if let object = json as? [String: Any] {
            return object.sorted { $0.key < $1.key }.flatMap { name, value in
                (name == key ? [value] : []) + values(key, in: value)
            }
        }
        return (json as? [Any] ?? []).flatMap { values(key, in: $0) }
    }

    /// The algorithms and curves that the file names and suite 1 does not have.
    var foreign: [String] {
        let ours: Set<String> = [
            "EdDSA", "ChaCha-Poly1305", "HKDF-HMAC-SHA-256", "direct", "Ed25519", "X25519",
        ]
        let named = (Self.values("alg", in: input) + Self.values("crv", in: input))
            .compactMap { $0 as? String }
        return Set(named).subtracting(ours).sorted()
    }

    /// The Ed25519 keys of the file, one for each signature made with one.
    var signers: [[UInt8]] {
        Self.values("key", in: input).compactMap { $0 as? [String: Any] }
            .filter { $0["crv"] as? String == "Ed25519" }
            .compactMap { try? bytes(hex: $0["x_hex"]) }
    }

    /// The byte strings that were signed, as the file states them.
    var messages: [[UInt8]] {
        // This file states the structure of a full countersignature, and holds the signature
        // over that of an abbreviated one.
        if name == "countersign1/mac0-01.json",
            case .tagged(_, .array(let parts))? = try? CBORReader.item(from: object, order: .any),
            case .bytes(let body) = parts[0], case .bytes(let payload) = parts[2]
        {
            return [signedStructure(in: "CounterSignature0", body, [[], [], payload])]
        }
        return Self.values("ToBeSign_hex", in: intermediates).compactMap { try? bytes(hex: $0) }
    }

    var usesChaCha: Bool {
        Self.values("alg", in: input).contains { $0 as? String == "ChaCha-Poly1305" }
    }
}

/// All byte strings of 64 bytes in an item, also inside byte strings that hold items.
private func signatures(in item: CBORItem) -> [[UInt8]] {
    switch item {
    case .bytes(let value): value.count == 64 ? [value] : []
    case .array(let items): items.flatMap { signatures(in: $0) }
    case .map(let map): map.entries.flatMap { signatures(in: $0.value) }
    case .tagged(_, let content): signatures(in: content)
    default: []
    }
}

@Suite(
    "COSE: the examples of others",
    .enabled(if: Corpora.isPresent, Comment(rawValue: Corpora.reason)))
struct COSECorpusTests {
    private func examples() throws -> [Example] {
        try Corpora.files(under: "cose/cose-wg-examples", extension: "json").map { try Example($0) }
    }

    @Test("every Ed25519 signature of the examples holds over its bytes and over no others")
    func signaturesHold() throws {
        var count = 0
        for example in try examples() where !example.signers.isEmpty {
            let item = try CBORReader.item(from: example.object, order: .any)
            var left = signatures(in: item)
            var signed = example.messages
            for signer in example.signers {
                let key = try VerifyingKey(rawRepresentation: signer)
                let pair = left.indices.lazy.flatMap { one in signed.indices.map { (one, $0) } }
                    .first { key.isValid(signature: left[$0.0], for: signed[$0.1]) }
                let (index, place) = try #require(pair, "\(example.name)")
                let (signature, message) = (left.remove(at: index), signed.remove(at: place))
                count += 1
                for other in example.messages where other != message {
                    #expect(!key.isValid(signature: signature, for: other))
                }
                var changed = message
                changed[changed.count / 2] ^= 1
                #expect(!key.isValid(signature: signature, for: changed))
                var forged = signature
                forged[17] ^= 1
                #expect(!key.isValid(signature: forged, for: message))
            }
        }
        #expect(count == 23)
    }

    @Test("what the examples say is signed is what we put together")
    func structures() throws {
        var (single, several) = (0, 0)
        for example in try examples() where !example.signers.isEmpty {
            guard
                case .tagged(let tag, .array(let parts)) =
                    try CBORReader.item(from: example.object, order: .any),
                case .bytes(let body) = parts[0], case .bytes(let payload) = parts[2]
            else { continue }
            if tag == 18 {
                single += 1
                #expect(example.messages.contains(signedStructure(body, [[], payload])))
            } else if tag == 98, case .array(let signers) = parts[3] {
                several += 1
                for signer in signers {
                    guard case .array(let fields) = signer, case .bytes(let header) = fields[0]
                    else { continue }
                    let message = signedStructure(in: "Signature", body, [header, [], payload])
                    #expect(example.messages.contains(message), "\(example.name)")
                }
            }
        }
        #expect(single == 3 && several == 4)
    }

    @Test("our reader takes none of the 214 objects: none has the one header that it allows")
    func refused() throws {
        let examples = try examples()
        #expect(examples.count == 214)
        for example in examples {
            for type in allTypes {
                let single = refusal {
                    try COSESign1(decoding: example.object, as: type, maximum: ample)
                }
                let several = refusal {
                    try COSESign(decoding: example.object, as: type, maximum: ample)
                }
                #expect(single == .malformedObject, "\(example.name)")
                #expect(several == .malformedObject || several == .wrongType, "\(example.name)")
            }
        }
    }

    /// What suite 1 does not have, by the beginnings of the names in the examples; the first
    /// that a file has is its reason.
    private let families = [
        (name: "HSS/LMS", prefixes: ["HSS"]), (name: "RSA", prefixes: ["RSA"]),
        (name: "Ed448", prefixes: ["Ed448"]), (name: "ECDSA", prefixes: ["ES"]),
        (name: "HMAC", prefixes: ["HS"]), (name: "AES", prefixes: ["AES", "A1", "A2"]),
    ]

    @Test("every example applies here, applies to PassportSecrecy, or has a reason not to")
    func accounted() throws {
        var counts: [String: Int] = [:]
        for example in try examples() {
            // Files can be both: a countersigned encryption is signed in a way that applies.
            if !example.signers.isEmpty {
                counts["Ed25519: applies", default: 0] += 1
            } else if example.usesChaCha {
                counts["ChaCha20-Poly1305: tested with PassportSecrecy", default: 0] += 1
            } else {
                let reason = families.first { family in
                    example.foreign.contains { name in
                        family.prefixes.contains { name.hasPrefix($0) }
                    }
                }
                let family = try #require(reason, "\(example.name) has no reason not to apply")
                counts["not in suite 1: \(family.name)", default: 0] += 1
            }
        }
        #expect(counts.values.reduce(0, +) == 214)
        #expect(
            counts == [
                "Ed25519: applies": 17, "ChaCha20-Poly1305: tested with PassportSecrecy": 2,
                "not in suite 1: AES": 129, "not in suite 1: HMAC": 31,
                "not in suite 1: ECDSA": 27, "not in suite 1: RSA": 4,
                "not in suite 1: HSS/LMS": 2, "not in suite 1: Ed448": 2,
            ])
    }

    @Test("the SD-CWT examples, which are ES256 and ES384, are refused")
    func selectiveDisclosure() throws {
        let files = Corpora.files(under: "cose/sd-cwt", extension: "cbor")
        #expect(files.count == 3)
        for file in files {
            let object = [UInt8](try Data(contentsOf: file))
            for type in allTypes {
                #expect(
                    refusal { try COSESign1(decoding: object, as: type, maximum: ample) } != nil)
            }
        }
    }
}
