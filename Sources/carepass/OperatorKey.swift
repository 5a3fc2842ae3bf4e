import ArgumentParser
import CarePassport
import PassportAudit
import PassportCoding
import PassportCrypto
import PassportSecrecy
import PassportStore
import PassportTrust

/// Who acts: asked by every command whose entry in the log a member of staff has to sign.
struct OperatorOptions: ParsableArguments {
    @Option(name: .customLong("operator"), help: "Who acts; signs the entry in the log.")
    var handle: String

    @Option(help: "A file with the operator's passphrase (or CAREPASS_OPERATOR_PASSPHRASE).")
    var operatorPassphraseFile: String?

    @OptionGroup var clock: ClockOptions
}

/// A word for a clock that is far ahead of the log. Only who acts can give it: it stands in the
/// log for good, under a name.
struct ClockOptions: ParsableArguments {
    @Flag(help: "The clock is right, although the newest entry of the log is months old.")
    var clockIsRight = false
}

/// An operator's signing key, out of their own file under their own passphrase. Whether it
/// counts at the moment of the act is for `Home` to say.
struct OperatorKey: ~Copyable {
    /// True when the operator vouches for the clock.
    let clockIsRight: Bool
    let key: SigningKey

    /// Asks for the passphrase and opens the file.
    init(_ options: GlobalOptions, _ operator: OperatorOptions) throws {
        try self.init(
            options, handle: `operator`.handle, passphraseFile: `operator`.operatorPassphraseFile,
            clock: `operator`.clock)
    }

    /// Asks for the passphrase and opens the file.
    init(
        _ options: GlobalOptions, handle: String, passphraseFile: String?, clock: ClockOptions
    ) throws {
        let layout = HomeLayout(path: options.homePath)
        try layout.refuseLooseFolder()
        guard try PublicHome(options).store.staff().contains(where: { $0.handle == handle })
        else {
            throw CommandError(
                .unknownOperator, .noInput,
                Words.say("error.no-operator", ViewText.clean(handle)),
                hint: Words.say("hint.operator-list"))
        }
        let passphrase = try PassphraseInput.read(
            file: passphraseFile, variable: "CAREPASS_OPERATOR_PASSPHRASE",
            prompt: "prompt.operator-passphrase")
        let key = try layout.keys(
            layout.operatorKey(handle), Words.say("what.operator-key"), passphrase: passphrase
        ).signingKey(.staff)
        clockIsRight = clock.clockIsRight
        self.key = key
    }
}

extension Home {
    /// Opens a home for an act that an operator signs.
    ///
    /// - Throws: `unknownOperator` when the operator's key is not in force.
    static func open(
        _ options: GlobalOptions, with staff: borrowing OperatorKey, for act: AuditAct? = nil
    ) throws -> Home {
        let home = try Home(options, clockIsRight: staff.clockIsRight)
        try home.refuseUnlessInForce(staff, for: act)
        return home
    }

    /// Commits changes with an entry that an operator signs.
    ///
    /// - Parameter acts: what stands before it in the same transaction and needs no signature.
    @discardableResult
    func commit(
        _ fields: AuditFields, _ changes: [StoreChange] = [],
        after acts: [(fields: AuditFields, changes: [StoreChange])] = [],
        signedBy staff: borrowing OperatorKey
    ) throws -> UInt64 {
        let confirmed = try confirmation(staff)
        let before = try acts.map { (try entry($0.fields), $0.changes) }
        let first = try store.commit(
            confirmed + before + [(signed(fields, staff), changes)], origin: origin,
            logKey: keys.signingKey(.log))
        return first + UInt64(confirmed.count + before.count)
    }

    /// Commits several acts of an operator in one transaction.
    func commit(
        _ acts: [(fields: AuditFields, changes: [StoreChange])],
        after unsigned: [(fields: AuditFields, changes: [StoreChange])] = [],
        signedBy staff: borrowing OperatorKey
    ) throws {
        let before = try unsigned.map { (try entry($0.fields), $0.changes) }
        var signed: [(entry: AuditEntry, changes: [StoreChange])] = []
        for act in acts { signed.append((try self.signed(act.fields, staff), act.changes)) }
        try store.commit(
            confirmation(staff) + before + signed, origin: origin,
            logKey: keys.signingKey(.log))
    }

