public import CarePassport
public import PassportCoding
internal import PassportCrypto
public import PassportSecrecy
internal import PassportTrust

/// Finds the box that is ours. The recipient is not named outside, so every box is tried.
public struct EnvelopeOpener: Sendable {
    private let envelope: Envelope

    /// Prepares to open an envelope.
    public init(_ envelope: Envelope) { self.envelope = envelope }

    /// Unlocks with an organisation's opening key.
    ///
    /// - Throws: `notForUs` when no box opens.
    public func unlock(with key: borrowing OpeningKey) throws(SealingError) -> UnlockedEnvelope {
        guard key.publicKey.purpose == envelope.profile.sealingPurpose else {
            throw SealingError(.notForUs, .refused, "the key is for another profile")
        }
        let binding = SealedBox.binding(
            .organisation, profile: envelope.profile,
            contentDigest: envelope.contentDigest.bytes)
        var failure: SealingError?
        for box in envelope.boxes where box.lock == .organisation {
            guard
                var padded = try? key.open(
                    encapsulatedKey: box.parameter, ciphertext: box.ciphertext,
                    authenticating: binding)
            else { continue }
            defer { padded.wipe() }
            // Anybody who knows our public key can put a box of rubbish in a decoy's place; it
            // must not hide the real one.
            do {
                return try unlock(padded, asBearer: false)
            } catch {
                failure = failure ?? error
            }
        }
        throw failure ?? Self.notForUs
    }

    /// Unlocks with the carry half of a card.
    public func unlock(with carry: borrowing CarryHalf) throws(SealingError) -> UnlockedEnvelope {
        let binding = SealedBox.binding(
            .carry, profile: envelope.profile, contentDigest: envelope.contentDigest.bytes)
        for box in envelope.boxes where box.lock == .carry {
            guard
                let key = try? carry.boxKey(salt: box.parameter),
                var padded = try? key.open(box.ciphertext, authenticating: binding)
            else { continue }
            defer { padded.wipe() }
            return try unlock(padded, asBearer: true)
        }
        throw SealingError(
            .notForUs, .refused, "no box of this envelope opens with this card",
            hint: "ask for the right card; where it has a PIN, that may be the wrong one")
    }

    private static let notForUs = SealingError(
        .notForUs, .refused, "no box of this envelope opens with the keys here",
        hint: """
            it may be meant for another organisation, sealed to an older key, or changed on the way
            """)

    private func unlock(
        _ padded: [UInt8], asBearer: Bool
    ) throws(SealingError) -> UnlockedEnvelope {
        do {
            guard var payload = Padding.unpad(padded) else {
                throw SealingError(.malformed, "box: not padded as it must be")
            }
            let box = try BoxPayload(consuming: &payload)
            let opened = try box.contentKey().open(
                envelope.content, authenticating: Envelope.contentBinding(envelope.profile))
            guard let content = Padding.unpad(opened) else {
                throw SealingError(.malformed, "content: not padded as it must be")
            }
            return try UnlockedEnvelope(
                content: EnvelopeContent(decoding: content), box: box, profile: envelope.profile,
                asBearer: asBearer)
        } catch {
            throw SealingError("envelope", error)
        }
    }
}
