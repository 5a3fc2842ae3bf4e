import CarePassport
import PassportCoding
import PassportCrypto
import PassportSealing
import PassportSecrecy
import PassportTrust

extension Door {
    private static func name(_ authority: KeyAuthority) -> String {
        switch authority {
        case .authorised: "authorised"
        case .outsideWindow: "outsideWindow"
        case .suspect: "suspect"
        case .ageUnproven: "ageUnproven"
        }
    }

    private static func text(_ recipient: Recipient) -> JSON {
        switch recipient {
        case .bearer: "bearer"
        case .organisation(let id): .hex(id.digest.bytes)
        }
    }

    private static func text(_ authority: GrantAuthority) -> JSON {
        switch authority {
        case .holder: "holder"
        case .organisation(let id): .hex(id.digest.bytes)
        }
    }

    static func passport(_ input: Input) throws -> Outcome {
        let bytes = try input.bytes("bytes")
        let passport = try UnverifiedPassport(decoding: bytes)
        try sameBytes(passport.bytes, bytes, "the passport")
        let verified = try passport.verify(by: Identity(decoding: input.bytes("issuer")))
        let claims = verified.claims
        try sameBytes(claims.encoded(), passport.object.unverifiedPayload, "the claims")
        let authority = verified.key.role.authority(at: claims.issued)
        let outcome = Outcome.accepted([
            "digest": .hex(verified.digest.bytes), "issuer": .hex(claims.issuer.digest.bytes),
            "id": .hex(claims.id.bytes), "holderKey": .hex(claims.holderKey.rawRepresentation),
            "authorities": .hexes(claims.authorities.map(\.digest.bytes)),
            "issued": .int(Int(claims.issued.seconds)),
            "expires": .int(Int(claims.expires.seconds)),
            "status": [
                "uri": .text(claims.status.uri), "index": .int(claims.status.index),
            ],
            "profile": .text(claims.profile.name), "authority": .text(name(authority)),
        ])
        return switch authority {
        case .authorised: outcome
        case .ageUnproven: outcome.with(.warn)
        case .outsideWindow, .suspect: outcome.with(.refused)
        }
    }

    private static func verified(
        _ input: Input
    ) throws -> (VerifiedPassport, [OrganisationID: Identity]) {
        let identities = try input.identities("identities")
        let passport = try UnverifiedPassport(decoding: input.bytes("passport"))
        guard let issuer = identities[passport.claims.issuer] else {
            throw VectorProblem("the issuer's identity is not among the identities")
        }
        return (try passport.verify(by: issuer), identities)
    }

    static func grant(_ input: Input) throws -> Outcome {
        let (passport, identities) = try verified(input)
        let bytes = try input.bytes("bytes")
        let unverified = try UnverifiedGrant(decoding: bytes)
        try sameBytes(unverified.bytes, bytes, "the grant")
        let grant = try unverified.verify(for: passport, identities: identities)
        let terms = grant.terms
        return .accepted([
            "digest": .hex(grant.digest.bytes), "id": .hex(terms.id.bytes),
            "recipient": text(terms.recipient), "authority": text(terms.authority),
            "sections": .list(terms.sections.map { .int($0) }),
            "purposes": .list(terms.purposes.map { .text($0.code) }),
            "from": .int(Int(terms.from.seconds)), "until": .int(Int(terms.until.seconds)),
            "desk": .hex(terms.desk?.digest.bytes), "ring": .hex(terms.ring.bytes),
            "lineage": .hexes(grant.lineage.map(\.id.bytes)),
        ])
    }

    static func withdrawal(_ input: Input) throws -> Outcome {
        let (passport, identities) = try verified(input)
        let bytes = try input.bytes("bytes")
        let unverified = try UnverifiedWithdrawal(decoding: bytes)
        try sameBytes(unverified.bytes, bytes, "the withdrawal")
        let withdrawal = try unverified.verify(for: passport, identities: identities)
        let terms = withdrawal.terms
        var ends: JSON = .null
        if input.has("grant") {
            let grant = try UnverifiedGrant(decoding: input.bytes("grant"))
                .verify(for: passport, identities: identities)
            ends = .bool(withdrawal.ends(grant))
        }
        return .accepted([
            "digest": .hex(withdrawal.digest.bytes), "id": .hex(terms.id.bytes),
            "grants": .hexes(terms.grants.map(\.bytes)), "authority": text(terms.authority),
            "time": .int(Int(terms.time.seconds)), "reason": .text(terms.reason.name),
            "ends": ends,
        ])
    }

