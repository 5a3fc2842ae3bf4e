import CarePassport
import PassportCrypto
import PassportSealing

/// Seal, grant and pack, against the primitives that they cannot do without.
struct SealBench {
    let world: BenchWorld

    func run(_ rounds: Int) throws {
        let baseline = try baseline()
        print("seal: three sections, one grant, one recipient, no card. The baseline counts")
        print(baseline.explanation)
        _ = try Stopwatch.compare("seal", rounds: rounds) {
            _ = try world.send()
        } bare: {
            try baseline.run()
        }
    }

    private func baseline() throws -> Baseline {
        let profile = Profile.net
        let slots = world.sections.count
        let sending = try world.send()
        let envelope = sending.packed.envelope
        let grant = sending.issued.grant
        let boxBytes = (envelope.boxes.first?.ciphertext.count ?? 16) - 16
        let passportSigned = Baseline.signedBytes(
            sending.passport.object.unverifiedPayload, .passport)
        let grantSigned = Baseline.signedBytes(grant.object.unverifiedPayload, .grant)
        let disclosed = sending.packed.disclosures.map {
            Baseline.signedBytes($0.encoded(), .disclosure)
        }
        var baseline = Baseline(try BarePrimitives())
        try baseline.count(.sign, [passportSigned, grantSigned] + disclosed)
        // Whoever grants verifies what the passport says before signing a grant of it.
        try baseline.count(.verify, [passportSigned])
        // The holder's key, from the card's secret, as is the ring's.
        try baseline.count(.keyPair, [32])
        try baseline.count(.extract, [Int](repeating: 32, count: 1 + slots))
        // Key and commitment of each slot; holder key and ring key.
        try baseline.count(.expand, [Int](repeating: 32, count: 2 + 2 * slots))
        try baseline.count(.encrypt, [Int](repeating: profile.slotBytes, count: slots))
        try baseline.count(.encrypt, [profile.ringBytes, envelope.content.count - 16])
        // The content, which boxes are bound to; passport and ring, which the grant is signed
        // over; passport and grant, which the disclosure is signed over.
        try baseline.count(
            .hash,
            [
                envelope.content.count, sending.passport.bytes.count, profile.ringBytes,
                grant.bytes.count,
            ])
        try baseline.count(.seal, [Int](repeating: boxBytes, count: profile.boxCount))
        try baseline.count(.boxKey, [Int](repeating: 32, count: profile.boxCount - 1))
        // Decoy slots and commitments, slot secrets, the texts and key seeds of decoy boxes,
        // card, content key, disclosure reference, four identifiers and salts.
        let decoys = profile.slotCount - slots
        try baseline.count(
            .random,
            [
                decoys * (profile.sealedSlotBytes + 32) + slots * 32
                    + (profile.boxCount - 1) * (boxBytes + 32) + 16 + 32 + 32 + 4 * 16
            ])
        return baseline
    }
}
