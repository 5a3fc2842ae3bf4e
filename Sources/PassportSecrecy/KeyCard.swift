public import PassportCoding
public import PassportCrypto

/// The consent half of a key card: 128 random bits that sign grants and open holder rings.
public struct ConsentHalf: ~Copyable, Sendable {
    private let secret: SecretBytes

    /// Draws a new card.
    public init(from randomness: Randomness) throws(SecrecyError) {
        do {
            secret = try SecretBytes(random: CardText.secretByteCount, from: randomness)
        } catch {
            throw SecrecyError(error)
        }
    }

    /// Reads the text printed on the half.
    public init(text: String) throws(SecrecyError) {
        secret = try CardText.decode(text, .consent)
    }

    /// The text printed on the half. Whoever has it can grant; show it only to be printed.
    public func text() -> String { CardText.encode(secret, .consent) }

    /// The carry half, derived one way: it cannot lead back to this half.
    public func carryHalf() throws(SecrecyError) -> CarryHalf {
        CarryHalf(
            try KeyDerivation.derive(
                from: secret, .carryHalf, count: CardText.secretByteCount))
    }

    /// The person's signing key for one passport, and for no other: passports of one person
    /// cannot be tied together by their holder keys.
    package func holderKey(for passport: Identifier) throws(SecrecyError) -> SigningKey {
        let seed = try KeyDerivation.derive(
            from: secret, salt: passport.bytes, .holderKey, count: SigningKey.seedByteCount)
        do {
            return try SigningKey(seed: seed, purpose: .holder)
        } catch {
            throw SecrecyError(error)
        }
    }

    /// The key of the one holder ring of one passport.
    package func holderRingKey(for passport: Identifier) throws(SecrecyError) -> ContentKey {
        try ContentKey(
            KeyDerivation.derive(
                from: secret, salt: passport.bytes, .holderRing, count: ContentKey.byteCount))
    }
}

/// The carry half of a key card: opens only what was granted to the bearer.
public struct CarryHalf: ~Copyable, Sendable {
    private let secret: SecretBytes

    init(_ secret: consuming SecretBytes) { self.secret = secret }

    /// Reads the text printed on the half.
    public init(text: String) throws(SecrecyError) {
        secret = try CardText.decode(text, .carry)
    }

    /// The text printed on the half.
    public func text() -> String { CardText.encode(secret, .carry) }

    /// The key of one carry box; the salt is the box's own.
    package func boxKey(salt: [UInt8]) throws(SecrecyError) -> ContentKey {
        try ContentKey(
            KeyDerivation.derive(
                from: secret, salt: salt, .carryBox, count: ContentKey.byteCount))
    }
}

/// The text of a card half: Crockford base 32 of a kind byte, 16 secret bytes and a 3-byte
/// checksum, in eight groups of four. It carries no word that a checkpoint could read.
enum CardText {
    static let secretByteCount = 16

    enum Half: UInt8 {
        case consent = 0x11
        case carry = 0x12
    }

    private static func checksum(_ body: [UInt8]) -> ArraySlice<UInt8> {
        Digest.sha256(label: "care-passport/1 card", body).bytes.prefix(3)
    }

    static func encode(_ secret: borrowing SecretBytes, _ half: Half) -> String {
        var body = [half.rawValue]
        unsafe secret.withBytes { bytes in
            for index in 0..<secret.count { unsafe body.append(bytes[index]) }
        }
        body += checksum(body)
        let text = Array(Base32.encode(body))
        body.wipe()
        return stride(from: 0, to: text.count, by: 4)
            .map { String(text[$0..<min($0 + 4, text.count)]) }.joined(separator: "-")
    }

    static func decode(_ text: String, _ half: Half) throws(SecrecyError) -> SecretBytes {
        let mistyped = SecrecyError(
            .mistypedCard, "the \(half == .consent ? "consent" : "carry") half is mistyped",
            hint: "it has eight groups of four letters and digits; check each against the card")
        guard text.utf8.count <= 128, var body = try? Base32.decode(text) else { throw mistyped }
        defer { body.wipe() }
        guard body.count == 1 + secretByteCount + 3,
            checksum(Array(body.dropLast(3))).elementsEqual(body.suffix(3))
        else { throw mistyped }
        guard body[0] == half.rawValue else {
            // The checksum holds, so nothing is mistyped: the person gave the other half.
            guard let other = Half(rawValue: body[0]) else { throw mistyped }
            throw SecrecyError(
                .mistypedCard,
                other == .carry
                    ? "this is the carry half; only the consent half can grant"
                    : "this is the consent half; opening as the bearer takes the carry half")
        }
        var secret = Array(body[1...secretByteCount])
        do {
            return try SecretBytes(consuming: &secret)
        } catch {
            throw SecrecyError(error)
        }
    }
}
