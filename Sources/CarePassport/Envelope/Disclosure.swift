internal import PassportAudit
public import PassportCoding
public import PassportCrypto
public import PassportTrust

/// A sender's signed statement, inside the box: to this recipient I gave these passports under
/// these grants. Without it a recipient could pass a box on as if its sender had addressed it.
public struct DisclosureTerms: Hashable, Sendable {
    /// Who sent.
    public var sender: OrganisationID
    /// Who receives.
    public var recipient: Recipient
    /// SHA-256 of each passport in the content, in its order.
    public var passports: [Digest]
    /// SHA-256 of each grant in the box, in its order.
    public var grants: [Digest]
    /// 32 random bytes for this recipient alone; both logs hold its hash.
    public var reference: [UInt8]
    /// When.
    public var time: Timestamp

    /// States a disclosure.
    public init(
        sender: OrganisationID, recipient: Recipient, passports: [Digest], grants: [Digest],
        reference: [UInt8], time: Timestamp
    ) {
        self.sender = sender
        self.recipient = recipient
        self.passports = passports
        self.grants = grants
        self.reference = reference
        self.time = time
    }

    init(decoding payload: [UInt8]) throws {
        var fields = try CBORFields(CBORReader.item(from: payload), "disclosure")
        _ = try fields.take(1, "version").int(in: 1...1)
        sender = try fields.take(2, "sender").organisation()
        recipient = try Recipient(fields.take(3, "recipient"))
        passports = try fields.take(4, "passports").array(1...Limits.passportsPerEnvelope)
            .map { try $0.digest() }
        grants = try fields.take(5, "grants").array(1...Limits.passportsPerEnvelope)
            .map { try $0.digest() }
        reference = try fields.take(6, "reference").bytes(exactly: 32)
        time = try fields.take(7, "time").timestamp()
        try fields.finish()
    }

    package func encoded() -> [UInt8] {
        CBORItem(fields: [
            (1, CBORItem(1)), (2, sender.item), (3, recipient.item),
            (4, .array(passports.map(\.item))), (5, .array(grants.map(\.item))),
            (6, .bytes(reference)), (7, time.item),
        ]).encoded()
    }

    /// What both logs hold: a hash, so that an auditor can match entries and cannot use them.
    public var referenceHash: Digest {
        AuditReference.hash(of: reference)
    }
}

/// A disclosure as it arrived.
public struct UnverifiedDisclosure: Hashable, Sendable {
    private let object: COSESign1
    /// What the disclosure says.
    public let terms: DisclosureTerms

    /// Parses a disclosure.
    public init(decoding bytes: [UInt8]) throws(PassportError) {
        do {
            object = try COSESign1(decoding: bytes, as: .disclosure, maximum: Limits.grantBytes)
            guard object.countersignature == nil else {
                throw PassportError(.malformed, "disclosure: countersigned")
            }
            terms = try DisclosureTerms(decoding: object.unverifiedPayload)
        } catch {
            throw PassportError("disclosure", error)
        }
    }

    /// Verifies the sender's signature.
    public func verify(by sender: Identity) throws(PassportError) -> VerifiedDisclosure {
        do {
            guard sender.organisation == terms.sender else {
                throw PassportError(.mismatch, .refused, "disclosure: by another sender")
            }
            let listed = try sender.signingKey(object.keyHash, for: .consent)
            _ = try object.verify(with: listed.key)
            return VerifiedDisclosure(terms: terms, key: listed)
        } catch {
            throw PassportError("disclosure", error)
        }
    }
}

/// A disclosure whose sender's signature holds.
public struct VerifiedDisclosure: Hashable, Sendable {
    /// What was disclosed to whom.
    public let terms: DisclosureTerms
    /// The sender's key.
    public let key: ListedKey

    init(terms: DisclosureTerms, key: ListedKey) {
        self.terms = terms
        self.key = key
    }
}
