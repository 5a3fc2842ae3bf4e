import CarePassport
import PassportCoding
import PassportCrypto
import PassportSealing
import PassportSecrecy
import PassportTrust

/// Unlock, verify and decrypt, against the primitives that they cannot do without.
struct OpenBench {
    let world: BenchWorld

    func run(_ rounds: Int) throws {
        let sendings = try sendings()
        let envelopes = sendings.map { $0.packed.envelope.encoded() }
        let knowledge = world.knowledge()
        let slots = world.sections.count
        let baseline = try baseline(sendings)
        print(
            """
            open: three sections; each round opens four envelopes in which our box is first to \
            fourth; the issuer's identity and status list arrive inside. For one envelope the \
            baseline counts
            """)
        print(baseline.explanation)
        _ = try Stopwatch.compare("open", rounds: rounds, operations: envelopes.count) {
            for bytes in envelopes {
                let unlocked = try EnvelopeOpener(Envelope(decoding: bytes))
                    .unlock(with: world.readerKey)
                let examined = unlocked.examine(knowledge, purpose: .treat)
                let request = examined.request(nil)
                let opened = try examined.open(
                    request, intent: DurableIntent(index: 0, subject: request.subject))
                guard opened.count == slots else {
                    throw CodingError(.malformed, "the bench did not open its sections")
                }
            }
        } bare: {
            try baseline.run()
        }
    }

    /// One envelope for each place that our box can have: how many boxes are tried before it is
    /// chance, and chance does not belong into a comparison.
    private func sendings() throws -> [BenchWorld.Sending] {
        var byPlace: [Int: BenchWorld.Sending] = [:]
        while byPlace.count < Profile.net.boxCount {
            let sending = try world.send()
            let envelope = sending.packed.envelope
            let binding = SealedBox.binding(
                .organisation, profile: .net, contentDigest: envelope.contentDigest.bytes)
            let place = envelope.boxes.firstIndex { box in
                let opened = try? world.readerKey.open(
                    encapsulatedKey: box.parameter, ciphertext: box.ciphertext,
                    authenticating: binding)
                return opened != nil
            }
            if let place { byPlace[place] = sending }
        }
        return byPlace.sorted { $0.key < $1.key }.map(\.value)
    }

    private func baseline(_ sendings: [BenchWorld.Sending]) throws -> Baseline {
        let slots = world.sections.count
        var baseline = Baseline(try BarePrimitives(), operations: sendings.count)
        let list = try COSESign1(
            decoding: world.statusList.bytes, as: .statusList, maximum: Limits.statusListBytes)
        let manifests = try world.issuer.chain.manifests.map {
            try COSESign(decoding: $0, as: .manifest, maximum: Limits.manifestBytes)
                .unverifiedPayload
        }
        for (place, sending) in sendings.enumerated() {
            let envelope = sending.packed.envelope
            let grant = sending.issued.grant
            let boxBytes = (envelope.boxes.first?.ciphertext.count ?? 16) - 16
            // The recipient is not named outside, so the boxes before ours are tried.
            try baseline.count(.fail, [Int](repeating: boxBytes, count: place))
            try baseline.count(.open, [boxBytes])
            try baseline.count(.decrypt, [envelope.content.count - 16])
            try baseline.count(
                .decrypt, [Int](repeating: Profile.net.slotBytes, count: slots))
            try baseline.count(.verify, manifests.map { Baseline.signedBytes(manifest: $0) })
            try baseline.count(
                .verify,
                [
                    Baseline.signedBytes(list.unverifiedPayload, .statusList),
                    Baseline.signedBytes(sending.passport.object.unverifiedPayload, .passport),
                    Baseline.signedBytes(grant.object.unverifiedPayload, .grant),
                ])
            try baseline.count(
                .verify,
                sending.packed.disclosures.map {
                    Baseline.signedBytes($0.encoded(), .disclosure)
                })
            // Key and commitment of each slot.
            try baseline.count(.extract, [Int](repeating: 32, count: slots))
            try baseline.count(.expand, [Int](repeating: 32, count: 2 * slots))
            // The content; what grant and disclosure are signed over; the identity, and the
            // keys that manifests name by hash.
            try baseline.count(
                .hash,
                [
                    envelope.content.count, sending.passport.bytes.count,
                    Profile.net.ringBytes, grant.bytes.count,
                ] + manifests.map(\.count) + keySizes)
        }
        return baseline
    }

    /// Sizes of the keys that the issuer's manifest names by hash, its root key included.
    private var keySizes: [Int] {
        world.issuer.chain.current.roleKeys.map { role in
            role.purpose.isSealing
                ? SealingPublicKey.byteCount(role.purpose) : VerifyingKey.byteCount
        } + world.issuer.chain.current.rootKeys.map { _ in VerifyingKey.byteCount }
    }
}
