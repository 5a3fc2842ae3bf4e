import CarePassport
import PassportCoding
import PassportCrypto
import PassportSealing
import PassportSecrecy
import PassportTrust

/// Rings, slots, card halves and key files.
struct SecretVectors {
    let net: Scene
    let scene: Scene
    let shop: Workshop

    func write() throws {
        rings()
        try slots()
        try CardVectors(shop: shop, scene: scene).write()
        try keyFiles()
    }

    private func rings() {
        let ring = RingBytes(scene.lea.ring)
        func add(
            _ scenario: String, _ verdict: Ruling, _ comment: String, _ bytes: [UInt8],
            profile: Profile = .paper
        ) {
            shop.add(
                .ring, scenario, verdict, comment,
                ["bytes": .hex(bytes), "profile": .text(profile.name)])
        }
        func changed(_ change: (inout RingBytes) -> Void) -> [UInt8] {
            var ring = ring
            change(&ring)
            return ring.encoded
        }
        let full = ring.encoded
        add("full", .accept, "The full ring of a paper passport.", full)
        add(
            "one-kind", .accept, "A ring narrowed to one kind has the same size.",
            ring.holding([1]).encoded)
        add("other-profile", .malformed, "A ring has its profile's size.", full, profile: .net)
        add("short", .malformed, "A ring has its profile's size.", Array(full.dropLast()))
        add("long", .malformed, "A ring has its profile's size.", full + [0])
        add(
            "slot-twice", .malformed, "A slot stands once.",
            changed { $0.records[1].slot = $0.records[0].slot })
        add(
            "slot-beyond", .malformed, "A slot is one of twelve.",
            changed { $0.records[0].slot = 12 })
        add(
            "kind-in-two-places", .malformed, "Records of one kind stand together.",
            changed { $0.records.append($0.records.removeFirst()) })
        add(
            "used-after-unused", .malformed, "Used records come first.",
            changed { $0.records[0].kind = 0 })
        var hidden = ring.holding([1]).encoded
        hidden[hidden.count - 1] = 1
        add("bytes-in-unused", .malformed, "Unused records are zero.", hidden)
    }

    private func slots() throws {
        let claims = scene.lea.passport.claims
        guard let record = RingBytes(scene.lea.ring).records.first else { return }
        let slot = Int(record.slot)
        var secretBytes = record.secret
        let key = try SlotSecret(SecretBytes(consuming: &secretBytes)).contentKey()
        let binding = PassportClaims.slotBinding(
            issuer: claims.issuer, passport: claims.id, slot: slot)
        func add(
            _ scenario: String, _ verdict: Ruling, _ comment: String,
            secret: [UInt8]? = nil, slot number: Int? = nil, passport: Identifier? = nil,
            issuer: OrganisationID? = nil, ciphertext: [UInt8]? = nil, commitment: Digest? = nil
        ) throws {
            shop.add(
                .slot, scenario, verdict, comment,
                [
                    "issuer": .hex((issuer ?? claims.issuer).digest.bytes),
                    "passport": .hex((passport ?? claims.id).bytes), "slot": .int(number ?? slot),
                    "secret": .hex(secret ?? record.secret),
                    "ciphertext": .hex(ciphertext ?? claims.slots[slot]),
                    "commitment": .hex((commitment ?? claims.commitments[slot]).bytes),
                ],
                intermediate: verdict == .accept
                    ? [
                        "key": .hex(Secrets.bytes(try key.bytesForBoxes())),
                        "binding": .hex(binding),
                    ] : .object([:]))
        }
        try add("opens", .accept, "A slot opens under the secret that it commits to.")
        try add(
            "another-secret", .refused, "Another secret is not the one committed to.",
            secret: Secrets.seed("another slot"))
        try add(
            "another-commitment", .refused, "A commitment leaves room for one key.",
            commitment: Digest.sha256(of: [1]))
        try add(
            "another-number", .refused, "A ciphertext is bound to its number.",
            slot: (slot + 1) % 12)
        try add(
            "another-passport", .refused, "A ciphertext is bound to its passport.",
            passport: scene.omar.passport.claims.id)
        try add(
            "another-issuer", .refused, "A ciphertext is bound to its issuer.",
            issuer: scene.cast.athens.id)
        try add(
            "ciphertext-bit", .refused, "A changed ciphertext does not open.",
            ciphertext: Forge.flipped(claims.slots[slot], at: 0))
        try add(
            "ciphertext-short", .refused, "A ciphertext without a tag does not open.",
            ciphertext: [1, 2, 3])
        try add("secret-short", .malformed, "A secret has 32 bytes.", secret: [1, 2, 3])
    }

    private func keyFiles() throws {
        let words = "correct horse battery staple"
        func passphrase(_ text: String) throws -> Passphrase {
            var bytes = Array(text.utf8)
            return try Passphrase(consuming: &bytes)
        }
        let file = try KeyFile(
            generating: [.issue, .consent, .sealPaper, .vault], from: Secrets.stream("key file"))
        let good = try file.encoded(
            passphrase: passphrase(words), randomness: Secrets.stream("key file salt"))
        func add(
            _ scenario: String, _ verdict: Ruling, _ comment: String, _ bytes: [UInt8],
            _ text: String? = nil, intermediate: JSON = .object([:])
        ) {
            shop.add(
                .keyfile, scenario, verdict, comment,
                ["bytes": .hex(bytes), "passphrase": .text(text ?? words)],
                intermediate: intermediate)
        }
        let salt = Secrets.stream("key file salt").bytes(16)
        let key = try passphrase(words).key(salt: salt)
        add(
            "four-keys", .accept, "Four keys under a passphrase.", good,
            intermediate: ["key": .hex(Secrets.bytes(try key.bytesForBoxes()))])
        add(
            "wrong-passphrase", .refused, "Another passphrase opens nothing.", good, "correct horse"
        )
        add("empty-passphrase", .malformed, "A passphrase is not nothing.", good, "")
        add(
            "passphrase-past-limit", .malformed, "A passphrase has at most 1,024 bytes.", good,
            String(repeating: "x", count: Limits.passphraseBytes + 1))
        add("truncated", .malformed, "A file cut short is none.", Array(good.dropLast()))
        add("trailing-byte", .malformed, "Nothing follows the file.", good + [0])
        func edit(
            _ scenario: String, _ verdict: Ruling, _ comment: String, _ key: Int,
            _ value: CBORItem?
        ) throws {
            add(scenario, verdict, comment, try Forge.fields(good) { $0[CBORItem(key)] = value })
        }
        try edit("version-2", .malformed, "Another version is refused.", 1, CBORItem(2))
        try edit("short-salt", .malformed, "A salt has 16 bytes.", 2, .bytes([1]))
        try edit("unknown-part", .malformed, "A key file has no other part.", 4, .null)
        let longest = CBORItem.bytes([UInt8](repeating: 0, count: 20))
        try edit("another-ciphertext", .refused, "A changed file does not open.", 3, longest)
        try edit(
            "another-salt", .refused, "Another salt makes another key.", 2,
            .bytes(Array(salt.reversed())))
        let authenticated = Array("care-passport/1 key file".utf8)
        for (name, records) in [
            ("no-keys", []), ("half-a-key", [UInt8](repeating: 1, count: 40)),
            ("unknown-purpose", [UInt8](repeating: 99, count: 33)),
        ] {
            let sealed = try passphrase(words).key(salt: salt)
                .seal(records, authenticating: authenticated)
            try edit(name, .malformed, "Keys are whole and of a known purpose.", 3, .bytes(sealed))
        }
    }
}
