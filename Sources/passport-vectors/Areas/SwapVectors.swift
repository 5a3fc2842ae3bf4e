import CarePassport
import PassportCoding
import PassportCrypto
import PassportSealing
import PassportSecrecy
import PassportTrust

/// Parts of two envelopes exchanged: by somebody who only has the bytes, and by a legitimate
/// recipient who repacks what it could open.
struct SwapVectors {
    let net: Scene
    let paper: Scene
    let shop: Workshop

    func write() throws {
        for scene in [net, paper] { try outside(scene) }
        try repacked(paper)
        try sets(paper)
        try recipients(paper)
        try DishonestIssuer(scene: paper, shop: shop).write()
    }

    private func other(_ scene: Scene) throws -> Opening {
        var opening = try Opening(scene, "swaps Omar \(scene.profile.name)")
        opening.passports = [scene.omar.passport.bytes]
        opening.grants = [
            try scene.grant(scene.omar, to: .organisation(scene.cast.athens.id), [1, 2, 3])
        ]
        return opening
    }

    /// Bytes moved between two envelopes for one recipient, without any key.
    private func outside(_ scene: Scene) throws {
        let name = scene.profile.name
        let lea = try Opening(scene, "swaps Lea \(name)")
        let omar = try other(scene)
        let one = try lea.packing().pack(shop.boxes)
        try shop.open(
            .swaps, "\(name)-one", .accept, "The first of two envelopes, untouched.", lea)
        try shop.open(
            .swaps, "\(name)-two", .accept, "The second of two envelopes, untouched.", omar)
        let two = try omar.packing().pack(shop.boxes)
        func refuse(
            _ scenario: String, _ verdict: Ruling = .refused, _ comment: String,
            _ content: [UInt8], _ boxes: [SealedBox]
        ) throws {
            let envelope = Envelope(profile: scene.profile, content: content, boxes: boxes)
            shop.add(
                .swaps, "\(name)-bytes-\(scenario)", verdict, comment,
                try lea.input(envelope.encoded()))
        }
        try refuse(
            "content", .refused, "The content of another envelope does not open with these boxes.",
            two.envelope.content, one.envelope.boxes)
        // Net envelopes are large, and what follows is the same for both profiles.
        guard scene.profile == .paper else { return }
        try refuse(
            "boxes", .refused, "The boxes of another envelope do not open this content.",
            one.envelope.content, two.envelope.boxes)
        let key = try scene.cast.athens.sealingKey(scene.profile.sealingPurpose).keyHash
        func place(_ packed: Packing.Packed) throws -> Int {
            let notes = packed.intermediate["boxes"].elements
            guard let place = notes.firstIndex(where: { $0["key"] == .hex(key.bytes) }) else {
                throw VectorProblem("no box for Athens")
            }
            return place
        }
        let (mine, theirs) = (try place(one), try place(two))
        var single = one.envelope.boxes
        single[mine] = two.envelope.boxes[theirs]
        try refuse(
            "box", .refused, "A box opens only beside the content that it was sealed for.",
            one.envelope.content, single)
        var mixed = one.envelope.boxes
        mixed[mine] = SealedBox(
            lock: .organisation, parameter: two.envelope.boxes[theirs].parameter,
            ciphertext: one.envelope.boxes[mine].ciphertext)
        try refuse(
            "encapsulated-key", .refused, "An encapsulated key opens only its own ciphertext.",
            one.envelope.content, mixed)
        try refuse(
            "order", .accept,
            "The order of boxes says nothing; in another order the envelope opens the same.",
            one.envelope.content, one.envelope.boxes.reversed())
    }

