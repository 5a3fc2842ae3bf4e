public import PassportCoding
public import PassportCrypto
public import PassportTrust

/// Why something was withdrawn. Told to recipients; never to strangers.
public enum WithdrawalReason: Int, CaseIterable, Sendable, Hashable {
    /// The person asked.
    case person = 1
    /// The guardian asked.
    case guardian = 2
    /// The person is in danger or was forced.
    case safety = 3
    /// It was made in error.
    case error = 4
    /// Something newer takes its place.
    case superseded = 5

    /// The name on the command line and in JSON.
    public var name: String {
        switch self {
        case .person: "person"
        case .guardian: "guardian"
        case .safety: "safety"
        case .error: "error"
        case .superseded: "superseded"
        }
    }
}

/// The end of grants, or of a whole passport, as it arrived.
public struct UnverifiedWithdrawal: Hashable, Sendable {
    private let object: COSESign1
    /// What the withdrawal says.
    public let terms: WithdrawalTerms

    /// Parses a withdrawal.
    public init(decoding bytes: [UInt8]) throws(PassportError) {
        do {
            object = try COSESign1(
                decoding: bytes, as: .withdrawal, maximum: Limits.withdrawalBytes)
            terms = try WithdrawalTerms(decoding: object.unverifiedPayload)
        } catch {
            throw PassportError("withdrawal", error)
        }
    }

    /// The exact bytes.
    public var bytes: [UInt8] { object.bytes }
    /// SHA-256 over the exact bytes.
    public var digest: Digest { object.digest }

    /// Verifies the withdrawal for a passport.
    ///
    /// Whoever could grant may withdraw, and it takes no more steps. The assisting organisation
    /// signs for a person who asks at its desk.
    public func verify(
        for passport: VerifiedPassport, identities: [OrganisationID: Identity]
    ) throws(PassportError) -> VerifiedWithdrawal {
        do {
            guard terms.passport == passport.digest else {
                throw PassportError(.mismatch, .refused, "withdrawal: for another passport")
            }
            guard object.countersignature == nil else {
                throw PassportError(.malformed, .refused, "withdrawal: countersigned")
            }
            switch terms.authority {
            case .holder:
                guard object.keyHash == passport.claims.holderKey.keyHash else {
                    throw PassportError(
                        .notAuthentic, .refused,
                        "withdrawal: signed with another key than the person's")
                }
                _ = try object.verify(with: passport.claims.holderKey)
            case .organisation(let id):
                guard passport.claims.authorities.contains(id) else {
                    throw PassportError(
                        .notAuthentic, .refused, "withdrawal: by no authority of this passport")
                }
                guard let identity = identities[id] else {
                    throw PassportError(
                        .notAuthentic, .refused, "withdrawal: its signer's keys are not known")
                }
                let listed = try identity.signingKey(object.keyHash, for: .consent)
                _ = try object.verify(with: listed.key)
            }
            return VerifiedWithdrawal(terms: terms, digest: digest, bytes: bytes)
        } catch {
            throw PassportError("withdrawal", error)
        }
    }
}

/// What a withdrawal says.
public struct WithdrawalTerms: Hashable, Sendable {
    /// The withdrawal's random identifier.
    public var id: Identifier
    /// SHA-256 over the passport's exact bytes.
    public var passport: Digest
    /// The grants that end; none means the passport itself and all its grants.
    public var grants: [Identifier]
    /// Who signs.
    public var authority: GrantAuthority
    /// From when on.
    public var time: Timestamp
    /// Why.
    public var reason: WithdrawalReason

    /// States a withdrawal.
    public init(
        id: Identifier, passport: Digest, grants: [Identifier], authority: GrantAuthority,
        time: Timestamp, reason: WithdrawalReason
    ) {
        self.id = id
        self.passport = passport
        self.grants = grants
        self.authority = authority
        self.time = time
        self.reason = reason
    }

    /// True when the terms name this grant, a parent of it, or its whole passport.
    func ends(_ grant: VerifiedGrant) -> Bool {
        guard passport == grant.terms.passport else { return false }
        return grants.isEmpty || grant.lineage.contains { grants.contains($0.id) }
    }

    init(decoding payload: [UInt8]) throws {
        var fields = try CBORFields(CBORReader.item(from: payload), "withdrawal")
        _ = try fields.take(1, "version").int(in: 1...1)
        id = try fields.take(2, "id").identifier()
        passport = try fields.take(3, "passport").digest()
        grants = try fields.take(4, "grants").array(0...Limits.grantsPerWithdrawal)
            .map { try $0.identifier() }
        authority = try GrantAuthority(fields.take(5, "authority"))
        time = try fields.take(6, "time").timestamp()
        guard let reason = WithdrawalReason(rawValue: try fields.take(7, "reason").int(in: 1...5))
        else { throw CodingError(.unexpectedItem, "withdrawal: not a reason") }
        self.reason = reason
        try fields.finish()
    }

    package func encoded() -> [UInt8] {
        CBORItem(fields: [
            (1, CBORItem(1)), (2, id.item), (3, passport.item),
            (4, .array(grants.map(\.item))), (5, authority.item), (6, time.item),
            (7, CBORItem(reason.rawValue)),
        ]).encoded()
    }
}

/// A withdrawal whose signature and authority hold for one passport.
public struct VerifiedWithdrawal: Hashable, Sendable {
    /// What ended, when and why.
    public let terms: WithdrawalTerms
    /// SHA-256 over the exact bytes.
    public let digest: Digest
    /// The exact bytes.
    public let bytes: [UInt8]

    init(terms: WithdrawalTerms, digest: Digest, bytes: [UInt8]) {
        self.terms = terms
        self.digest = digest
        self.bytes = bytes
    }

    /// True when it ends this grant, directly, through a parent, or with its passport.
    public func ends(_ grant: VerifiedGrant) -> Bool { terms.ends(grant) }
}
