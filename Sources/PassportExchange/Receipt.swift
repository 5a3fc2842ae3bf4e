public import PassportCoding
public import PassportCrypto
public import PassportTrust

/// What happened to a parcel at its recipient.
public enum ReceiptEvent: Int, Hashable, Sendable, CaseIterable {
    /// It lies durably in the recipient's mailbox. Signed by a daemon.
    case delivered = 1
    /// Somebody at the recipient opened it. Signed by the organisation itself.
    case opened = 2
    /// The recipient no longer keeps it. Signed by the organisation itself.
    case purged = 3

    /// The key that says it: a daemon holds no `consent` key, so who steals it cannot say that
    /// something was opened or purged.
    public var purpose: KeyPurpose { self == .delivered ? .exchange : .consent }

    /// The name in JSON and messages.
    public var name: String {
        switch self {
        case .delivered: "delivered"
        case .opened: "opened"
        case .purged: "purged"
        }
    }
}

/// What a receipt says.
public struct ReceiptTerms: Hashable, Sendable {
    /// What happened.
    public var event: ReceiptEvent
    /// Whom the parcel was for, and who says this.
    public var recipient: OrganisationID
    /// Who sent the parcel.
    public var sender: OrganisationID
    /// SHA-256 over the parcel's bytes.
    public var parcel: Digest
    /// When it happened.
    public var time: Timestamp

    /// States what happened.
    public init(
        event: ReceiptEvent, recipient: OrganisationID, sender: OrganisationID, parcel: Digest,
        time: Timestamp
    ) {
        self.event = event
        self.recipient = recipient
        self.sender = sender
        self.parcel = parcel
        self.time = time
    }

    init(decoding payload: [UInt8]) throws {
        var fields = try CBORFields(CBORReader.item(from: payload), "receipt")
        _ = try fields.take(1, "version").int(in: 1...1)
        guard let event = ReceiptEvent(rawValue: try fields.take(2, "event").int(in: 1...3))
        else { throw CodingError(.unexpectedItem, "receipt: not an event") }
        self.event = event
        recipient = try fields.take(3, "recipient").organisation()
        sender = try fields.take(4, "sender").organisation()
        parcel = try fields.take(5, "parcel").digest()
        time = try fields.take(6, "time").timestamp()
        try fields.finish()
    }

    package func encoded() -> [UInt8] {
        CBORItem(fields: [
            (1, CBORItem(1)), (2, CBORItem(event.rawValue)), (3, recipient.item),
            (4, sender.item), (5, parcel.item), (6, time.item),
        ]).encoded()
    }

    /// Signs a receipt.
    ///
    /// - Parameter key: of the purpose that the event asks for.
    public func signed(by key: borrowing SigningKey) throws(ExchangeError) -> [UInt8] {
        guard key.purpose == event.purpose else {
            throw ExchangeError(
                .unknownKey, .fault, "a \(key.purpose.name) key may not sign this receipt")
        }
        do {
            return try COSESign1.sign(encoded(), as: .receipt, with: key).bytes
        } catch {
            throw ExchangeError("receipt", error)
        }
    }
}

/// A receipt of which the form was read and nothing else.
public struct UnverifiedReceipt: Hashable, Sendable {
    private let object: COSESign1
    /// What it claims.
    public let terms: ReceiptTerms

    /// Reads a receipt, at most `Limits.receiptBytes` long.
    public init(decoding bytes: [UInt8]) throws(ExchangeError) {
        do {
            object = try COSESign1(decoding: bytes, as: .receipt, maximum: Limits.receiptBytes)
            terms = try ReceiptTerms(decoding: object.unverifiedPayload)
        } catch {
            throw ExchangeError("receipt", error)
        }
    }

    /// The exact bytes.
    public var bytes: [UInt8] { object.bytes }
    /// SHA-256 over the bytes.
    public var digest: Digest { object.digest }

    /// Verifies the receipt of one parcel.
    ///
    /// - Parameters:
    ///   - recipient: whose receipt it must be.
    ///   - sender: who sent the parcel (stops a receipt for another sender's copy).
    ///   - parcel: the parcel, when the caller knows which.
    public func verify(
        by recipient: Identity, sender: OrganisationID, parcel: Digest? = nil
    ) throws(ExchangeError) -> VerifiedReceipt {
        guard terms.recipient == recipient.organisation, terms.sender == sender,
            parcel == nil || parcel == terms.parcel
        else { throw ExchangeError(.mismatch, .refused, "a receipt for something else") }
        do {
            let listed = try recipient.signingKey(object.keyHash, for: terms.event.purpose)
            guard listed.role.authority(at: terms.time) == .authorised else {
                throw ExchangeError(
                    .unknownKey, .refused, "a receipt under a key that was not in force")
            }
            _ = try object.verify(with: listed.key)
            return VerifiedReceipt(terms: terms, bytes: bytes)
        } catch {
            throw ExchangeError("receipt", error)
        }
    }
}

/// A receipt whose signature holds; made nowhere but in `UnverifiedReceipt.verify`.
public struct VerifiedReceipt: Hashable, Sendable {
    /// What it says.
    public let terms: ReceiptTerms
    /// The exact bytes.
    public let bytes: [UInt8]
    /// SHA-256 over the bytes.
    public var digest: Digest { Digest.sha256(of: bytes) }

    init(terms: ReceiptTerms, bytes: [UInt8]) {
        self.terms = terms
        self.bytes = bytes
    }
}
