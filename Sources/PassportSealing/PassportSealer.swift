public import CarePassport
public import PassportCoding
public import PassportCrypto
public import PassportSecrecy
public import PassportTrust

/// Seals sections into a passport.
public struct PassportSealer: Sendable {
    /// What the passport says apart from its sections.
    public struct Terms: Sendable {
        /// The organisation that writes it.
        public var issuer: OrganisationID
        /// Organisations that may grant; the holder of the card always may.
        public var authorities: [OrganisationID]
        /// When it is issued.
        public var issued: Timestamp
        /// Until when it may be opened.
        public var expires: Timestamp
        /// Where its status will stand.
        public var status: StatusReference
        /// Net or paper.
        public var profile: Profile

        /// States the terms.
        public init(
            issuer: OrganisationID, authorities: [OrganisationID], issued: Timestamp,
            expires: Timestamp, status: StatusReference, profile: Profile
        ) {
            self.issuer = issuer
            self.authorities = authorities
            self.issued = issued
            self.expires = expires
            self.status = status
            self.profile = profile
        }
    }

    /// A new passport and the full ring that opens it.
    public struct Sealed: Sendable {
        /// The passport, as everybody else will see it.
        public let passport: UnverifiedPassport
        /// All its slot secrets: keep it in the vault.
        public let ring: Ring
    }

    private let randomness: Randomness

    /// Prepares to seal.
    public init(randomness: Randomness = .system) { self.randomness = randomness }

    /// Seals sections under a card, or to organisations alone.
    ///
    /// - Parameters:
    ///   - card: the person's consent half; without one the holder key is thrown away, and the
    ///     passport looks the same.
    ///   - key: the issuer's `issue` key.
    /// - Throws: `tooLarge` when the sections need more slots than the profile has.
    public func seal(
        _ sections: [Section], terms: Terms, card: borrowing ConsentHalf,
        key: borrowing SigningKey
    ) throws(SealingError) -> Sealed {
        do {
            let id = Identifier(from: randomness)
            let holder = try card.holderKey(for: id)
            let ringKey = try card.holderRingKey(for: id)
            return try seal(sections, terms, id, holder.verifyingKey, ringKey, key)
        } catch {
            throw SealingError("seal", error)
        }
    }

    /// Seals sections without a card: whoever takes the person's papers finds no secret of theirs.
    public func seal(
        _ sections: [Section], terms: Terms, key: borrowing SigningKey
    ) throws(SealingError) -> Sealed {
        let nobody: ConsentHalf
        do {
            nobody = try ConsentHalf(from: randomness)
        } catch {
            throw SealingError("seal", error)
        }
        return try seal(sections, terms: terms, card: nobody, key: key)
    }

    private func seal(
        _ sections: [Section], _ terms: Terms, _ id: Identifier, _ holderKey: VerifyingKey,
        _ ringKey: consuming ContentKey, _ key: borrowing SigningKey
    ) throws -> Sealed {
        let profile = terms.profile
        let chunks = try chunks(of: sections, profile)
        var ringBytes = randomness.bytes(16)
        // Growing would leave secrets in memory that nobody wipes.
        ringBytes.reserveCapacity(profile.ringBytes)
        let order = randomness.shuffled(Array(0..<profile.slotCount))
        var (slots, commitments) = decoys(profile)
        for (slot, chunk) in zip(order, chunks) {
            let secret = try SlotSecret(from: randomness)
            let binding = PassportClaims.slotBinding(
                issuer: terms.issuer, passport: id, slot: slot)
            (commitments[slot], slots[slot]) = try secret.seal(
                chunk.bytes, authenticating: binding)
            ringBytes.append(UInt8(clamping: chunk.kind))
            ringBytes.append(UInt8(clamping: slot))
            secret.append(to: &ringBytes)
        }
        ringBytes.append(
            contentsOf: repeatElement(0, count: profile.ringBytes - ringBytes.count))
        let holderRing = ringKey.seal(
            ringBytes,
            authenticating: PassportClaims.ringBinding(issuer: terms.issuer, passport: id))
        let claims = PassportClaims(
            issuer: terms.issuer, id: id, holderKey: holderKey,
            authorities: terms.authorities, issued: terms.issued, expires: terms.expires,
            status: terms.status, profile: profile, slots: slots, commitments: commitments,
            holderRing: holderRing)
        let object = try COSESign1.sign(claims.encoded(), as: .passport, with: key)
        let ring = try Ring(consuming: &ringBytes, profile: profile)
        return Sealed(passport: try UnverifiedPassport(decoding: object.bytes), ring: ring)
    }

    /// Random bytes for every slot and commitment, in one draw.
    private func decoys(_ profile: Profile) -> (slots: [[UInt8]], commitments: [Digest]) {
        let size = profile.sealedSlotBytes + Digest.byteCount
        let bytes = randomness.bytes(profile.slotCount * size)
        let starts = (0..<profile.slotCount).map { $0 * size }
        return (
            starts.map { Array(bytes[$0..<$0 + profile.sealedSlotBytes]) },
            starts.compactMap {
                Digest(bytes: Array(bytes[$0 + profile.sealedSlotBytes..<$0 + size]))
            }
        )
    }

    private func chunks(
        of sections: [Section], _ profile: Profile
    ) throws(SealingError) -> [(kind: Int, bytes: [UInt8])] {
        var chunks: [(kind: Int, bytes: [UInt8])] = []
        var kinds: Set<Int> = []
        for section in sections {
            guard kinds.insert(section.content.kind).inserted else {
                throw SealingError(.malformed, "seal: two sections of one kind")
            }
            // A ring has one byte for the kind; a clamped one would never open again.
            guard (1...255).contains(section.content.kind) else {
                throw SealingError(.malformed, "seal: a kind of section beyond 255")
            }
            let bytes = section.encoded()
            let count = profile.slots(for: bytes.count)
            let padded = Padding.pad(bytes, to: count * profile.slotBytes)
            for index in 0..<count {
                let range = index * profile.slotBytes..<(index + 1) * profile.slotBytes
                chunks.append((section.content.kind, Array(padded[range])))
            }
        }
        guard !chunks.isEmpty, chunks.count <= profile.slotCount else {
            throw SealingError(
                .tooLarge,
                "the sections need \(chunks.count) slots; a passport has \(profile.slotCount)",
                hint: "leave something out, or issue a second passport")
        }
        return chunks
    }
}

extension Profile {
    /// Slots that a section of so many bytes takes.
    func slots(for bytes: Int) -> Int {
        (bytes + Padding.lengthBytes + slotBytes - 1) / slotBytes
    }
}