    /// One part of Lea's envelope is Omar's. Once with the sender's own statement, which the
    /// repacker cannot change, and once with a statement that the repacker signed.
    private func repacked(_ scene: Scene) throws {
        let athens = Recipient.organisation(scene.cast.athens.id)
        let lea = try Opening(scene, "unpacked")
        let omar = try other(scene)
        let original = try scene.disclosure(
            by: scene.cast.izmir, to: athens, lea.passports, lea.grants.map(\.grant))
        func add(
            _ scenario: String, _ comment: String, _ change: (inout Opening) throws -> Void
        ) throws {
            for resigned in [false, true] {
                let full = "repacked-\(scenario)-\(resigned ? "resigned" : "original")"
                var opening = try Opening(scene, full)
                try change(&opening)
                opening.identities.append(scene.cast.munich)
                opening.pins.append(scene.cast.munich)
                if resigned {
                    opening.sender = scene.cast.munich
                } else {
                    opening.disclosure = original
                }
                try shop.open(.swaps, full, .refused, comment, opening)
            }
        }
        try add("passport", "Another person's passport does not open under this grant.") {
            $0.passports = omar.passports
        }
        try add("grant", "A grant for another person's passport opens nothing here.") {
            $0.grants = [(omar.grants[0].grant, $0.grants[0].ring)]
        }
        try add("grant-and-ring", "Grant and ring of another passport open nothing here.") {
            $0.grants = omar.grants
        }
        try add("ring", "A grant is signed over one ring; another one does not count.") {
            $0.grants = [($0.grants[0].grant, omar.grants[0].ring)]
        }
        try add("ring-salt", "Even the same secrets under another salt are another ring.") {
            let ring = scene.ring(scene.lea, [1, 2, 3], salt: "another salt")
            $0.grants = [($0.grants[0].grant, ring)]
        }
        try add("wider-ring", "A ring with more kinds than the signed one is another ring.") {
            $0.grants = [($0.grants[0].grant, scene.ring(scene.lea, [1, 2, 3, 6]))]
        }
        try passports(scene)
    }

    /// Parts of a passport exchanged; a statement by the repacker covers the result.
    private func passports(_ scene: Scene) throws {
        func add(
            _ scenario: String, _ verdict: Ruling, _ comment: String, _ passport: [UInt8]
        ) throws {
            let full = "repacked-\(scenario)-resigned"
            var opening = try Opening(scene, full)
            opening.passports = [passport]
            opening.identities.append(scene.cast.munich)
            opening.pins.append(scene.cast.munich)
            opening.sender = scene.cast.munich
            try shop.open(.swaps, full, verdict, comment, opening)
        }
        let others = scene.omar.passport.claims
        func altered(_ edit: (inout PassportClaims) -> Void) throws -> [UInt8] {
            var changed = scene.lea.passport.claims
            edit(&changed)
            return try Forge.edited(scene.lea.passport.bytes) { $0[2] = .bytes(changed.encoded()) }
        }
        try add(
            "slot", .refused, "A slot of another passport breaks the issuer's signature.",
            altered { $0.slots[0] = others.slots[0] })
        try add(
            "slot-order", .refused, "Two slots exchanged break the issuer's signature.",
            altered { $0.slots.swapAt(0, 1) })
        try add(
            "holder-ring", .refused, "The holder ring of another passport breaks the signature.",
            altered { $0.holderRing = others.holderRing })
        try add(
            "issuer", .refused, "A passport is not somebody else's because it says so.",
            altered { $0.issuer = scene.cast.munich.id })
        let theirs = try Forge.parts(scene.omar.passport.bytes).parts[3]
        try add(
            "signature", .refused, "The signature of another passport does not hold for this one.",
            Forge.edited(scene.lea.passport.bytes) { $0[3] = theirs })
        let grant = try scene.grant(scene.lea, to: .bearer, [1]).grant
        let second = try Forge.parts(
            Forge.countersigned(grant, with: scene.cast.munich.signingKey(.consent))
        ).parts[1]
        try add(
            "countersigned", .malformed,
            "A second signature would give a passport a second digest, which no withdrawal names.",
            Forge.edited(scene.lea.passport.bytes) { $0[1] = second })
    }