    /// Commits an entry that needs no signature in the presence of an operator, who vouches for
    /// the clock where somebody has to.
    func commit(_ fields: AuditFields, vouchedBy staff: borrowing OperatorKey) throws {
        try store.commit(
            confirmation(staff) + [(entry(fields), [])], origin: origin,
            logKey: keys.signingKey(.log))
    }

    /// Commits the signed intent to open, and returns the proof that opening consumes.
    func commitIntent(
        _ fields: AuditFields, subject: Digest, signedBy staff: borrowing OperatorKey
    ) throws -> DurableIntent {
        try store.commitIntent(
            signed(fields, staff), after: confirmation(staff).map(\.entry), subject: subject,
            origin: origin, logKey: keys.signingKey(.log))
    }

    /// Commits the certificate of the first operator, whom nobody can sign for; their own key
    /// vouches for the clock where somebody has to.
    func commitFirst(
        _ fields: AuditFields, _ change: StoreChange, key: borrowing SigningKey
    ) throws {
        var acts = [(entry: try entry(fields), changes: [change])]
        if try leaps() { acts.append((try confirmation(by: key), [])) }
        try store.commit(acts, origin: origin, logKey: keys.signingKey(.log))
    }

    /// What an operator says of a clock that is far ahead of the log. It is written together
    /// with the act that it is said for, or not at all: alone it would shut every later command
    /// out of its own time, and who was refused would have written it.
    private func confirmation(
        _ staff: borrowing OperatorKey
    ) throws -> [(entry: AuditEntry, changes: [StoreChange])] {
        guard try leaps() else { return [] }
        return [(try confirmation(by: staff.key), [])]
    }

    private func confirmation(by key: borrowing SigningKey) throws -> AuditEntry {
        try AuditEntry(
            fields: AuditFields(act: .clockConfirmed, time: now), randomness: randomness,
            origin: origin, signedBy: key)
    }

    private func entry(_ fields: AuditFields) throws -> AuditEntry {
        try AuditEntry(fields: fields, randomness: randomness)
    }

    private func signed(
        _ fields: AuditFields, _ staff: borrowing OperatorKey
    ) throws -> AuditEntry {
        try refuseUnlessInForce(staff, for: fields.act)
        return try AuditEntry(
            fields: fields, randomness: randomness, origin: origin, signedBy: staff.key)
    }

    /// A key counts while its certificate does, whoever knows its passphrase; where the clock is
    /// far ahead, also at the last moment that the log knows, or a wrong clock would let somebody
    /// in for whom no certificate is in force.
    private func refuseUnlessInForce(
        _ staff: borrowing OperatorKey, for act: AuditAct?
    ) throws {
        let key = staff.key.verifyingKey
        let all = try store.staff()
        guard let record = all.first(where: { $0.certificate.key == key }) else {
            throw CommandError(.unknownOperator, .refused, Words.say("error.operator-key"))
        }
        for moment in try leaps() ? [store.clockFloor(), now] : [now] {
            // Where every certificate has run out, one of their owners may still certify the
            // next key, or nothing could ever be opened here again. Whoever verifies the log is
            // told.
            let isLast = act == .staffAdded && !all.contains { $0.isInForce(at: moment) }
            guard record.isInForce(at: moment) || (isLast && record.ended == nil) else {
                throw CommandError(
                    .unknownOperator, .refused, whyOver(record),
                    hint: Words.say("hint.operator-list"))
            }
        }
    }

    private func whyOver(_ record: StaffRecord) -> String {
        let certificate = record.certificate
        if let ended = record.ended {
            return Words.say("error.operator-over", record.handle, "\(ended)")
        }
        return now < certificate.notBefore
            ? Words.say("error.operator-early", record.handle, "\(certificate.notBefore)")
            : Words.say("error.operator-expired", record.handle, "\(certificate.notAfter)")
    }
}
