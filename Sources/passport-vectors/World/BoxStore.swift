import CarePassport
import PassportCoding
import PassportCrypto
import PassportSecrecy

/// HPKE draws its own randomness, so a box cannot be made again bit for bit. The store finds the
/// boxes of earlier runs by what went into them; only what is new is sealed anew.
final class BoxStore {
    private var known: [Digest: (parameter: [UInt8], ciphertext: [UInt8])] = [:]
    /// Boxes that had to be sealed in this run.
    private(set) var renewed = 0

    init() {}

    private static func name(_ key: Digest, _ plaintext: Digest, _ binding: [UInt8]) -> Digest {
        Digest.sha256(
            label: "vector box", key.bytes, plaintext.bytes,
            Digest.sha256(of: binding).bytes)
    }

    /// Takes up the boxes of a stored vector; one that does not fit is left alone.
    func learn(from vector: Vector) {
        if vector.area == .notice { return learn(notice: vector) }
        let entries = vector.intermediate["boxes"].elements
        guard !entries.isEmpty,
            let bytes = try? Input(vector.input).bytes("envelope"),
            let envelope = try? Envelope(decoding: bytes), entries.count == envelope.boxes.count
        else { return }
        let binding = SealedBox.binding(
            .organisation, profile: envelope.profile,
            contentDigest: envelope.contentDigest.bytes)
        for (entry, box) in zip(entries.map({ Input($0) }), envelope.boxes)
        where box.lock == .organisation {
            guard let key = try? entry.digest("key"), let plaintext = try? entry.digest("plaintext")
            else { continue }
            known[Self.name(key, plaintext, binding)] = (box.parameter, box.ciphertext)
        }
    }

    /// A damaged notice is passed over: it would be taken for the one that it was made from.
    private func learn(notice vector: Vector) {
        let entry = Input(vector.intermediate)
        guard NoticeVectors.isWhole(vector), let bytes = try? Input(vector.input).bytes("bytes"),
            let parts = try? Forge.parts(bytes).parts, parts.count == 3,
            case .map(let map) = parts[1], case .bytes(let parameter) = map[CBORItem(-4)],
            case .bytes(let ciphertext) = parts[2], let key = try? entry.digest("key"),
            let plaintext = try? entry.digest("plaintext")
        else { return }
        let binding = NoticeVectors.binding(of: vector.scenario)
        known[Self.name(key, plaintext, binding)] = (parameter, ciphertext)
    }

    func seal(
        _ plaintext: [UInt8], to key: SealingPublicKey, binding: [UInt8]
    ) throws -> SealedBox {
        let name = Self.name(key.keyHash, Digest.sha256(of: plaintext), binding)
        if let box = known[name] {
            return SealedBox(
                lock: .organisation, parameter: box.parameter, ciphertext: box.ciphertext)
        }
        let sealed = try HPKEBox.seal(plaintext, to: key, authenticating: binding)
        known[name] = (sealed.encapsulatedKey, sealed.ciphertext)
        renewed += 1
        return SealedBox(
            lock: .organisation, parameter: sealed.encapsulatedKey, ciphertext: sealed.ciphertext)
    }
}
