import CarePassport
import PassportAudit
import PassportCoding
import PassportCrypto
import PassportExchange
import PassportSealing
internal import PassportSecrecy
import PassportStore
import PassportTrust

/// What goes to other organisations outside envelopes: ends, and receipts of openings and purges.
/// Sealed at once, sent at the next `sync`.
enum Notices {
    /// Tells those who were granted something that it ended.
    ///
    /// Only organisations that are pinned for it and can be sealed to now; whoever cannot be told
    /// still learns it from the status list.
    static func changes(
        of withdrawal: UnverifiedWithdrawal, ending grants: [UnverifiedGrant],
        _ knowledge: Knowledge, _ home: borrowing Home
    ) throws -> [StoreChange] {
        let recipients = Set(
            grants.compactMap { grant -> OrganisationID? in
                if case .organisation(let id) = grant.terms.recipient { id } else { nil }
            }
        ).filter { $0 != home.organisation }
        return try recipients.sorted { $0.digest < $1.digest }.compactMap { id in
            try change(.withdrawal(withdrawal.bytes), to: id, knowledge, home)
        }
    }

    /// A receipt for whoever sent a parcel, with what to log beside it; nothing where the sender
    /// cannot be told.
    static func acts(
        of event: ReceiptEvent, for parcel: ReceivedParcel, _ knowledge: Knowledge,
        _ home: borrowing Home
    ) throws -> [(fields: AuditFields, changes: [StoreChange])] {
        let bytes = try ReceiptTerms(
            event: event, recipient: home.organisation, sender: parcel.sender,
            parcel: parcel.digest, time: home.now
        ).signed(by: home.keys.signingKey(.consent))
        guard let notice = try change(.receipt(bytes), to: parcel.sender, knowledge, home) else {
            return []
        }
        var fields = AuditFields(act: .receiptGiven, time: home.now)
        fields.object = parcel.digest
        fields.counterpart = parcel.sender.digest
        fields.reason = event.name
        return [(fields, [notice])]
    }

    private static func change(
        _ notice: Notice, to id: OrganisationID, _ knowledge: Knowledge, _ home: borrowing Home
    ) throws -> StoreChange? {
        guard knowledge.standing(of: id, for: [.sealNet]) == .pinned,
            let identity = knowledge.identities[id],
            let key = try? identity.sealingKey(.sealNet, at: home.now)
        else { return nil }
        return .exchange(.notice(try notice.sealed(to: key), to: id, at: home.now))
    }
}
