import PassportCoding
import PassportCrypto
import PassportExchange
import PassportTrust

/// Receipts of parcels.
struct ReceiptVectors {
    let shop: Workshop
    let athens: House
    let izmir: House
    private let parcel = Digest.sha256(of: Array("a parcel".utf8))

    init(shop: Workshop, _ requests: RequestVectors) {
        self.shop = shop
        athens = requests.athens
        izmir = requests.izmir
    }

    private func terms(_ event: ReceiptEvent) -> ReceiptTerms {
        ReceiptTerms(
            event: event, recipient: athens.id, sender: izmir.id, parcel: parcel,
            time: Moments.now)
    }

    private func input(
        _ bytes: [UInt8], recipient: House? = nil, sender: OrganisationID? = nil,
        parcel: Digest? = nil
    ) -> JSON {
        [
            "bytes": .hex(bytes), "recipient": (recipient ?? athens).file,
            "sender": .hex((sender ?? izmir.id).digest.bytes),
            "parcel": .hex((parcel ?? self.parcel).bytes),
        ]
    }

    private func add(
        _ scenario: String, _ verdict: Ruling, _ comment: String, _ input: JSON
    ) { shop.add(.receipt, scenario, verdict, comment, input) }

    func write() throws {
        for event in ReceiptEvent.allCases {
            let bytes = try terms(event).signed(by: athens.signingKey(event.purpose))
            shop.add(
                .receipt, event.name, .accept, "The recipient says: \(event.name).", input(bytes),
                intermediate: ["payload": .hex(try Forge.payload(bytes))])
        }
        let key = try athens.signingKey(.exchange)
        let bytes = try terms(.delivered).signed(by: key)
        let forgeries = try Forgery.ofSign1(
            bytes, as: .receipt, key: key, thief: izmir.signingKey(.exchange))
        for forgery in forgeries {
            add(forgery.scenario, forgery.verdict, forgery.comment, input(forgery.bytes))
        }
        try mismatches(bytes)
        try keys(bytes)
        try fields(bytes)
        try size(bytes)
    }

    private func mismatches(_ bytes: [UInt8]) throws {
        add(
            "another-sender", .refused, "A receipt is for one sender's copy.",
            input(bytes, sender: athens.id))
        add(
            "another-parcel", .refused, "A receipt is for one parcel.",
            input(bytes, parcel: Digest.sha256(of: [1])))
        add(
            "another-recipient", .refused, "Nobody gives another's receipt.",
            input(bytes, recipient: izmir))
    }

    private func keys(_ bytes: [UInt8]) throws {
        for event in ReceiptEvent.allCases {
            let other: KeyPurpose = event == .delivered ? .consent : .exchange
            let forged = try COSESign1.sign(
                terms(event).encoded(), as: .receipt, with: athens.signingKey(other)
            ).bytes
            add(
                "\(event.name)-by-\(other.name)", .refused,
                "A daemon does not say that something was opened; a clinic does not say delivered.",
                input(forged))
        }
        let later = Moments.now.adding(seconds: 60)
        for (scenario, house) in [
            ("key-compromised", try athens.ending(.exchange, .compromised, since: Moments.made)),
            ("key-compromised-later", try athens.ending(.exchange, .compromised, since: later)),
            (
                "key-not-yet",
                try athens.limiting(.exchange, from: later, until: Moments.keyEnd)
            ),
        ] {
            add(
                scenario, .refused, "The key was in force when it says that it happened.",
                input(bytes, recipient: house))
        }
    }

    private func fields(_ bytes: [UInt8]) throws {
        let key = try athens.signingKey(.exchange)
        func resign(
            _ scenario: String, _ verdict: Ruling, _ comment: String,
            _ edit: (inout Forge.Fields) throws -> Void
        ) throws {
            add(
                scenario, verdict, comment,
                input(try Forge.resigned(bytes, as: .receipt, with: key, edit)))
        }
        for (name, field) in [
            ("version", 1), ("event", 2), ("recipient", 3), ("sender", 4), ("parcel", 5),
            ("time", 6),
        ] {
            try resign("without-\(name)", .malformed, "Every field must be there.") {
                $0[CBORItem(field)] = nil
            }
        }
        try resign("version-2", .malformed, "Another version is refused.") {
            $0[CBORItem(1)] = CBORItem(2)
        }
        try resign("unknown-event", .malformed, "An event is one of three.") {
            $0[CBORItem(2)] = CBORItem(4)
        }
        try resign("short-parcel", .malformed, "A parcel's name has 32 bytes.") {
            $0[CBORItem(5)] = .bytes([1])
        }
        try resign("critical-part", .malformed, "A critical part must be understood.") {
            $0[CBORItem(7)] = .null
        }
        try resign("ignorable-part", .accept, "A negative key may be ignored.") {
            $0[CBORItem(-1)] = .null
        }
    }

    private func size(_ bytes: [UInt8]) throws {
        for count in [Limits.receiptBytes, Limits.receiptBytes + 1] {
            let fits = count == Limits.receiptBytes
            let sized = try Sized.bytes(count) { padding in
                try Forge.resigned(bytes, as: .receipt, with: athens.signingKey(.exchange)) {
                    $0[CBORItem(-1)] = .bytes(padding)
                }
            }
            add(
                fits ? "size-at-limit" : "size-past-limit", fits ? .accept : .malformed,
                "A receipt has at most \(Limits.receiptBytes) bytes.", input(sized))
        }
    }
}
