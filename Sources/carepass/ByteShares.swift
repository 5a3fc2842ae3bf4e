import CarePassport
import PassportAudit
import PassportCoding
import PassportCrypto
import PassportSecrecy

/// What the bytes of a file are spent on, read off its structure; nothing of it is verified.
///
/// Counted are contents, without the heads that CBOR puts before them: those, numbers, names and
/// dates are the framing.
struct ByteShares {
    /// What bytes can be spent on; the names stand in `--json`.
    enum Part: String, CaseIterable {
        case content = "content"
        case boxKeys = "box-keys"
        case boxContents = "box-contents"
        case slots = "slots"
        case commitments = "commitments"
        case holderRing = "holder-ring"
        case statusBits = "status-bits"
        case sealedKeys = "sealed-keys"
        case cardSecret = "card-secret"
        case signature = "signature"
        case keys = "keys"
        case hashes = "hashes"
        case salts = "salts"
        case tags = "tags"
        case unread = "unread"
        case framing = "framing"
    }

    private var counts: [Part: Int] = [:]

    /// The parts that have bytes, framing last.
    var parts: [(part: Part, bytes: Int)] {
        Part.allCases.compactMap { part in counts[part].map { (part, $0) } }
    }

    /// Counts a file whose kind is known.
    init(of bytes: [UInt8], _ kind: FileKind) throws {
        switch kind {
        case .envelope: count(try Envelope(decoding: bytes))
        case .passport:
            count(try UnverifiedPassport(decoding: bytes).claims.profile)
            sign1(bytes, payload: Self.passportKeys)
        case .withdrawal, .statusList: sign1(bytes)
        case .identity: identity(bytes)
        case .auditExport: export(bytes)
        case .auditProof: export(bytes)
        case .checkpoint: note(String(decoding: bytes, as: UTF8.self))
        case .keyFile:
            let (salt, ciphertext) = try KeyFile.parse(bytes)
            spend(salt.count, on: .salts)
            spend(ciphertext.count - Self.tagBytes, on: .sealedKeys)
            spend(Self.tagBytes, on: .tags)
        case .consentHalf, .carryHalf: spend(bytes.count, on: .cardSecret)
        }
        spend(bytes.count - counts.values.reduce(0, +), on: .framing)
    }

    private static let tagBytes = 16

    private mutating func spend(_ count: Int, on part: Part) {
        if count > 0 { counts[part, default: 0] += count }
    }

    private mutating func count(_ envelope: Envelope) {
        let boxes = envelope.boxes
        spend(envelope.content.count - Self.tagBytes, on: .content)
        spend(boxes.reduce(0) { $0 + $1.parameter.count }, on: .boxKeys)
        spend(boxes.reduce(0) { $0 + $1.ciphertext.count - Self.tagBytes }, on: .boxContents)
        spend(Self.tagBytes * (boxes.count + 1), on: .tags)
    }

    private mutating func count(_ profile: Profile) {
        spend(profile.slotCount * profile.slotBytes, on: .slots)
        spend(Self.tagBytes * (profile.slotCount + 1), on: .tags)
        spend(profile.slotCount * Digest.byteCount, on: .commitments)
        spend(profile.ringBytes, on: .holderRing)
    }

    // MARK: - Signed objects

    /// Labels under which 32 bytes are a key; under every other label they are a hash.
    private static let passportKeys: Set<CBORItem> = [CBORItem(-2)]
    private static let manifestKeys: Set<CBORItem> = [CBORItem(6)]
    private static let staffKeys: Set<CBORItem> = [CBORItem(3)]
    private static let bits = CBORItem.text("lst")

    private mutating func sign1(_ bytes: [UInt8], payload keys: Set<CBORItem> = []) {
        guard case .tagged(18, .array(let parts)) = try? CBORReader.item(from: bytes),
            parts.count == 4
        else { return spend(bytes.count, on: .unread) }
        embedded(parts[0])
        embedded(parts[2], keys: keys)
        signature(parts[3])
    }

    private mutating func manifest(_ bytes: [UInt8]) {
        guard case .tagged(98, .array(let parts)) = try? CBORReader.item(from: bytes),
            parts.count == 4, case .array(let signers) = parts[3]
        else { return spend(bytes.count, on: .unread) }
        embedded(parts[2], keys: Self.manifestKeys)
        for case .array(let signer) in signers where signer.count == 3 {
            embedded(signer[0])
            signature(signer[2])
        }
    }

