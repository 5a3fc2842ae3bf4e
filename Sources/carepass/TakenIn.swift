import CarePassport
import PassportAudit
import PassportCoding
import PassportCrypto
import PassportStore
import PassportTrust

/// What a file or a notice of others turned out to be, and what keeping it changes.
struct TakenIn {
    /// The end of the message's key, and the kind in JSON.
    let what: String
    /// What the message names.
    let detail: String
    let from: OrganisationID?
    let object: Digest
    let changes: [StoreChange]

    /// The entry that stands beside the changes.
    func act(at now: Timestamp) -> (fields: AuditFields, changes: [StoreChange]) {
        var fields = AuditFields(act: .objectTakenIn, time: now)
        fields.object = object
        fields.counterpart = from?.digest
        return (fields, changes)
    }

    /// Judges bytes by what is known, and adds to that what they say.
    static func judge(
        _ bytes: [UInt8], _ knowledge: inout Knowledge, _ home: borrowing Home
    ) throws -> TakenIn {
        switch try FileKind(of: bytes) {
        case .identity: return try identity(bytes, &knowledge)
        case .statusList: return try list(bytes, &knowledge)
        case .withdrawal: return try withdrawal(bytes, &knowledge, home)
        case .envelope, .passport, .auditExport, .auditProof, .checkpoint, .keyFile,
            .consentHalf, .carryHalf:
            throw CommandError(
                .unknownFile, .badInput, Words.say("error.not-for-take-in"),
                hint: Words.say("hint.not-for-take-in"))
        }
    }

    static func identity(
        _ bytes: [UInt8], _ knowledge: inout Knowledge
    ) throws -> TakenIn {
        let identity = try Identity(decoding: bytes)
        if let epoch = knowledge.fork(with: identity) {
            knowledge.forks[identity.organisation] = epoch
            // Kept, not refused: two manifests under one number are proof, and freeze.
            return TakenIn(
                what: "fork", detail: ViewText.name(identity.name), from: identity.organisation,
                object: identity.chain.currentHash, changes: [.fork(identity, epoch: epoch)])
        }
        try knowledge.refuseFrozen(identity)
        if let known = knowledge.identities[identity.organisation] {
            _ = try known.chain.updated(with: identity.chain)
        }
        knowledge.identities[identity.organisation] = identity
        return TakenIn(
            what: "identity", detail: ViewText.name(identity.name), from: identity.organisation,
            object: identity.chain.currentHash, changes: [.identity(identity)])
    }

    static func list(
        _ bytes: [UInt8], _ knowledge: inout Knowledge
    ) throws -> TakenIn {
        var failure: TrustError?
        for identity in knowledge.identities.values {
            do {
                let list = try SignedStatusList(verifying: bytes, by: identity)
                guard !list.isFromTheFuture(at: knowledge.now) else {
                    throw TrustError(.fromTheFuture, .refused, Words.say("error.future-list"))
                }
                let before = knowledge
                let standing = knowledge.take(list)
                if standing == .nothingNew, let known = before.statusLists[list.uri],
                    known.issued > list.issued
                {
                    throw TrustError(.rollback, .refused, Words.say("error.older-list"))
                }
                let changes = StoreChange.statusLists(from: before, to: knowledge) { _ in true }
                let name = ViewText.name(identity.name)
                func taken(what: String, detail: String) -> TakenIn {
                    TakenIn(
                        what: what, detail: detail, from: identity.organisation,
                        object: Digest.sha256(of: bytes), changes: changes)
                }
                switch standing {
                case .newest, .nothingNew: return taken(what: "status-list", detail: name)
                case .revives: return taken(what: "status-list-revives", detail: name)
                case .endsMore: return taken(what: "status-list-earlier", detail: name)
                }
            } catch let error as TrustError {
                // Another organisation's key is no answer; anything else is.
                if error.code != .unknownKey { failure = error }
            }
        }
        throw failure
            ?? TrustError(
                .unknownKey, .refused, Words.say("error.unknown-list"),
                hint: Words.say("hint.unknown-list"))
    }

    /// Keeps a withdrawal even before the passport it ends is here: it is checked again with
    /// everything known whenever something is opened or packed.
    static func withdrawal(
        _ bytes: [UInt8], _ knowledge: inout Knowledge, _ home: borrowing Home
    ) throws -> TakenIn {
        let withdrawal = try UnverifiedWithdrawal(decoding: bytes)
        defer { knowledge.withdrawals.append(withdrawal) }
        let record = try home.store.passports()
            .first { $0.passport.digest == withdrawal.terms.passport }
        guard let record, let issuer = knowledge.identities[record.passport.claims.issuer] else {
            return TakenIn(
                what: "withdrawal-early", detail: "\(withdrawal.terms.time)", from: nil,
                object: withdrawal.digest, changes: [.withdrawal(withdrawal)])
        }
        let verified = try withdrawal.verify(
            for: record.passport.verify(by: issuer), identities: knowledge.identities)
        let ended = try home.store.grants(for: withdrawal.terms.passport).map(\.grant.terms)
            .filter { verified.terms.grants.isEmpty || verified.terms.grants.contains($0.id) }
        return TakenIn(
            what: "withdrawal", detail: "\(withdrawal.terms.time)", from: nil,
            object: withdrawal.digest,
            changes: [.withdrawal(withdrawal)]
                + WithdrawCommand.endings(ended, of: nil, home.organisation))
    }
}

extension Knowledge {
    /// Takes nothing new from an organisation with a fork until it opens a later epoch.
    func refuseFrozen(_ identity: Identity) throws {
        guard let forked = forks[identity.organisation],
            identity.chain.current.epoch <= forked
        else { return }
        throw TrustError(.fork, .refused, Words.say("error.frozen"))
    }
}
