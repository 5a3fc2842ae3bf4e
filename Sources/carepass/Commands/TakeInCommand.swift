import ArgumentParser
import CarePassport
import PassportAudit
import PassportCoding
import PassportCrypto
import PassportStore
import PassportTrust

/// `carepass take-in`: identities, status lists and withdrawals that came as files.
struct TakeInCommand: ReplyingCommand {
    static let configuration = CommandConfiguration(
        commandName: "take-in",
        abstract: "Take in identity files, status lists and withdrawals of others.")

    @OptionGroup var options: GlobalOptions

    @Argument(help: "The files.")
    var files: [String]

    /// What a file turned out to be.
    private struct Taken {
        let what: String
        let detail: String
        let from: OrganisationID?
        let object: Digest
        let changes: [StoreChange]
    }

    func reply() throws -> Reply {
        let home = try Home(options)
        var knowledge = try home.knowledge()
        var taken: [Taken] = []
        for file in files {
            do {
                let bytes = try Files.read(
                    file, maximum: Limits.identityBytes, what: Words.say("what.taken-in"))
                taken.append(
                    try FileFailure.naming(files.count > 1 ? nil : file) {
                        try take(bytes, &knowledge, home)
                    })
            } catch let error as any DescribedFailure where files.count > 1 {
                throw CommandError(
                    .nothingTaken, error.kind,
                    Words.say("error.take-in-none", file, Words.message(of: error)),
                    hint: error.hint, cause: error.identifier)
            }
        }
        // All or none: whoever reads an error must not have to find out what happened before it.
        try home.commitTogether(
            taken.map { taken in
                var fields = AuditFields(act: .objectTakenIn, time: home.now)
                fields.object = taken.object
                fields.counterpart = taken.from?.digest
                return (fields, taken.changes)
            })
        return Reply(
            lines: taken.map { Words.say("take-in.\($0.what)", $0.detail) },
            json: [
                "taken": .array(
                    zip(files, taken).map { file, taken in
                        [
                            "file": .string(file), "kind": .string(taken.what),
                            "object": .string("\(taken.object)"),
                        ]
                    })
            ])
    }

    /// Judges one file by what is known, the files before it included.
    private func take(
        _ bytes: [UInt8], _ knowledge: inout Knowledge, _ home: borrowing Home
    ) throws -> Taken {
        switch try FileKind(of: bytes) {
        case .identity: return try takeIdentity(bytes, &knowledge)
        case .statusList: return try takeList(bytes, &knowledge)
        case .withdrawal: return try takeWithdrawal(bytes, &knowledge, home)
        case .envelope, .passport, .auditExport, .auditProof, .checkpoint, .keyFile,
            .consentHalf, .carryHalf:
            throw CommandError(
                .unknownFile, .badInput, Words.say("error.not-for-take-in"),
                hint: Words.say("hint.not-for-take-in"))
        }
    }

    private func takeIdentity(
        _ bytes: [UInt8], _ knowledge: inout Knowledge
    ) throws -> Taken {
        let identity = try Identity(decoding: bytes)
        if let epoch = knowledge.fork(with: identity) {
            knowledge.forks[identity.organisation] = epoch
            // Kept, not refused: two manifests under one number are proof, and freeze.
            return Taken(
                what: "fork", detail: ViewText.name(identity.name), from: identity.organisation,
                object: identity.chain.currentHash, changes: [.fork(identity, epoch: epoch)])
        }
        try knowledge.refuseFrozen(identity)
        if let known = knowledge.identities[identity.organisation] {
            _ = try known.chain.updated(with: identity.chain)
        }
        knowledge.identities[identity.organisation] = identity
        return Taken(
            what: "identity", detail: ViewText.name(identity.name), from: identity.organisation,
            object: identity.chain.currentHash, changes: [.identity(identity)])
    }

    private func takeList(_ bytes: [UInt8], _ knowledge: inout Knowledge) throws -> Taken {
        var failure: TrustError?
        for identity in knowledge.identities.values {
            do {
                let list = try SignedStatusList(verifying: bytes, by: identity)
                guard !list.isFromTheFuture(at: knowledge.now) else {
                    throw TrustError(.rollback, .refused, Words.say("error.future-list"))
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
                func taken(what: String, detail: String) -> Taken {
                    Taken(
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
    private func takeWithdrawal(
        _ bytes: [UInt8], _ knowledge: inout Knowledge, _ home: borrowing Home
    ) throws -> Taken {
        let withdrawal = try UnverifiedWithdrawal(decoding: bytes)
        defer { knowledge.withdrawals.append(withdrawal) }
        let record = try home.store.passports()
            .first { $0.passport.digest == withdrawal.terms.passport }
        guard let record, let issuer = knowledge.identities[record.passport.claims.issuer] else {
            return Taken(
                what: "withdrawal-early", detail: "\(withdrawal.terms.time)", from: nil,
                object: withdrawal.digest, changes: [.withdrawal(withdrawal)])
        }
        let verified = try withdrawal.verify(
            for: record.passport.verify(by: issuer), identities: knowledge.identities)
        let ended = try home.store.grants(for: withdrawal.terms.passport).map(\.grant.terms)
            .filter { verified.terms.grants.isEmpty || verified.terms.grants.contains($0.id) }
        return Taken(
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
