import CarePassport
import PassportCoding
import PassportCrypto
import PassportSecrecy

/// What goes to one recipient.
struct Parcel {
    enum Lock {
        case key(SealingPublicKey)
        case carry(String)
    }

    let lock: Lock
    /// The grants with their rings.
    var grants: [(grant: [UInt8], ring: [UInt8])]
    var disclosure: [UInt8]
    /// Replaces the payload altogether.
    var payload: [UInt8]?
    /// Replaces the key inside the box.
    var innerKey: [UInt8]?

    init(_ lock: Lock, grants: [(grant: [UInt8], ring: [UInt8])], disclosure: [UInt8]) {
        self.lock = lock
        self.grants = grants
        self.disclosure = disclosure
    }

    func bytes(contentKey: [UInt8]) -> [UInt8] {
        payload
            ?? CBORItem(fields: [
                (1, .bytes(innerKey ?? contentKey)),
                (2, .array(grants.map { .array([.bytes($0.grant), .bytes($0.ring)]) })),
                (3, .bytes(disclosure)),
            ]).encoded()
    }
}

/// Packs as the product does, and as it never would.
struct Packing {
    let profile: Profile
    let words: String
    var content: [UInt8]
    var parcels: [Parcel]
    /// Changes the padded content.
    var changePadded: ((inout [UInt8]) -> Void)?
    var padBox: (([UInt8], Int) -> [UInt8])?

    init(_ profile: Profile, _ words: String, content: EnvelopeContent, parcels: [Parcel]) {
        self.profile = profile
        self.words = words
        self.content = content.encoded()
        self.parcels = parcels
    }

    struct Packed {
        let envelope: Envelope
        let intermediate: JSON
        /// For each parcel the place of its box.
        let places: [Int]
        var bytes: [UInt8] { envelope.encoded() }
        /// What is needed to find the boxes again, and no more.
        var boxesOnly: JSON { ["boxes": intermediate["boxes"]] }
    }

    func pack(_ boxes: BoxStore) throws -> Packed {
        let randomness = Secrets.stream(words)
        let contentKey = Secrets.seed("\(words) content")
        var keyBytes = contentKey
        let payloads = parcels.map { $0.bytes(contentKey: contentKey) }
        let size = profile.boxBytes(for: payloads.map(\.count).max() ?? 0)
        guard
            let contentBytes = Envelope.contentBytes(
                for: content.count + Padding.lengthBytes, boxBytes: size, profile: profile)
        else { throw VectorProblem("more than fits on paper: \(words)") }
        var padded = Padding.pad(content, to: contentBytes)
        changePadded?(&padded)
        let sealed = try ContentKey(SecretBytes(consuming: &keyBytes)).seal(
            padded, authenticating: Envelope.contentBinding(profile))
        let digest = Digest.sha256(of: sealed).bytes
        var made: [(box: SealedBox, note: JSON)] = []
        for (parcel, payload) in zip(parcels, payloads) {
            let plaintext = padBox?(payload, size) ?? Padding.pad(payload, to: size)
            made.append(try box(parcel.lock, plaintext, digest, randomness, boxes))
        }
        // Paper always has exactly one carry box: whether the person has a card must not show.
        if profile == .paper, !made.contains(where: { $0.box.lock == .carry }) {
            let salt = randomness.bytes(32)
            made.append(
                (
                    SealedBox(
                        lock: .carry, parameter: salt,
                        ciphertext: randomness.bytes(size + ContentKey.overhead)),
                    ["key": .hex(Digest.sha256(of: salt).bytes)]
                ))
        }
        while made.count < profile.boxCount {
            let key = try Secrets.openingKey(
                "\(words) decoy \(made.count)", profile.sealingPurpose
            ).publicKey
            made.append(try box(.key(key), randomness.bytes(size), digest, randomness, boxes))
        }
        let order = randomness.shuffled(Array(made.indices))
        made = order.map { made[$0] }
        return Packed(
            envelope: Envelope(profile: profile, content: sealed, boxes: made.map(\.box)),
            intermediate: [
                "boxes": .list(made.map(\.note)), "contentKey": .hex(contentKey),
                "content": .hex(Digest.sha256(of: content).bytes),
                "box": .hex(payloads.first),
            ], places: parcels.indices.compactMap { order.firstIndex(of: $0) })
    }

    private func box(
        _ lock: Parcel.Lock, _ plaintext: [UInt8], _ digest: [UInt8], _ randomness: Randomness,
        _ boxes: BoxStore
    ) throws -> (box: SealedBox, note: JSON) {
        let hash = JSON.hex(Digest.sha256(of: plaintext).bytes)
        switch lock {
        case .key(let key):
            let binding = SealedBox.binding(
                .organisation, profile: profile, contentDigest: digest)
            return (
                try boxes.seal(plaintext, to: key, binding: binding),
                ["key": .hex(key.keyHash.bytes), "plaintext": hash]
            )
        case .carry(let text):
            let salt = randomness.bytes(32)
            let binding = SealedBox.binding(.carry, profile: profile, contentDigest: digest)
            let sealed = try CarryHalf(text: text).boxKey(salt: salt)
                .seal(plaintext, authenticating: binding)
            return (
                SealedBox(lock: .carry, parameter: salt, ciphertext: sealed),
                ["key": .hex(Digest.sha256(of: salt).bytes), "plaintext": hash]
            )
        }
    }
}