    private mutating func signature(_ item: CBORItem) {
        if case .bytes(let bytes) = item { spend(bytes.count, on: .signature) }
    }

    private mutating func embedded(_ item: CBORItem, keys: Set<CBORItem> = []) {
        guard case .bytes(let bytes) = item, let inner = try? CBORReader.item(from: bytes) else {
            return
        }
        walk(inner, label: nil, keys)
    }

    /// Digests and keys both have 32 bytes; the label says which they are.
    private mutating func walk(_ item: CBORItem, label: CBORItem?, _ keys: Set<CBORItem>) {
        switch item {
        case .bytes(let bytes) where label == Self.bits: spend(bytes.count, on: .statusBits)
        case .bytes(let bytes) where bytes.count == Digest.byteCount:
            spend(bytes.count, on: label.map { keys.contains($0) } == true ? .keys : .hashes)
        case .array(let items): for item in items { walk(item, label: label, keys) }
        case .map(let map):
            for entry in map.entries { walk(entry.value, label: entry.key, keys) }
        case .tagged(_, let content): walk(content, label: label, keys)
        default: break
        }
    }

    // MARK: - Identities and logs

    private mutating func identity(_ bytes: [UInt8]) {
        guard case .map(let map) = try? CBORReader.item(from: bytes) else {
            return spend(bytes.count, on: .unread)
        }
        for bytes in Self.strings(map[CBORItem(2)]) { manifest(bytes) }
        for label in 3...5 {
            for key in Self.strings(map[CBORItem(label)]) { spend(key.count, on: .keys) }
        }
    }

    private static func strings(_ item: CBORItem?) -> [[UInt8]] {
        guard case .array(let items) = item else { return [] }
        return items.compactMap { if case .bytes(let bytes) = $0 { bytes } else { nil } }
    }

    /// The header of an export and its entries, or a proof, which is one map with one entry.
    private mutating func export(_ bytes: [UInt8]) {
        var reader = CBORReader(bytes)
        while !reader.isAtEnd {
            let start = reader.offset
            guard case .map(let map) = try? reader.next() else {
                return spend(bytes.count - start, on: .unread)
            }
            if case .text(let proof) = map[CBORItem(2)] {
                if case .text(let checkpoint) = map[CBORItem(4)] {
                    evidence(checkpoint, identity: map[CBORItem(5)], staff: map[CBORItem(6)])
                } else {
                    evidence(proof, identity: map[CBORItem(4)], staff: map[CBORItem(5)])
                    if case .map(let shown) = map[CBORItem(3)] { entry(shown) }
                }
            } else {
                entry(map)
            }
        }
    }

    private mutating func evidence(_ note: String, identity: CBORItem?, staff: CBORItem?) {
        self.note(note)
        if case .bytes(let bytes) = identity { self.identity(bytes) }
        for certificate in Self.strings(staff) { sign1(certificate, payload: Self.staffKeys) }
    }

    private mutating func entry(_ map: CBORMap) {
        if let leaf = map[CBORItem(2)] { walk(leaf, label: nil, []) }
        guard case .map(let fields) = map[CBORItem(3)] else { return }
        for field in fields.entries {
            guard case .array(let shown) = field.value, shown.count == 2 else {
                walk(field.value, label: nil, [])
                continue
            }
            if case .bytes(let salt) = shown[0] { spend(salt.count, on: .salts) }
            if field.key == CBORItem(15), case .bytes(let signed) = shown[1] {
                sign1(signed)
            } else {
                walk(shown[1], label: nil, [])
            }
        }
    }

    /// A signed note, or a proof that ends in one: hashes and signatures stand in base 64.
    private mutating func note(_ text: String) {
        for line in text.split(separator: "\n") {
            if line.hasPrefix("— ") {
                spend(line.split(separator: " ").last?.utf8.count ?? 0, on: .signature)
            } else if let hash = try? Base64.decode(String(line)),
                hash.count == Digest.byteCount
            {
                spend(line.utf8.count, on: .hashes)
            }
        }
    }
}
