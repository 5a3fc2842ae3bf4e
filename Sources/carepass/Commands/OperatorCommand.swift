import ArgumentParser
import PassportAudit
import PassportCoding
import PassportCrypto
import PassportSecrecy
internal import PassportStore
import PassportTrust

/// `carepass operator`: the members of staff, who sign what gives access or trust.
struct OperatorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "operator", abstract: "Members of staff and their keys.",
        subcommands: [Add.self, End.self, List.self])

    struct Add: ReplyingCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make and certify a key for a member of staff.")

        @OptionGroup var options: GlobalOptions

        @Argument(help: "A short name used in this home only: letters, digits, hyphens.")
        var handle: String

        @Option(
            name: .customLong("operator"),
            help: "Who acts; signs the entry in the log. Only the first of all goes unsigned.")
        var signer: String?

        @Option(
            help: "A file with the passphrase of --operator (or CAREPASS_OPERATOR_PASSPHRASE).")
        var operatorPassphraseFile: String?

        @Option(
            help: """
                A file with the new operator's own passphrase (or \
                CAREPASS_NEW_OPERATOR_PASSPHRASE).
                """)
        var newPassphraseFile: String?

        @OptionGroup var clock: ClockOptions

        private static let certificateSeconds: Int64 = 365 * 86_400

        func reply() throws -> Reply {
            guard !handle.isEmpty, handle.utf8.count <= 32,
                handle.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") })
            else {
                throw CommandError(.badArgument, .badInput, Words.say("error.handle"))
            }
            try refuseKnown(PublicHome(options).store)
            guard let signer else {
                let passphrase = try newPassphrase()
                let home = try Home(options, clockIsRight: clock.clockIsRight)
                // The first has nobody who could sign; everybody after has.
                guard try home.store.staff().isEmpty else {
                    throw CommandError(
                        .unknownOperator, .refused, Words.say("error.needs-operator"),
                        hint: Words.say("hint.operator-list"))
                }
                let file = try KeyFile(generating: [.staff], from: home.randomness)
                let (fields, certificate) = try certify(file, home, passphrase)
                try home.commitFirst(
                    fields, .staff(handle: handle, certificate: certificate),
                    key: file.signingKey(.staff))
                return reply(certificate)
            }
            let operatorKey = try OperatorKey(
                options, handle: signer, passphraseFile: operatorPassphraseFile, clock: clock)
            let passphrase = try newPassphrase()
            let home = try Home.open(options, with: operatorKey, for: .staffAdded)
            let file = try KeyFile(generating: [.staff], from: home.randomness)
            let (fields, certificate) = try certify(file, home, passphrase)
            try home.commit(
                fields, [.staff(handle: handle, certificate: certificate)], signedBy: operatorKey)
            return reply(certificate)
        }

        private func refuseKnown(_ store: Store) throws {
            guard try !store.staff().contains(where: { $0.handle == handle }) else {
                throw CommandError(.badArgument, .refused, Words.say("error.operator-exists"))
            }
        }

        private func newPassphrase() throws -> Passphrase {
            try PassphraseInput.read(
                file: newPassphraseFile, variable: "CAREPASS_NEW_OPERATOR_PASSPHRASE",
                prompt: "prompt.new-operator-passphrase", twice: true)
        }

        /// Writes the key file, and says what the log will.
        private func certify(
            _ file: borrowing KeyFile, _ home: borrowing Home,
            _ passphrase: borrowing Passphrase
        ) throws -> (fields: AuditFields, certificate: StaffCertificate) {
            try refuseKnown(home.store)
            let bytes = try StaffCertificate.make(
                organisation: home.organisation, key: file.signingKey(.staff).verifyingKey,
                notBefore: home.now,
                notAfter: home.now.adding(seconds: Self.certificateSeconds),
                issuer: home.keys.signingKey(.issue))
            let certificate = try StaffCertificate(verifying: bytes, by: home.identity)
            // What a crash left here was never certified: nobody's, and in nobody's way.
            let path = home.layout.operatorKey(handle)
            try HomeLayout.setAside(path, home.now)
            try AtomicFile.write(
                file.encoded(passphrase: passphrase, randomness: home.randomness), to: path,
                replacing: false)
            var fields = AuditFields(act: .staffAdded, time: home.now)
            fields.object = certificate.key.keyHash
            return (fields, certificate)
        }

        private func reply(_ certificate: StaffCertificate) -> Reply {
            Reply(
                lines: [Words.say("operator.added", handle)],
                json: [
                    "operator": .string(handle),
                    "key": .string("\(certificate.key.keyHash)"),
                    "until": .string("\(certificate.notAfter)"),
                ])
        }
    }

    struct End: ReplyingCommand {
        static let configuration = CommandConfiguration(
            abstract: "End a member of staff: from now on their key signs nothing here.")

        @OptionGroup var options: GlobalOptions

        @OptionGroup var staff: OperatorOptions

        @Argument(help: "Whose key ends.")
        var handle: String

        func reply() throws -> Reply {
            let operatorKey = try OperatorKey(options, staff)
            let home = try Home.open(options, with: operatorKey)
            let all = try home.store.staff()
            guard let record = all.first(where: { $0.handle == handle }) else {
                throw CommandError(
                    .unknownOperator, .noInput,
                    Words.say("error.no-operator", ViewText.clean(handle)),
                    hint: Words.say("hint.operator-list"))
            }
            guard record.ended == nil else {
                throw CommandError(.unknownOperator, .refused, Words.say("error.operator-ended"))
            }
            // Nobody could ever sign for the next one.
            guard all.contains(where: { $0.handle != handle && $0.isInForce(at: home.now) }) else {
                throw CommandError(
                    .unknownOperator, .refused, Words.say("error.last-operator"),
                    hint: Words.say("hint.last-operator"))
            }
            let key = record.certificate.key.keyHash
            var fields = AuditFields(act: .staffEnded, time: home.now)
            fields.object = key
            try home.commit(fields, [.staffEnded(key, at: home.now)], signedBy: operatorKey)
            return Reply(
                lines: [Words.say("operator.end-done", handle, "\(home.now)")],
                json: [
                    "operator": .string(handle), "key": .string("\(key)"),
                    "ended": .string("\(home.now)"),
                ])
        }
    }

    struct List: ReplyingCommand {
        static let configuration = CommandConfiguration(abstract: "List the members of staff.")

        @OptionGroup var options: GlobalOptions

        func reply() throws -> Reply {
            let staff = try PublicHome(options).store.staff()
            return Reply(
                lines: staff.isEmpty
                    ? [Words.say("operator.none")]
                    : staff.map {
                        Words.say(
                            $0.ended == nil ? "operator.line" : "operator.ended", $0.handle,
                            "\($0.ended ?? $0.certificate.notAfter)",
                            "\($0.certificate.key.keyHash)")
                    },
                json: [
                    "operators": .array(
                        staff.map {
                            [
                                "operator": .string($0.handle),
                                "key": .string("\($0.certificate.key.keyHash)"),
                                "until": .string("\($0.certificate.notAfter)"),
                                "ended": JSONValue($0.ended),
                            ]
                        })
                ])
        }
    }
}
