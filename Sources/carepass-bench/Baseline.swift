import PassportCoding
import PassportCrypto

/// What the format cannot do without, counted piece by piece; and the same pieces done with the
/// libraries alone. The printed explanation is made from the counts that run, so that neither
/// can say more than the other.
struct Baseline {
    /// One kind of library call. The number that goes with it is a count of bytes.
    enum Primitive: String, CaseIterable {
        case verify = "Ed25519 verifications"
        case sign = "Ed25519 signatures"
        case keyPair = "Ed25519 key pairs from a seed"
        case boxKey = "new X-Wing keys"
        case seal = "X-Wing boxes sealed"
        case open = "X-Wing boxes opened"
        case fail = "X-Wing boxes that do not open"
        case encrypt = "ChaCha20-Poly1305 encryptions"
        case decrypt = "ChaCha20-Poly1305 decryptions"
        case extract = "HKDF extractions"
        case expand = "HKDF expansions"
        case hash = "SHA-256 hashes"
        case random = "draw of random bytes"
    }

    private let bare: BarePrimitives
    private var steps: [(primitive: Primitive, bytes: Int)] = []
    /// How many of our operations the counts stand for.
    private let operations: Int

    init(_ bare: BarePrimitives, operations: Int = 1) {
        self.bare = bare
        self.operations = operations
    }

    mutating func count(_ primitive: Primitive, _ sizes: [Int]) throws {
        for bytes in sizes {
            try bare.prepare(primitive, bytes)
            steps.append((primitive, bytes))
        }
    }

    func run() throws {
        for step in steps { try bare.perform(step.primitive, step.bytes) }
    }

    /// One line for each primitive: how many, over how many bytes.
    var explanation: String {
        Primitive.allCases.compactMap { primitive -> String? in
            let sizes = steps.filter { $0.primitive == primitive }.map(\.bytes)
            guard !sizes.isEmpty else { return nil }
            let bytes = sizes.reduce(0, +) / operations
            return "  \(number(sizes.count)) \(primitive.rawValue), \(bytes) bytes in all"
        }.joined(separator: "\n")
    }

    private func number(_ count: Int) -> String {
        count.isMultiple(of: operations)
            ? "\(count / operations)" : "\(count / operations).\(count * 10 / operations % 10)"
    }
}

extension Baseline {
    /// Bytes that a COSE_Sign1 signs (RFC 9052 §4.4).
    static func signedBytes(_ payload: [UInt8], _ type: ObjectType) -> Int {
        let header = CBORItem(fields: [
            (1, CBORItem(-19)), (4, digest), (16, .text(type.mediaType)),
        ]).encoded()
        return CBORItem.array([
            .text("Signature1"), .bytes(header), .bytes([]), .bytes(payload),
        ]).encoded().count
    }

    /// Bytes that each signer of a COSE_Sign signs.
    static func signedBytes(manifest payload: [UInt8]) -> Int {
        let body = CBORItem(fields: [(16, .text(ObjectType.manifest.mediaType))]).encoded()
        let signer = CBORItem(fields: [(1, CBORItem(-19)), (4, digest)]).encoded()
        return CBORItem.array([
            .text("Signature"), .bytes(body), .bytes(signer), .bytes([]), .bytes(payload),
        ]).encoded().count
    }

    private static let digest = Digest.sha256(of: []).item
}
