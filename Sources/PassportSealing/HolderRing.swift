public import CarePassport
public import PassportCoding
internal import PassportCrypto
public import PassportSecrecy

/// Opens the full ring that every passport carries for its person.
public enum HolderRing {
    /// Opens the ring with the consent half of the card.
    ///
    /// - Throws: `wrongCard` when the card is not that of this passport.
    public static func open(
        in passport: VerifiedPassport, with card: borrowing ConsentHalf
    ) throws(SealingError) -> Ring {
        let claims = passport.claims
        do {
            let holder = try card.holderKey(for: claims.id)
            guard holder.verifyingKey == claims.holderKey else {
                throw SealingError(
                    .wrongCard, .refused, "the card is not that of this passport",
                    hint: "ask for the right card; where it has a PIN, that may be the wrong one")
            }
            var bytes = try card.holderRingKey(for: claims.id).open(
                claims.holderRing,
                authenticating: PassportClaims.ringBinding(
                    issuer: claims.issuer, passport: claims.id))
            return try Ring(consuming: &bytes, profile: claims.profile)
        } catch {
            throw SealingError("holder ring", error)
        }
    }
}
