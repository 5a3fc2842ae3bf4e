import CarePassport
import PassportCoding
import PassportCrypto
import PassportSealing
import PassportSecrecy
import PassportTrust

/// Swaps that the issuer signs itself: only the commitments, the slots' bindings and the section's
/// own kind are left to stop them.
struct DishonestIssuer {
    let scene: Scene
    let shop: Workshop

    func write() throws {
        let omar = RingBytes(scene.omar.ring).holding([1])
        let others = scene.omar.passport.claims
        try add(
            "issuer-slot-exchanged", "A slot holds only the ciphertext made for its number."
        ) { claims, ring in
            let (one, two) = (Int(ring.records[0].slot), Int(ring.records[1].slot))
            claims.slots.swapAt(one, two)
        }
        try add(
            "issuer-slot-and-commitment-exchanged",
            "A ciphertext is bound to its slot's number, whatever is signed."
        ) { claims, ring in
            let (one, two) = (ring.records[0].slot, ring.records[1].slot)
            claims.slots.swapAt(Int(one), Int(two))
            claims.commitments.swapAt(Int(one), Int(two))
            ring.records[0].slot = two
            ring.records[1].slot = one
        }
        try add(
            "issuer-slot-of-another-passport",
            "A ciphertext is bound to its passport: one person's section is not another's."
        ) { claims, ring in
            for (index, record) in omar.records.enumerated() {
                let (own, theirs) = (Int(ring.records[index].slot), Int(record.slot))
                claims.slots[own] = others.slots[theirs]
                claims.commitments[own] = others.commitments[theirs]
                ring.records[index].secret = record.secret
            }
        }
        try add(
            "issuer-second-key",
            "A slot's key is the one committed to, so one ciphertext has one history."
        ) { claims, ring in
            claims.commitments[Int(ring.records[0].slot)] = Digest.sha256(of: [1])
        }
        try add(
            "issuer-kind-relabelled",
            "A section says of itself what it is; a grant for emergency opens no risk."
        ) { _, ring in
            ring.records = RingBytes(scene.lea.ring).holding([6]).records.map {
                RingBytes.Record(kind: 1, slot: $0.slot, secret: $0.secret)
            }
        }
        try add(
            "issuer-two-sections-of-one-kind",
            "A ring that holds two sections of one kind opens neither."
        ) { claims, ring in
            ring.records += try secondHistory(in: &claims)
        }
        try add("issuer-chunk-missing", "A section is whole or refused.") { _, ring in
            ring.records = Array(ring.records.dropLast())
        }
        try add("issuer-chunks-exchanged", "A section's parts stand in their order.") { _, ring in
            ring.records.reverse()
        }
        try add(
            "issuer-ring-wider-than-grant",
            "A grant comes with the keys of the sections that it names and no others."
        ) { _, ring in
            ring.records = RingBytes(scene.lea.ring).holding([1, 6]).records
        }
    }

    /// Puts Omar's emergency section into slots where other sections were.
    private func secondHistory(in claims: inout PassportClaims) throws -> [RingBytes.Record] {
        let size = scene.profile.slotBytes
        guard let section = try Content.sections("Omar").first(where: { $0.content.kind == 1 })
        else { throw VectorProblem("no emergency section") }
        let bytes = section.encoded()
        let count = (bytes.count + 4 + size - 1) / size
        let padded = Padding.pad(bytes, to: count * size)
        let others = RingBytes(scene.lea.ring).records.filter { $0.kind != 1 }.prefix(count)
        return try others.enumerated().map { index, record in
            let slot = Int(record.slot)
            var seed = Secrets.seed("second history \(index)")
            let new = RingBytes.Record(kind: 1, slot: record.slot, secret: seed)
            (claims.commitments[slot], claims.slots[slot]) =
                try SlotSecret(SecretBytes(consuming: &seed)).seal(
                    Array(padded[index * size..<(index + 1) * size]),
                    authenticating: PassportClaims.slotBinding(
                        issuer: claims.issuer, passport: claims.id, slot: slot))
            return new
        }
    }

    private func add(
        _ scenario: String, _ comment: String,
        _ change: (inout PassportClaims, inout RingBytes) throws -> Void
    ) throws {
        let cast = scene.cast
        var claims = scene.lea.passport.claims
        var ring = RingBytes(scene.lea.ring).holding([1])
        try change(&claims, &ring)
        let passport = try COSESign1.sign(
            claims.encoded(), as: .passport, with: cast.izmir.signingKey(.issue)
        ).bytes
        let terms = try scene.terms(
            UnverifiedPassport(decoding: passport), to: .organisation(cast.athens.id), [1],
            ring: RingBytes.digest(ring.encoded))
        var opening = try Opening(scene, scenario)
        opening.passports = [passport]
        opening.grants = [(try scene.sign(terms, by: cast.izmir), ring.encoded)]
        try shop.open(.swaps, scenario, .refused, comment, opening)
    }
}
