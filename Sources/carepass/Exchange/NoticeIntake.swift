import CarePassport
import PassportAudit
import PassportCoding
import PassportCrypto
import PassportExchange
import PassportSealing
internal import PassportSecrecy
import PassportStore
import PassportTrust

/// Takes in the notices of others: ends, and receipts for what we sent.
struct NoticeIntake {
    /// What became of one notice: a message's key and what it names.
    struct Outcome {
        let key: String
        let detail: String
    }

    /// Ends of passports that are not here, which nothing can verify yet: kept, up to a number.
    private static let early = "withdrawal-early"
    private static let earlyMost = 256

    private static func earlyCount(_ knowledge: Knowledge, _ home: borrowing Home) throws -> Int {
        let here = Set(try home.store.passports().map(\.passport.digest))
        return knowledge.withdrawals.count { !here.contains($0.terms.passport) }
    }

    /// Takes one in, and logs it; what is no use is logged as refused and kept nowhere.
    static func take(
        _ bytes: [UInt8], from sender: OrganisationID, _ knowledge: inout Knowledge,
        _ home: borrowing Home
    ) throws -> Outcome {
        do {
            // Anybody can seal to us; whom we never pinned has nothing to say here.
            guard knowledge.pins[sender] != nil else {
                throw TrustError(.unknownKey, .refused, "a notice of an organisation not pinned")
            }
            switch try Notice(opening: bytes, with: home.keys.openingKey(.sealNet)) {
            case .withdrawal(let bytes):
                let taken = try TakenIn.withdrawal(bytes, &knowledge, home)
                guard try taken.what != early || earlyCount(knowledge, home) <= earlyMost else {
                    throw TrustError(.malformed, .refused, "too many ends of unknown passports")
                }
                let act = taken.act(at: home.now)
                var fields = act.fields
                fields.counterpart = sender.digest
                try home.commit(fields, act.changes)
                return Outcome(key: "sync.withdrawal", detail: name(of: sender, knowledge))
            case .receipt(let bytes):
                return try receipt(bytes, from: sender, knowledge, home)
            }
        } catch let error as any DescribedFailure where error.kind != .fault {
            return try refuse(
                Digest.sha256(of: bytes), from: sender, error.identifier, knowledge, home)
        }
    }

    /// Logs that something was no notice for us.
    static func refuse(
        _ digest: Digest, from sender: OrganisationID, _ reason: String, _ knowledge: Knowledge,
        _ home: borrowing Home
    ) throws -> Outcome {
        var fields = AuditFields(act: .refused, time: home.now)
        fields.object = digest
        fields.counterpart = sender.digest
        fields.outcome = .refused
        fields.reason = reason
        try home.commit(fields)
        return Outcome(key: "sync.refused", detail: name(of: sender, knowledge))
    }

    private static func receipt(
        _ bytes: [UInt8], from sender: OrganisationID, _ knowledge: Knowledge,
        _ home: borrowing Home
    ) throws -> Outcome {
        guard let identity = knowledge.identities[sender] else {
            throw TrustError(.unknownKey, .refused, "a receipt of an unknown organisation")
        }
        let receipt = try UnverifiedReceipt(decoding: bytes)
            .verify(by: identity, sender: home.organisation)
        let sent = try home.store.sentParcels().first {
            $0.digest == receipt.terms.parcel && $0.recipient == sender
        }
        guard let sent else {
            throw TrustError(.unknownKey, .refused, "a receipt for what was never sent")
        }
        try commit(receipt, sent, home)
        return Outcome(
            key: "sync.\(receipt.terms.event.name)", detail: name(of: sender, knowledge))
    }

    /// Logs a receipt, and moves the parcel on where it leads further.
    static func commit(
        _ receipt: VerifiedReceipt, _ sent: SentParcel, _ home: borrowing Home
    ) throws {
        let state: SentState =
            switch receipt.terms.event {
            case .delivered: .delivered
            case .opened: .opened
            case .purged: .purged
            }
        var fields = AuditFields(act: .receiptTaken, time: home.now)
        fields.object = sent.digest
        fields.counterpart = sent.recipient.digest
        fields.reason = receipt.terms.event.name
        // When it happened, as the recipient signed it, and not when we asked; a clock of theirs
        // that is ahead does not make it later than now.
        let change = StoreChange.exchange(
            .sent(
                sent.digest, to: sent.recipient, state, at: min(receipt.terms.time, home.now)))
        try home.commit(fields, sent.state.allows(state) ? [change] : [])
    }

    private static func name(of id: OrganisationID, _ knowledge: Knowledge) -> String {
        ViewText.name(knowledge.identities[id]?.name ?? id.text)
    }
}