    /// The sender's statement names all passports and grants, in order.
    private func sets(_ scene: Scene) throws {
        let cast = scene.cast
        let athens = Recipient.organisation(cast.athens.id)
        let passports = [scene.lea.passport.bytes, scene.omar.passport.bytes]
        let grants = [
            try scene.grant(scene.lea, to: athens, [1]),
            try scene.grant(scene.omar, to: athens, [1]),
        ]
        let both = try scene.disclosure(by: cast.izmir, to: athens, passports, grants.map(\.grant))
        func add(
            _ scenario: String, _ comment: String, _ passports: [[UInt8]],
            _ grants: [(grant: [UInt8], ring: [UInt8])], _ disclosure: [UInt8]
        ) throws {
            var opening = try Opening(scene, scenario)
            opening.passports = passports
            opening.grants = grants
            opening.disclosure = disclosure
            try shop.open(.swaps, scenario, .refused, comment, opening)
        }
        try add(
            "passport-left-out", "A recipient is told when a passport was taken out.",
            [passports[0]], [grants[0]], both)
        try add(
            "passports-exchanged", "The statement names the passports in their order.",
            passports.reversed(), grants, both)
        try add(
            "grant-left-out", "A recipient is told when a grant was taken out.", passports,
            [grants[0]], both)
        try add(
            "grants-exchanged", "The statement names the grants in their order.", passports,
            grants.reversed(), both)
        let first = try scene.disclosure(
            by: cast.izmir, to: athens, [passports[0]], [grants[0].grant])
        try add(
            "passport-added", "A passport that the sender did not give is not opened.", passports,
            grants, first)
        try add(
            "disclosure-of-another-envelope", "A statement about other objects does not fit.",
            [passports[1]], [grants[1]], first)
    }

    /// A box, grant or statement that was made for somebody else.
    private func recipients(_ scene: Scene) throws {
        let cast = scene.cast
        let toAthens = Recipient.organisation(cast.athens.id)
        func add(
            _ scenario: String, _ comment: String, toMunich: Bool = false,
            _ change: (inout Opening) throws -> Void
        ) throws {
            var opening = try Opening(scene, scenario)
            opening.identities = [cast.izmir, cast.athens]
            opening.pins = [cast.izmir, cast.athens]
            if toMunich {
                opening.recipient = cast.munich
                opening.ourselves = cast.munich
            }
            try change(&opening)
            try shop.open(.swaps, scenario, .refused, comment, opening)
        }
        func state(_ opening: Opening, _ recipient: Recipient) throws -> [UInt8] {
            try scene.disclosure(
                by: cast.izmir, to: recipient, opening.passports, opening.grants.map(\.grant))
        }
        try add("box-passed-on", "Athens passes its whole box on to Munich.", toMunich: true) {
            $0.disclosure = try state($0, toAthens)
        }
        try add("grant-passed-on", "Athens passes its grant on, with a statement.", toMunich: true)
        {
            $0.sender = cast.athens
        }
        try add(
            "disclosure-for-another", "A statement to Athens is none to Munich.", toMunich: true
        ) {
            $0.grants = [try scene.grant(scene.lea, to: .organisation(cast.munich.id), [1])]
            $0.disclosure = try state($0, toAthens)
        }
        try add("carry-box-organisation-grant", "A grant to Athens is none to a bearer.") {
            $0.recipient = nil
            $0.disclosure = try state($0, .bearer)
        }
        try add("organisation-box-bearer-grant", "A grant to the bearer is none to Athens.") {
            $0.grants = [try scene.grant(scene.lea, to: .bearer, [1, 2])]
        }
        try add("bearer-disclosure", "A statement made to the bearer is none to Athens.") {
            $0.disclosure = try state($0, .bearer)
        }
        try add("disclosure-by-thief", "A statement in Izmir's name needs Izmir's key.") {
            let terms = try UnverifiedDisclosure(decoding: state($0, toAthens)).terms
            $0.disclosure = try COSESign1.sign(
                terms.encoded(), as: .disclosure, with: cast.stranger.signingKey(.consent)
            ).bytes
        }
    }
}
