import PassportCoding
import PassportCrypto
import PassportExchange
import PassportTrust
import Testing

@Suite("Receipts: who may say what of which parcel")
struct ReceiptTests {
    private let parcel = Digest.sha256(of: [7])

    private func terms(_ event: ReceiptEvent, time: Timestamp = start) throws -> ReceiptTerms {
        ReceiptTerms(
            event: event, recipient: try House.athens.identity().organisation,
            sender: try House.izmir.identity().organisation, parcel: parcel, time: time)
    }

    @Test("a receipt comes back as it was signed", arguments: ReceiptEvent.allCases)
    func roundTrip(_ event: ReceiptEvent) throws {
        let terms = try terms(event)
        let bytes = try terms.signed(by: House.athens.key(event.purpose))
        #expect(bytes.count <= Limits.receiptBytes)
        let receipt = try UnverifiedReceipt(decoding: bytes)
        #expect(receipt.terms == terms && receipt.bytes == bytes)
        for expected in [nil, parcel] {
            let verified = try receipt.verify(
                by: House.athens.identity(), sender: terms.sender, parcel: expected)
            #expect(verified.terms == terms && verified.bytes == bytes)
            #expect(verified.digest == Digest.sha256(of: bytes))
        }
    }

    @Test("a daemon's key cannot say 'opened' or 'purged', a consent key not 'delivered'")
    func roles() throws {
        for event in ReceiptEvent.allCases {
            let other: KeyPurpose = event == .delivered ? .consent : .exchange
            let terms = try terms(event)
            #expect(refusal { try terms.signed(by: House.athens.key(other)) } == .unknownKey)
            // What a signer without that rule would make.
            let bytes = try COSESign1.sign(
                terms.encoded(), as: .receipt, with: House.athens.key(other)
            ).bytes
            let receipt = try UnverifiedReceipt(decoding: bytes)
            let code = refusal {
                try receipt.verify(by: House.athens.identity(), sender: terms.sender)
            }
            #expect(code != nil, "\(event.name)")
        }
    }

    @Test("a receipt for another sender's copy, another parcel, or by another is refused")
    func mismatches() throws {
        let terms = try terms(.delivered)
        let receipt = try UnverifiedReceipt(
            decoding: terms.signed(by: House.athens.key(.exchange)))
        let athens = try House.athens.identity()
        let izmir = try House.izmir.identity()
        let calls: [() throws -> VerifiedReceipt] = [
            { try receipt.verify(by: athens, sender: athens.organisation, parcel: parcel) },
            {
                try receipt.verify(
                    by: athens, sender: terms.sender, parcel: Digest.sha256(of: [8]))
            },
            { try receipt.verify(by: izmir, sender: terms.sender, parcel: parcel) },
        ]
        for call in calls { #expect(refusal(call) == .mismatch) }
    }

    @Test("an organisation cannot sign another's receipt")
    func otherSigner() throws {
        let terms = try terms(.opened)
        let receipt = try UnverifiedReceipt(
            decoding: terms.signed(by: House.izmir.key(.consent)))
        #expect(
            refusal { try receipt.verify(by: House.athens.identity(), sender: terms.sender) }
                != nil)
    }

    @Test("the key was in force when it says that it happened")
    func windows() throws {
        let compromised = RoleKey.Revocation(reason: .compromised, since: second(10))
        let superseded = RoleKey.Revocation(reason: .superseded, since: second(10))
        let cases: [(Listed, Bool)] = [
            (Listed(purpose: .exchange), true),
            (Listed(purpose: .exchange, from: second(1)), false),
            (Listed(purpose: .exchange, to: second(-1)), false),
            (Listed(purpose: .exchange, revocation: compromised), false),
            (Listed(purpose: .exchange, revocation: superseded), true),
        ]
        for (listed, accepted) in cases {
            let athens = try House.athens.identity([listed])
            var terms = try terms(.delivered)
            terms.recipient = athens.organisation
            let receipt = try UnverifiedReceipt(
                decoding: terms.signed(by: House.athens.key(.exchange)))
            let code = refusal { try receipt.verify(by: athens, sender: terms.sender) }
            #expect(code == (accepted ? nil : .unknownKey))
        }
    }

    @Test("fields that are missing, of another form, or from another version are refused")
    func forms() throws {
        let good = CBORItem(fields: try fields())
        #expect(refusal { try UnverifiedReceipt(decoding: sign(good)) } == nil)
        for index in 0..<6 {
            var fewer = try fields()
            fewer.remove(at: index)
            #expect(refusal { try UnverifiedReceipt(decoding: sign(.init(fields: fewer))) } != nil)
        }
        let changes: [(Int, CBORItem)] = [
            (0, CBORItem(2)), (1, CBORItem(0)), (1, CBORItem(4)), (1, .text("opened")),
            (2, .bytes([1])), (3, .text("Izmir")), (4, .bytes([UInt8](repeating: 1, count: 31))),
            (5, CBORItem(-1)), (5, .unsigned(UInt64.max)),
        ]
        for (index, value) in changes {
            var other = try fields()
            other[index].1 = value
            #expect(refusal { try UnverifiedReceipt(decoding: sign(.init(fields: other))) } != nil)
        }
        // A part that must be understood is refused, one that need not be is passed over.
        let critical = CBORItem(fields: try fields() + [(7, CBORItem(1))])
        #expect(refusal { try UnverifiedReceipt(decoding: sign(critical)) } != nil)
        let ignored = CBORItem(fields: try fields() + [(-1, CBORItem(1))])
        #expect(refusal { try UnverifiedReceipt(decoding: sign(ignored)) } == nil)
    }

    private func fields() throws -> [(Int, CBORItem?)] {
        let terms = try terms(.delivered)
        return [
            (1, CBORItem(1)), (2, CBORItem(1)), (3, terms.recipient.item), (4, terms.sender.item),
            (5, terms.parcel.item), (6, terms.time.item),
        ]
    }

    private func sign(_ payload: CBORItem) throws -> [UInt8] {
        try COSESign1.sign(
            payload.encoded(), as: .receipt, with: House.athens.key(.exchange)
        ).bytes
    }

    @Test("an object of another type is no receipt")
    func otherType() throws {
        let terms = try terms(.opened)
        let bytes = try COSESign1.sign(
            terms.encoded(), as: .disclosure, with: House.athens.key(.consent)
        ).bytes
        #expect(refusal { try UnverifiedReceipt(decoding: bytes) } != nil)
    }

    @Test("a receipt has at most its limit of bytes")
    func size() throws {
        func sized(_ padding: Int) throws -> [UInt8] {
            try sign(
                CBORItem(
                    fields: try fields() + [(-1, .bytes([UInt8](repeating: 0, count: padding)))]))
        }
        let least = try sized(300).count
        let most = try sized(300 + Limits.receiptBytes - least)
        #expect(most.count == Limits.receiptBytes)
        _ = try UnverifiedReceipt(decoding: most)
        let more = try sized(301 + Limits.receiptBytes - least)
        #expect(refusal { try UnverifiedReceipt(decoding: more) } != nil)
    }
}
