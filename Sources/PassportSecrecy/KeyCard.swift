public import PassportCoding
public import PassportCrypto

/// The consent half of a key card: 128 random bits that sign grants and open holder rings.
public struct ConsentHalf: ~Copyable, Sendable {
    private let secret: CardSecret

    /// Draws a new card.
    ///
    /// - Parameter pin: what the person will have to say with it; nil for a card without one.
    public init(from randomness: Randomness, pin: borrowing PIN? = nil) throws(SecrecyError) {
        do {
            secret = try CardSecret(
                consent: SecretBytes(random: CardSecret.byteCount, from: randomness), pin: pin)
        } catch {
            throw SecrecyError(error)
        }
    }

    /// Reads the text printed on the half.
    ///
    /// - Throws: `mistypedCard`; `needsPIN` when the card has one and `pin` is nil, or the other
    ///   way round. Whether it is the right one shows when the half is used.
    public init(text: String, pin: borrowing PIN? = nil) throws(SecrecyError) {
        secret = try CardSecret(
            consent: CardText.decode(text, .consent, hasPIN: Self.isThere(pin)), pin: pin)
    }

    /// Takes the words that a person keeps in the head instead of a card.
    ///
    /// - Throws: `mistypedWords`.
    public init(words: CardWords) throws(SecrecyError) {
        secret = try CardSecret(consent: words.secret(), pin: nil)
    }

    static func isThere(_ pin: borrowing PIN?) -> Bool {
        switch pin {
        case .some: true
        case .none: false
        }
    }

    /// True for the text of this half, with a PIN or without.
    public static func isText(_ text: String) -> Bool { CardText.isText(text, .consent) }

    /// True when the text is that of a half which takes a PIN.
    public static func needsPIN(_ text: String) -> Bool { CardText.needsPIN(text) }

    /// The texts of both halves by that of this one, as they are printed; no PIN is needed.
    public static func printedTexts(
        of text: String
    ) throws(SecrecyError) -> (consent: String, carry: String) {
        let hasPIN = needsPIN(text)
        let secret = try CardSecret(
            consent: CardText.decode(text, .consent, hasPIN: hasPIN), pin: nil)
        return (
            CardText.encode(secret.printed, .consent, hasPIN: hasPIN),
            CardText.encode(try secret.carryHalf().printed, .carry, hasPIN: hasPIN)
        )
    }

    /// The text printed on the half. Whoever has it can grant, with the PIN when there is one;
    /// show it only to be printed.
    public func text() -> String {
        CardText.encode(secret.printed, .consent, hasPIN: secret.hasPIN)
    }

    /// The carry half, derived one way: it cannot lead back to this half.
    public func carryHalf() throws(SecrecyError) -> CarryHalf { CarryHalf(try secret.carryHalf()) }

    /// The person's signing key for one passport, and for no other: passports of one person
    /// cannot be tied together by their holder keys.
    package func holderKey(for passport: Identifier) throws(SecrecyError) -> SigningKey {
        let seed = try KeyDerivation.derive(
            from: secret.working(), salt: passport.bytes, .holderKey,
            count: SigningKey.seedByteCount)
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
                from: secret.working(), salt: passport.bytes, .holderRing,
                count: ContentKey.byteCount))
    }
}

/// The carry half of a key card: opens only what was granted to the bearer.
public struct CarryHalf: ~Copyable, Sendable {
    private let secret: CardSecret

    init(_ secret: consuming CardSecret) { self.secret = secret }

    /// Reads the text printed on the half.
    ///
    /// - Throws: `mistypedCard`; `needsPIN` as the consent half does.
    public init(text: String, pin: borrowing PIN? = nil) throws(SecrecyError) {
        secret = try CardSecret(
            carry: CardText.decode(text, .carry, hasPIN: ConsentHalf.isThere(pin)), pin: pin)
    }

    /// True for the text of this half, with a PIN or without.
    public static func isText(_ text: String) -> Bool { CardText.isText(text, .carry) }

    /// The text of this half as it is printed, whatever way it was typed; no PIN is needed.
    ///
    /// - Throws: `mistypedCard`.
    public static func printedText(of text: String) throws(SecrecyError) -> String {
        let hasPIN = CardText.needsPIN(text)
        return CardText.encode(
            try CardText.decode(text, .carry, hasPIN: hasPIN), .carry, hasPIN: hasPIN)
    }

    /// The text printed on the half.
    public func text() -> String {
        CardText.encode(secret.printed, .carry, hasPIN: secret.hasPIN)
    }

    /// The mark of what is printed on this half, for one passport; the PIN has no part in it.
    ///
    /// - Parameter passport: the digest of it.
    public func mark(for passport: Digest) -> CardMark {
        let bytes = KeyDerivation.Extracted(secret.printed, salt: passport.bytes)
            .publicBytes(.cardMark, count: 1)
        return CardMark(bytes.first ?? 0)
    }

    /// The key of one carry box; the salt is the box's own.
    package func boxKey(salt: [UInt8]) throws(SecrecyError) -> ContentKey {
        try ContentKey(
            KeyDerivation.derive(
                from: secret.working(), salt: salt, .carryBox, count: ContentKey.byteCount))
    }
}
