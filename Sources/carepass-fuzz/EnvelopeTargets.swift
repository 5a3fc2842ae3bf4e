import CarePassport
import PassportCoding
import PassportCrypto
import PassportSealing
import PassportSecrecy
import PassportTrust

/// Envelopes, and what stands inside them once a box opened.
enum EnvelopeTargets {
    static let all: [FuzzTarget] = [envelope, content, ring, opened]

    private static let contentKey = [UInt8](repeating: 0x5A, count: ContentKey.byteCount)

    /// From outside: one encoding, and nothing opens that was not sealed to us. Paper only; a
    /// net envelope is read by the same lines and is too long to be tried often.
    private static let envelope = FuzzTarget(
        name: "envelope", maximumLength: 12_288, takesHexadecimal: true,
        areas: ["envelope", "swaps"],
        seeds: { [try build(sampleBox(), sampleContent()).encoded()] },
        check: { input in
            guard let read = try? Envelope(decoding: input) else { return }
            require(read.encoded() == input, "envelope: two encodings")
            require(
                Set(read.boxes.map(\.ciphertext.count)).count == 1, "envelope: boxes of two sizes")
            let world = try World.get()
            guard let unlocked = try? EnvelopeOpener(read).unlock(with: world.carry) else { return }
            require(
                unlocked.passports.map(\.bytes) == [world.passport.bytes], "envelope: forged")
        })

    private static let content = FuzzTarget(
        name: "content", maximumLength: 8_192, takesHexadecimal: true,
        seeds: { [try sampleContent(), Padding.pad([1, 2, 3], to: 64)] },
        check: { input in
            if let inner = Padding.unpad(input) {
                require(Padding.pad(inner, to: input.count) == input, "padding: two paddings")
            }
            require(
                Padding.unpad(Padding.pad(input, to: input.count + 4 + input.count % 7)) == input,
                "padding: own padding refused")
            guard let read = try? EnvelopeContent(decoding: input) else { return }
            ObjectTargets.requireOneEncoding("content", read.encoded(), input)
        })

    /// The first byte chooses the profile; the rest is cut or filled to a ring's size.
    private static let ring = FuzzTarget(
        name: "ring", maximumLength: 1_024,
        seeds: {
            let world = try World.get()
            return ([world.ring] + world.grants.map(\.ring)).map {
                [0] + $0.bytesForSealing()
            } + [
                [1] + [UInt8](repeating: 9, count: 16) + [1, 0] + [UInt8](repeating: 3, count: 32)
            ]
        },
        check: { input in
            let profile: Profile = (input.first ?? 0) & 1 == 0 ? .paper : .net
            var bytes = Array(input.dropFirst().prefix(profile.ringBytes))
            if bytes.count < profile.ringBytes {
                require(
                    isRefused {
                        var short = bytes
                        return try Ring(consuming: &short, profile: profile)
                    }, "ring: too short")
            }
            bytes += repeatElement(0, count: profile.ringBytes - bytes.count)
            let copy = bytes
            let read = try? Ring(consuming: &bytes, profile: profile)
            require(bytes.allSatisfy { $0 == 0 }, "ring: secrets left behind")
            guard let read else { return }
            require(read.bytesForSealing() == copy, "ring: other bytes than were read")
            require(!read.kinds.contains(0), "ring: a kind 0")
        })

    /// From inside: a box and a content of anyone's making, sealed to us. Whatever is opened in
    /// the end was signed by the houses of this world. The first two bytes are the box's length.
    private static let opened = FuzzTarget(
        name: "opened-envelope", maximumLength: 16_384,
        seeds: {
            let box = try sampleBox()
            return [[UInt8(box.count >> 8), UInt8(box.count & 0xFF)] + box + (try sampleContent())]
        },
        check: { input in
            guard input.count > 2 else { return }
            let count = Int(input[0]) << 8 | Int(input[1])
            let box = Array(input.dropFirst(2).prefix(count))
            let content = Array(input.dropFirst(2 + box.count))
            let world = try World.get()
            let envelope = try build(box, content)
            guard let unlocked = try? EnvelopeOpener(envelope).unlock(with: world.carry) else {
                return
            }
            let examined = unlocked.examine(world.knowledge, purpose: .treat)
            let request = examined.request(nil)
            // Without this a harness whose samples are refused would find nothing, and in peace.
            let isSample = try box == sampleBox() && content == sampleContent()
            require(!isSample || request.items.count == 3, "opened: the sample does not open")
            guard !request.items.isEmpty else { return }
            for item in request.items {
                require(item.passport == world.passport.digest, "opened: a forged passport")
            }
            require(
                examined.passports.compactMap(\.grant?.bytes)
                    .allSatisfy { world.grants.map(\.grant.bytes).contains($0) },
                "opened: a forged grant")
            let sections = try? examined.open(
                request, intent: DurableIntent(index: 0, subject: request.subject))
            require(!isSample || sections?.count == 3, "opened: the sample's sections")
            let known = try World.sections()
            for section in sections ?? [] {
                require(known.map { $0.encoded() }.contains(section.section.encoded()), "opened")
            }
            require(
                isRefused {
                    try examined.open(
                        request, intent: DurableIntent(index: 0, subject: Digest.sha256(of: [])))
                }, "opened: under another intent")
        })

    private static func sampleBox() throws -> [UInt8] {
        let world = try World.get()
        let grant = world.grants[1]
        return CBORItem(fields: [
            (1, .bytes(contentKey)),
            (
                2,
                .array([
                    .array([.bytes(grant.grant.bytes), .bytes(grant.ring.bytesForSealing())])
                ])
            ), (3, .bytes(world.disclosure)),
        ]).encoded()
    }

    private static func sampleContent() throws -> [UInt8] {
        let world = try World.get()
        return EnvelopeContent(
            passports: [world.passport.bytes], identities: [], statusLists: [world.statusList.bytes]
        ).encoded()
    }

    /// A paper envelope with a box for the bearer and three that nobody opens.
    private static func build(_ box: [UInt8], _ content: [UInt8]) throws -> Envelope {
        let profile = Profile.paper
        var key = contentKey
        let size = profile.boxBytes(for: box.count)
        // More than paper has room for is padded to nothing: it is opened all the same.
        let padded = Envelope.contentBytes(
            for: content.count + Padding.lengthBytes, boxBytes: size, profile: profile)
        let sealed = try ContentKey(SecretBytes(consuming: &key)).seal(
            Padding.pad(content, to: padded ?? content.count + Padding.lengthBytes),
            authenticating: Envelope.contentBinding(profile))
        let salt = [UInt8](repeating: 4, count: 32)
        let ciphertext = try World.get().carry.boxKey(salt: salt).seal(
            Padding.pad(box, to: size),
            authenticating: SealedBox.binding(
                .carry, profile: profile, contentDigest: Digest.sha256(of: sealed).bytes))
        let decoy = SealedBox(
            lock: .organisation, parameter: salt,
            ciphertext: [UInt8](repeating: 9, count: size + 16))
        return Envelope(
            profile: profile, content: sealed,
            boxes: [
                decoy, SealedBox(lock: .carry, parameter: salt, ciphertext: ciphertext), decoy,
                decoy,
            ])
    }
}
