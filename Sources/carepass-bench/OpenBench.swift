import CarePassport
internal import PassportCrypto
import PassportSealing
internal import PassportSecrecy

/// Unlock, verify and decrypt, against the primitives that they cannot do without.
struct OpenBench {
    let world: BenchWorld

    func run(_ rounds: Int) throws {
        let bare = try BarePrimitives()
        let profile = Profile.net
        let slots = 3
        let envelope = try world.seal()
        let boxBytes = (envelope.boxes.first?.ciphertext.count ?? 16) - 16
        let contentBytes = envelope.content.count - 16
        let passportBytes = 28_000
        let box = try bare.sealXWing(boxBytes)
        let content = bare.encrypt(contentBytes)
        let slot = bare.encrypt(profile.slotBytes)
        let signature = bare.sign(passportBytes)
        let small = bare.sign(600)
        let bytes = envelope.encoded()
        let key = try world.readerKeys.openingKey(.sealNet)
        let knowledge = world.knowledge()
        print(
            """
            open counts: on average 2.5 X-Wing boxes tried, content and \(slots) slots \
            decrypted, 5 Ed25519 verifications (manifest, passport, grant, disclosure, status \
            list), \(2 * slots) HKDF, SHA-256 over passport, content and ring
            """)
        var round = 0
        _ = try Stopwatch.compare("open", rounds: rounds) {
            let unlocked = try EnvelopeOpener(Envelope(decoding: bytes)).unlock(with: key)
            let examined = unlocked.examine(knowledge, purpose: .treat)
            let request = examined.request(nil)
            let opened = try examined.open(
                request, intent: DurableIntent(index: 0, subject: request.subject))
            guard opened.isEmpty || opened.count == slots else { return }
        } bare: {
            round += 1
            // The position of our box is random: 0 to 3 failures come before it.
            for _ in 0..<round % 4 { bare.failXWing(box) }
            try bare.openXWing(box)
            bare.decrypt(content)
            for _ in 0..<slots { bare.decrypt(slot) }
            bare.verify(signature, passportBytes)
            for _ in 0..<4 { bare.verify(small, 600) }
            for _ in 0..<2 * slots { bare.hkdf() }
            bare.sha256(passportBytes)
            bare.sha256(contentBytes)
            bare.sha256(profile.ringBytes)
        }
    }
}
