public import CarePassport
public import PassportCoding
public import PassportCrypto
public import PassportSecrecy
public import PassportTrust

/// Packs passports for one or several recipients into an envelope.
public struct EnvelopePacker: Sendable {
    /// What one recipient gets: its own grants, and a statement made to it alone.
    public struct Parcel: Sendable {
        /// Who.
        public let recipient: Recipient
        /// The key to seal to; nil for the bearer of a card.
        public let key: SealingPublicKey?
        /// Grants with their rings.
        public let grants: [IssuedGrant]

        /// A parcel for an organisation.
        public init(
            organisation: OrganisationID, key: SealingPublicKey, grants: [IssuedGrant]
        ) {
            recipient = .organisation(organisation)
            self.key = key
            self.grants = grants
        }

        /// A parcel for whoever has the carry half.
        public init(bearer grants: [IssuedGrant]) {
            recipient = .bearer
            key = nil
            self.grants = grants
        }
    }

    /// An envelope and what was disclosed by it.
    public struct Packed: Sendable {
        /// The envelope.
        public let envelope: Envelope
        /// One statement for each parcel, in the order of the parcels.
        public let disclosures: [DisclosureTerms]
    }

    private let profile: Profile
    private let randomness: Randomness

    /// Prepares to pack.
    public init(profile: Profile, randomness: Randomness = .system) {
        self.profile = profile
        self.randomness = randomness
    }

    /// What is packed, by whom, and when.
    public struct Contents: Sendable {
        /// One to eight passports of the packer's profile.
        public let passports: [UnverifiedPassport]
        /// Manifests and keys that recipients may need to verify.
        public let identities: [Identity]
        /// Signed lists, so that a recipient without network knows how fresh it is.
        public let statusLists: [SignedStatusList]
        /// Who sends.
        public let sender: OrganisationID
        /// When.
        public let time: Timestamp

        /// States what is packed.
        public init(
            passports: [UnverifiedPassport], identities: [Identity],
            statusLists: [SignedStatusList], sender: OrganisationID, time: Timestamp
        ) {
            self.passports = passports
            self.identities = identities
            self.statusLists = statusLists
            self.sender = sender
            self.time = time
        }
    }

    /// The key of one carry box from its salt.
    private typealias CarryKey = ([UInt8]) throws -> ContentKey

    /// Packs for organisations.
    ///
    /// - Parameter key: the sender's `consent` key.
    public func pack(
        _ contents: Contents, parcels: [Parcel], key: borrowing SigningKey
    ) throws(SealingError) -> Packed {
        try pack(contents, parcels, key) { _ in
            throw SealingError(
                .malformed, .refused, "pack: a box for the bearer needs the carry half",
                hint: "use --carry with the carry half of the person's card")
        }
    }

    /// Packs, with one parcel for the bearer (`paper` only).
    ///
    /// - Parameters:
    ///   - carry: the carry half of the person's card.
    ///   - key: the sender's `consent` key.
    public func pack(
        _ contents: Contents, parcels: [Parcel], carry: borrowing CarryHalf,
        key: borrowing SigningKey
    ) throws(SealingError) -> Packed {
        try pack(contents, parcels, key) { salt in try carry.boxKey(salt: salt) }
    }