    static func disclosure(_ input: Input) throws -> Outcome {
        let unverified = try UnverifiedDisclosure(decoding: input.bytes("bytes"))
        let verified = try unverified.verify(by: Identity(decoding: input.bytes("sender")))
        let terms = verified.terms
        let outcome = Outcome.accepted([
            "sender": .hex(terms.sender.digest.bytes), "recipient": text(terms.recipient),
            "passports": .hexes(terms.passports.map(\.bytes)),
            "grants": .hexes(terms.grants.map(\.bytes)), "reference": .hex(terms.reference),
            "referenceHash": .hex(terms.referenceHash.bytes),
            "time": .int(Int(terms.time.seconds)),
        ])
        return verified.key.role.authority(at: terms.time) == .authorised
            ? outcome : outcome.with(.refused)
    }

    static func ring(_ input: Input) throws -> Outcome {
        var bytes = try input.bytes("bytes")
        let original = bytes
        let profile: Profile = try input.text("profile") == "net" ? .net : .paper
        let ring = try Ring(consuming: &bytes, profile: profile)
        try sameBytes(ring.bytesForSealing(), original, "the ring")
        return .accepted([
            "digest": .hex(ring.digest.bytes),
            "kinds": .list(ring.kinds.sorted().map { .int($0) }),
        ])
    }

    static func slot(_ input: Input) throws -> Outcome {
        var bytes = try input.bytes("secret")
        guard bytes.count == SlotSecret.byteCount else {
            throw SecrecyError(.wrongKey, "a slot secret is 32 bytes")
        }
        let secret = try SlotSecret(SecretBytes(consuming: &bytes))
        guard try secret.commitment() == input.digest("commitment") else {
            throw SealingError(.brokenSlot, .refused, "another key than the one committed to")
        }
        let plaintext = try secret.contentKey().open(
            input.bytes("ciphertext"),
            authenticating: PassportClaims.slotBinding(
                issuer: OrganisationID(input.digest("issuer")),
                passport: input.identifier("passport"), slot: input.int("slot")))
        return .accepted(["plaintext": .hex(plaintext)])
    }

    static func card(_ input: Input) throws -> Outcome {
        let text = try input.text("text")
        let half = try input.text("half")
        guard half != "carry" else {
            let carry = try CarryHalf(text: text, pin: pin(input))
            return .accepted(["text": .text(carry.text()), "boxKey": try boxKey(carry, input)])
        }
        let consent =
            half == "words"
            ? try ConsentHalf(words: CardWords(text: text))
            : try ConsentHalf(text: text, pin: pin(input))
        let carry = try consent.carryHalf()
        var expected = [
            "text": JSON.text(consent.text()), "carry": .text(carry.text()),
            "boxKey": try boxKey(carry, input),
        ]
        if input.has("passport") {
            let id = try input.identifier("passport")
            expected["holderKey"] = .hex(
                try consent.holderKey(for: id).verifyingKey.rawRepresentation)
            expected["holderRingKey"] = .hex(
                Secrets.bytes(try consent.holderRingKey(for: id).bytesForBoxes()))
        }
        return .accepted(.entries(expected))
    }

    private static func pin(_ input: Input) throws -> PIN? {
        guard input.has("pin") else { return nil }
        var bytes = Array(try input.text("pin").utf8)
        return try PIN(consuming: &bytes)
    }

    private static func boxKey(_ carry: borrowing CarryHalf, _ input: Input) throws -> JSON {
        guard input.has("salt") else { return .null }
        return .hex(
            Secrets.bytes(try carry.boxKey(salt: input.bytes("salt")).bytesForBoxes()))
    }

    static func keyfile(_ input: Input) throws -> Outcome {
        var passphrase = Array(try input.text("passphrase").utf8)
        let file = try KeyFile(
            decoding: input.bytes("bytes"), passphrase: Passphrase(consuming: &passphrase))
        let keys: [JSON] = try file.purposes.map { purpose in
            var publicKey: [UInt8]?
            if purpose.isSealing {
                publicKey = try file.openingKey(purpose).publicKey.rawRepresentation
            } else if purpose.isSigning {
                publicKey = try file.signingKey(purpose).verifyingKey.rawRepresentation
            }
            return ["purpose": .text(purpose.name), "publicKey": .hex(publicKey)]
        }
        return .accepted(["keys": .list(keys)])
    }
}
