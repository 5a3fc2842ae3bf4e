import PassportCoding
import PassportCrypto

/// Changes signed objects in ways that no key of theirs allowed, or signs what the product
/// would refuse to sign.
enum Forge {
    typealias Fields = [CBORItem: CBORItem]

    /// The four parts of a COSE_Sign1 or COSE_Sign.
    static func parts(_ bytes: [UInt8]) throws -> (tag: UInt64, parts: [CBORItem]) {
        guard case .tagged(let tag, .array(let parts)) = try CBORReader.item(from: bytes) else {
            throw VectorProblem("not a COSE object")
        }
        return (tag, parts)
    }

    /// The object with its parts changed and nothing signed anew.
    static func edited(
        _ bytes: [UInt8], _ edit: (inout [CBORItem]) throws -> Void
    ) throws -> [UInt8] {
        var (tag, parts) = try parts(bytes)
        try edit(&parts)
        return CBORItem.tagged(tag, .array(parts)).encoded()
    }

    static func payload(_ bytes: [UInt8]) throws -> [UInt8] {
        guard case .bytes(let payload) = try parts(bytes).parts[2] else {
            throw VectorProblem("no payload")
        }
        return payload
    }

    /// A map with some fields changed.
    static func fields(_ bytes: [UInt8], _ edit: (inout Fields) throws -> Void) throws -> [UInt8] {
        guard case .map(let map) = try CBORReader.item(from: bytes) else {
            throw VectorProblem("not a map")
        }
        var fields = Fields(uniqueKeysWithValues: map.entries.map { ($0.key, $0.value) })
        try edit(&fields)
        return CBORItem.map(CBORMap(fields.map { ($0.key, $0.value) })).encoded()
    }

    /// The object with fields of its payload changed, signed anew by a key that may sign it.
    static func resigned(
        _ bytes: [UInt8], as type: ObjectType, with key: borrowing SigningKey,
        _ edit: (inout Fields) throws -> Void
    ) throws -> [UInt8] {
        let payload = try fields(payload(bytes), edit)
        return try COSESign1.sign(payload, as: type, with: key).bytes
    }

    /// A protected header with fields changed, and a signature that fits the changed header.
    static func withHeader(
        _ bytes: [UInt8], key: borrowing SigningKey, _ edit: (inout Fields) -> Void
    ) throws -> [UInt8] {
        let (tag, parts) = try parts(bytes)
        guard case .bytes(let old) = parts[0] else { throw VectorProblem("no header") }
        let header = try fields(old) { edit(&$0) }
        let message = CBORItem.array([
            .text("Signature1"), .bytes(header), .bytes([]), parts[2],
        ]).encoded()
        return CBORItem.tagged(
            tag,
            .array([
                .bytes(header), parts[1], parts[2], .bytes(key.signature(for: message)),
            ])
        ).encoded()
    }

    /// A grant with a countersignature by any key.
    static func countersigned(
        _ grant: [UInt8], with key: borrowing SigningKey
    ) throws -> [UInt8] {
        try COSESign1(decoding: grant, as: .grant, maximum: grant.count)
            .countersigned(as: .grant, with: key).bytes
    }

    static func flipped(_ bytes: [UInt8], at index: Int) -> [UInt8] {
        var bytes = bytes
        bytes[index] ^= 1
        return bytes
    }

    static func flippedLast(_ item: CBORItem) -> CBORItem {
        guard case .bytes(let bytes) = item, !bytes.isEmpty else { return item }
        return .bytes(flipped(bytes, at: bytes.count - 1))
    }
}

/// One forged object and what becomes of it.
struct Forgery {
    let scenario: String
    let verdict: Ruling
    let comment: String
    let bytes: [UInt8]

    /// What can be done to any COSE_Sign1; `thief` is a key of the right purpose and the wrong
    /// owner.
    static func ofSign1(
        _ bytes: [UInt8], as type: ObjectType, key: borrowing SigningKey,
        thief: borrowing SigningKey
    ) throws -> [Forgery] {
        let payload = try Forge.payload(bytes)
        let other: ObjectType = type == .passport ? .staffCertificate : .passport
        return [
            Forgery(
                scenario: "truncated", verdict: .malformed,
                comment: "An object cut short is no object.", bytes: Array(bytes.dropLast())),
            Forgery(
                scenario: "trailing-byte", verdict: .malformed,
                comment: "Nothing may follow the object.", bytes: bytes + [0]),
            Forgery(
                scenario: "untagged", verdict: .malformed,
                comment: "The tag says what kind of object it is.",
                bytes: CBORItem.array(try Forge.parts(bytes).parts).encoded()),
            Forgery(
                scenario: "other-type", verdict: .malformed,
                comment: "The type is signed: one object is never passed off as another.",
                bytes: try Forge.withHeader(bytes, key: key) {
                    $0[CBORItem(16)] = .text(other.mediaType)
                }),
            Forgery(
                scenario: "other-algorithm", verdict: .malformed,
                comment: "One algorithm; nothing is negotiated.",
                bytes: try Forge.withHeader(bytes, key: key) { $0[CBORItem(1)] = CBORItem(-8) }),
            Forgery(
                scenario: "critical-header", verdict: .malformed,
                comment: "A header that this version does not know refuses the object.",
                bytes: try Forge.withHeader(bytes, key: key) {
                    $0[CBORItem(2)] = .array([CBORItem(99)])
                }),
            Forgery(
                scenario: "unprotected-header", verdict: .malformed,
                comment: "Nothing unsigned stands beside the signature.",
                bytes: try Forge.edited(bytes) { $0[1] = CBORItem(fields: [(99, .null)]) }),
            Forgery(
                scenario: "signature-bit", verdict: .refused,
                comment: "A changed signature does not hold.",
                bytes: try Forge.edited(bytes) { $0[3] = Forge.flippedLast($0[3]) }),
            Forgery(
                scenario: "signed-by-thief", verdict: .refused,
                comment: "A key of somebody else signs nothing here.",
                bytes: try COSESign1.sign(payload, as: type, with: thief).bytes),
            Forgery(
                scenario: "thief-claims-key", verdict: .refused,
                comment: "Naming the right key does not make a thief's signature hold.",
                bytes: try Forge.withHeader(bytes, key: thief) {
                    $0[CBORItem(4)] = key.verifyingKey.keyHash.item
                }),
        ]
    }
}