    private func pack(
        _ contents: Contents, _ parcels: [Parcel], _ key: borrowing SigningKey,
        _ carryKey: CarryKey
    ) throws(SealingError) -> Packed {
        let passports = contents.passports
        let organisations = parcels.count { $0.key != nil }
        guard !parcels.isEmpty, parcels.count - organisations <= 1,
            organisations <= profile.organisationBoxes, !passports.isEmpty,
            passports.count <= Limits.passportsPerEnvelope
        else {
            throw SealingError(
                .tooMany, .refused,
                "an envelope has 1 to \(profile.organisationBoxes) organisations and 1 to 8 passports"
            )
        }
        guard passports.allSatisfy({ $0.claims.profile == profile }) else {
            throw SealingError(.malformed, .refused, "pack: a passport of another profile")
        }
        do {
            let content = EnvelopeContent(
                passports: passports.map(\.bytes),
                identities: contents.identities.map { $0.encoded() },
                statusLists: contents.statusLists.map(\.bytes)
            ).encoded()
            let contentKey = try ContentKey(from: randomness)
            let boxKey = try contentKey.bytesForBoxes()
            let statements = parcels.map { parcel in
                DisclosureTerms(
                    sender: contents.sender, recipient: parcel.recipient,
                    passports: passports.map(\.digest), grants: parcel.grants.map(\.grant.digest),
                    reference: randomness.bytes(32), time: contents.time)
            }
            var payloads: [[UInt8]] = []
            defer { for index in payloads.indices { payloads[index].wipe() } }
            for (parcel, statement) in zip(parcels, statements) {
                payloads.append(try payload(parcel, statement, boxKey, key))
            }
            let boxBytes = profile.boxBytes(for: payloads.map(\.count).max() ?? 0)
            guard
                let contentBytes = Envelope.contentBytes(
                    for: content.count + Padding.lengthBytes, boxBytes: boxBytes,
                    profile: profile)
            else {
                throw SealingError(
                    .tooLarge, .refused, "pack: more than fits on paper",
                    hint: "pack one passport, or seal fewer sections")
            }
            let sealed = contentKey.seal(
                Padding.pad(content, to: contentBytes),
                authenticating: Envelope.contentBinding(profile))
            let boxes = try seal(
                payloads, boxBytes, parcels, contentDigest: Digest.sha256(of: sealed), carryKey)
            let envelope = Envelope(
                profile: profile, content: sealed, boxes: randomness.shuffled(boxes))
            guard envelope.encodedByteCount <= Limits.envelopeBytes else {
                throw SealingError(.tooLarge, "the envelope would pass its limit")
            }
            return Packed(envelope: envelope, disclosures: statements)
        } catch {
            throw SealingError("pack", error)
        }
    }

    private func payload(
        _ parcel: Parcel, _ statement: DisclosureTerms, _ contentKey: borrowing SecretBytes,
        _ key: borrowing SigningKey
    ) throws -> [UInt8] {
        let disclosure = try COSESign1.sign(statement.encoded(), as: .disclosure, with: key)
        return try BoxPayload.encoded(
            contentKey: contentKey, grants: parcel.grants, disclosure: disclosure.bytes)
    }

    /// Seals every payload at one size, and fills the remaining places with decoys.
    private func seal(
        _ payloads: [[UInt8]], _ size: Int, _ parcels: [Parcel], contentDigest: Digest,
        _ carryKey: CarryKey
    ) throws -> [SealedBox] {
        var boxes: [SealedBox] = []
        for (payload, parcel) in zip(payloads, parcels) {
            var padded = Padding.pad(payload, to: size)
            defer { padded.wipe() }
            boxes.append(
                try box(padded, parcel, contentDigest: contentDigest, carryKey))
        }
        // Paper always has exactly one carry box: whether the person has a card must not show.
        if profile == .paper, !boxes.contains(where: { $0.lock == .carry }) {
            boxes.append(
                SealedBox(
                    lock: .carry, parameter: randomness.bytes(32),
                    ciphertext: randomness.bytes(size + ContentKey.overhead)))
        }
        let binding = SealedBox.binding(
            .organisation, profile: profile, contentDigest: contentDigest.bytes)
        while boxes.count < profile.boxCount {
            let decoy = try HPKEBox.decoy(
                byteCount: size, purpose: profile.sealingPurpose, authenticating: binding,
                randomness: randomness)
            boxes.append(
                SealedBox(
                    lock: .organisation, parameter: decoy.encapsulatedKey,
                    ciphertext: decoy.ciphertext))
        }
        return boxes
    }

    private func box(
        _ padded: [UInt8], _ parcel: Parcel, contentDigest: Digest,
        _ carryKey: CarryKey
    ) throws -> SealedBox {
        guard let key = parcel.key else {
            guard profile == .paper else {
                throw SealingError(
                    .malformed, .refused, "pack: only paper has a box for the carry half")
            }
            let salt = randomness.bytes(32)
            let binding = SealedBox.binding(
                .carry, profile: profile, contentDigest: contentDigest.bytes)
            let ciphertext = try carryKey(salt).seal(padded, authenticating: binding)
            return SealedBox(lock: .carry, parameter: salt, ciphertext: ciphertext)
        }
        guard key.purpose == profile.sealingPurpose else {
            throw SealingError(.malformed, .refused, "pack: a key of another profile")
        }
        let binding = SealedBox.binding(
            .organisation, profile: profile, contentDigest: contentDigest.bytes)
        let sealed = try HPKEBox.seal(padded, to: key, authenticating: binding)
        return SealedBox(
            lock: .organisation, parameter: sealed.encapsulatedKey, ciphertext: sealed.ciphertext)
    }
}
