import CarePassport

/// Seal, grant and pack, against the primitives that they cannot do without.
struct SealBench {
    let world: BenchWorld

    func run(_ rounds: Int) throws {
        let bare = try BarePrimitives()
        let profile = Profile.net
        let slots = 3
        let envelope = try world.seal()
        let boxBytes = (envelope.boxes.first?.ciphertext.count ?? 16) - 16
        let contentBytes = envelope.content.count - 16
        let passportBytes = 28_000
        print(
            """
            seal counts: 5 Ed25519 key pairs' signatures (passport, grant, disclosure, status \
            list, and 2 verifications), \(2 * slots + 3) HKDF, \(slots) slots, 1 ring and 1 \
            content encrypted, SHA-256 over passport, content and ring, \(profile.boxCount) \
            X-Wing boxes of which \(profile.boxCount - 1) to new keys, and the random bytes
            """)
        _ = try Stopwatch.compare("seal", rounds: rounds) {
            _ = try world.seal()
        } bare: {
            let signature = bare.sign(passportBytes)
            _ = bare.sign(600)
            _ = bare.sign(300)
            _ = bare.sign(200)
            bare.verify(signature, passportBytes)
            bare.verify(signature, 200)
            for _ in 0..<2 * slots + 3 { bare.hkdf() }
            for _ in 0..<slots { _ = bare.encrypt(profile.slotBytes) }
            _ = bare.encrypt(profile.ringBytes)
            _ = bare.encrypt(contentBytes)
            bare.sha256(passportBytes)
            bare.sha256(contentBytes)
            bare.sha256(profile.ringBytes)
            bare.sha256(profile.ringBytes)
            bare.random((profile.slotCount - slots) * (profile.sealedSlotBytes + 32))
            for _ in 0..<profile.boxCount { _ = try bare.sealXWing(boxBytes) }
            for _ in 0..<profile.boxCount - 1 {
                try bare.newXWingKey()
                bare.random(boxBytes)
            }
        }
    }
}
