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
}

/// An operator's signing key, out of their own file under their own passphrase. Whether it
/// counts at the moment of the act is for `Home` to say.
struct OperatorKey: ~Copyable {
    let key: SigningKey

    /// Asks for the passphrase and opens the file.
    init(_ options: GlobalOptions, _ operator: OperatorOptions) throws {
        try self.init(
            options, handle: `operator`.handle, passphraseFile: `operator`.operatorPassphraseFile)
    }

    /// Asks for the passphrase and opens the file.
    init(_ options: GlobalOptions, handle: String, passphraseFile: String?) throws {
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
        key = try layout.keys(
            layout.operatorKey(handle), Words.say("what.operator-key"), passphrase: passphrase
        ).signingKey(.staff)
    }
}

extension Home {
    /// Opens a home for an act that an operator signs.
    ///
    /// - Throws: `unknownOperator` when the operator's key is not in force.
    static func open(
        _ options: GlobalOptions, with staff: borrowing OperatorKey, for act: AuditAct? = nil
    ) throws -> Home {
        let home = try Home(options)
        try home.refuseUnlessInForce(staff, for: act)
        return home
    }

    /// Commits changes with an entry that an operator signs.
    @discardableResult
    func commit(
        _ fields: AuditFields, _ changes: [StoreChange] = [],
        signedBy staff: borrowing OperatorKey
    ) throws -> UInt64 {
        try store.commit(
            signed(fields, staff), changes, origin: origin, logKey: keys.signingKey(.log))
    }

    /// Commits the signed intent to open, and returns the proof that opening consumes.
    func commitIntent(
        _ fields: AuditFields, subject: Digest, signedBy staff: borrowing OperatorKey
    ) throws -> DurableIntent {
        try store.commitIntent(
            signed(fields, staff), subject: subject, origin: origin,
            logKey: keys.signingKey(.log))
    }

    private func signed(
        _ fields: AuditFields, _ staff: borrowing OperatorKey
    ) throws -> AuditEntry {
        try refuseUnlessInForce(staff, for: fields.act)
        return try AuditEntry(
            fields: fields, randomness: randomness, origin: origin, signedBy: staff.key)
    }

    /// A key counts while its certificate does, whoever knows its passphrase.
    private func refuseUnlessInForce(
        _ staff: borrowing OperatorKey, for act: AuditAct?
    ) throws {
        let key = staff.key.verifyingKey
        let all = try store.staff()
        // Where every certificate has run out, one of their owners may still certify the next
        // key, or nothing could ever be opened here again. Whoever verifies the log is told.
        let isLast = act == .staffAdded && !all.contains { $0.isInForce(at: now) }
        guard let record = all.first(where: { $0.certificate.key == key }) else {
            throw CommandError(.unknownOperator, .refused, Words.say("error.operator-key"))
        }
        guard record.isInForce(at: now) || (isLast && record.ended == nil) else {
            throw CommandError(
                .unknownOperator, .refused, whyOver(record), hint: Words.say("hint.operator-list"))
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
