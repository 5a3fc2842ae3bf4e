public import CarePassport
public import PassportCoding
public import PassportCrypto
public import PassportSecrecy

extension PassportSealer {
    /// Seals the sections of a passport anew, under another card and another id. Nobody is shown
    /// what stands in them.
    ///
    /// - Parameters:
    ///   - passport: one of the issuer's own.
    ///   - ring: its full ring, from the vault.
    ///   - card: the consent half of the new card.
    ///   - key: the issuer's `issue` key.
    /// - Throws: `wrongCard` when the card is the one that the passport has; `brokenSlot`.
    public func seal(
        again passport: VerifiedPassport, ring: Ring, terms: Terms, card: borrowing ConsentHalf,
        key: borrowing SigningKey
    ) throws(SealingError) -> Sealed {
        // Attack: whoever found the lost card would have the new passport too.
        guard try !Self.isCard(card, of: passport) else {
            throw SealingError(
                .wrongCard, .refused, "this is the card that the passport has",
                hint: "make a new card with 'carepass card new'")
        }
        var sections: [Section] = []
        for kind in ring.kinds.sorted() {
            sections.append(try ExaminedEnvelope.open(kind, passport, ring))
        }
        let named = Self.naming(passport.claims.id, in: sections, terms.profile)
        return try seal(named, terms: terms, card: card, key: key)
    }

    /// True when a passport was sealed under a card, with its PIN.
    public static func isCard(
        _ card: borrowing ConsentHalf, of passport: VerifiedPassport
    ) throws(SealingError) -> Bool {
        do {
            return try card.holderKey(for: passport.claims.id).verifyingKey
                == passport.claims.holderKey
        } catch {
            throw SealingError("seal", error)
        }
    }

    /// Which person a passport is about, by one of its sections: what else a lost card opens.
    ///
    /// - Parameter ring: its full ring, from the vault.
    public static func person(
        of passport: VerifiedPassport, ring: Ring
    ) throws(SealingError) -> PersonReference? {
        guard let kind = ring.kinds.min() else { return nil }
        return try ExaminedEnvelope.open(kind, passport, ring).person
    }

    /// Says in each section which passport it takes the place of, as far as there is room: a full
    /// passport has to fit again, and that the old one ended is said by its status anyway.
    private static func naming(
        _ old: Identifier, in sections: [Section], _ profile: Profile
    ) -> [Section] {
        func slots(_ sections: [Section]) -> Int {
            sections.reduce(0) { $0 + profile.slots(for: $1.encoded().count) }
        }
        return sections.indices.reduce(sections) { named, index in
            var more = named
            more[index].supersedes = old.bytes
            return slots(more) <= max(slots(sections), profile.slotCount) ? more : named
        }
    }
}
