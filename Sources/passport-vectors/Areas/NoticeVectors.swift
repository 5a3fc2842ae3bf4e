import CarePassport
import PassportCoding
import PassportCrypto
import PassportSealing
import PassportSecrecy
import PassportTrust

/// Sealed notices. HPKE draws its own randomness, so they are stored artefacts.
struct NoticeVectors {
    let shop: Workshop
    let withdrawal: [UInt8]
    let receipt: [UInt8]
    private let words = "Athens notices seal-net"

    static let size = 8_704
    static let header = CBORItem(fields: [(1, CBORItem(Profile.net.boxAlgorithm))]).encoded()

    static func binding(_ label: String = "care-passport/1 notice") -> [UInt8] {
        CBORItem.array([
            .text("Encrypt0"), .bytes(header), .bytes(Array(label.utf8)),
        ]).encoded()
    }

    /// What was sealed under another label, by the name of its scenario.
    static func binding(of scenario: String) -> [UInt8] {
        scenario == "other-label" ? binding("care-passport/1 content") : binding()
    }

    /// True for notices that lie in their vector as they were sealed.
    static func isWhole(_ vector: Vector) -> Bool { !damaged.contains(vector.scenario) }

    private static let damaged: Set<String> = [
        "truncated", "trailing-byte", "other-tag", "other-algorithm", "header-added",
        "encapsulated-key-short", "ciphertext-bit", "ciphertext-short",
    ]

    private func plaintext(_ kind: Int, _ object: [UInt8]) -> [UInt8] {
        CBORItem(fields: [(1, CBORItem(kind)), (2, .bytes(object))]).encoded()
    }

    /// One notice, sealed or found in the store.
    private struct Sealed {
        let padded: [UInt8]
        let key: Digest
        var parts: [CBORItem]
        var tag: UInt64 = 16
        var bytes: [UInt8] { CBORItem.tagged(tag, .array(parts)).encoded() }
    }

    private func seal(
        _ padded: [UInt8], binding: [UInt8] = NoticeVectors.binding(), to words: String? = nil
    ) throws -> Sealed {
        let key = try Secrets.openingKey(words ?? self.words, .sealNet).publicKey
        let box = try shop.boxes.seal(padded, to: key, binding: binding)
        return Sealed(
            padded: padded, key: key.keyHash,
            parts: [
                .bytes(Self.header), CBORItem(fields: [(-4, .bytes(box.parameter))]),
                .bytes(box.ciphertext),
            ])
    }

    private func pad(_ bytes: [UInt8]) -> [UInt8] { Padding.pad(bytes, to: Self.size) }

    private func add(
        _ scenario: String, _ verdict: Ruling, _ comment: String, _ sealed: Sealed,
        _ bytes: [UInt8]? = nil, opener: String? = nil
    ) {
        shop.add(
            .notice, scenario, verdict, comment,
            [
                "bytes": .hex(bytes ?? sealed.bytes),
                "seed": .hex(Secrets.seed(opener ?? words)),
            ],
            intermediate: [
                "key": .hex(sealed.key.bytes),
                "plaintext": .hex(Digest.sha256(of: sealed.padded).bytes),
            ])
    }

    func write() throws {
        let good = try seal(pad(plaintext(1, withdrawal)))
        add("withdrawal", .accept, "A withdrawal, for its recipient alone.", good)
        add(
            "receipt", .accept, "A receipt has the size of a withdrawal.",
            try seal(pad(plaintext(2, receipt))))
        add(
            "another-opener", .refused, "A notice is for one organisation.", good,
            opener: "Izmir notices seal-net")
        func edited(
            _ scenario: String, _ verdict: Ruling, _ comment: String,
            _ edit: (inout Sealed) -> Void
        ) {
            var changed = good
            edit(&changed)
            add(scenario, verdict, comment, good, changed.bytes)
        }
        add("truncated", .malformed, "Cut short.", good, Array(good.bytes.dropLast()))
        add("trailing-byte", .malformed, "Nothing follows.", good, good.bytes + [0])
        edited("other-tag", .malformed, "The tag says what it is.") { $0.tag = 18 }
        let paper = CBORItem(fields: [(1, CBORItem(42))]).encoded()
        edited("other-algorithm", .malformed, "One algorithm.") { $0.parts[0] = .bytes(paper) }
        edited("header-added", .malformed, "Nothing unsigned stands beside.") {
            if case .map(let map) = $0.parts[1], let key = map[CBORItem(-4)] {
                $0.parts[1] = CBORItem(fields: [(-4, key), (5, .null)])
            }
        }
        edited("encapsulated-key-short", .malformed, "The encapsulated key has its size.") {
            $0.parts[1] = CBORItem(fields: [(-4, .bytes([UInt8](repeating: 0, count: 32)))])
        }
        edited("ciphertext-bit", .refused, "A changed notice does not open.") {
            $0.parts[2] = Forge.flippedLast($0.parts[2])
        }
        edited("ciphertext-short", .malformed, "A notice has one size.") {
            if case .bytes(let bytes) = $0.parts[2] {
                $0.parts[2] = .bytes(Array(bytes.dropLast()))
            }
        }
        try contents()
    }

    /// What a hostile sender could seal.
    private func contents() throws {
        let short = Padding.pad(plaintext(2, receipt), to: 1_024)
        add("short", .malformed, "A notice has one size.", try seal(short))
        add(
            "other-label", .refused, "What was sealed for another use opens as no notice.",
            try seal(
                pad(plaintext(2, receipt)), binding: Self.binding(of: "other-label")))
        add(
            "unknown-kind", .malformed, "A notice is one of two.",
            try seal(pad(plaintext(3, receipt))))
        add("no-object", .malformed, "An object is there.", try seal(pad(plaintext(2, []))))
        let part = CBORItem(fields: [
            (1, CBORItem(2)), (2, .bytes(receipt)), (-1, .null),
        ]).encoded()
        add("ignorable-part", .malformed, "Nothing in a notice is ignored.", try seal(pad(part)))
        var hidden = pad(plaintext(2, receipt))
        hidden[hidden.count - 1] = 1
        add("hidden-bytes", .malformed, "Behind the end stand zeros.", try seal(hidden))
        var long = pad(plaintext(2, receipt))
        long[0] = 1
        add("length-beyond", .malformed, "A length lies within.", try seal(long))
    }
}
