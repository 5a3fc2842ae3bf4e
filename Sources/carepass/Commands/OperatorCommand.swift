import ArgumentParser
import PassportAudit
import PassportCoding
import PassportCrypto
import PassportSecrecy
internal import PassportStore
import PassportTrust

/// `carepass operator`: the members of staff who may open.
struct OperatorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "operator", abstract: "Members of staff and their keys.",
        subcommands: [Add.self, List.self])

    struct Add: ReplyingCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make and certify a key for a member of staff.")

        @OptionGroup var options: GlobalOptions

        @Argument(help: "A short name used in this home only: letters, digits, hyphens.")
        var handle: String

        @Option(
            help: "A file with the operator's own passphrase (or CAREPASS_OPERATOR_PASSPHRASE).")
        var operatorPassphraseFile: String?

        private static let certificateSeconds: Int64 = 365 * 86_400

        func reply() throws -> Reply {
            guard !handle.isEmpty, handle.utf8.count <= 32,
                handle.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") })
            else {
                throw CommandError(.badArgument, .badInput, Words.say("error.handle"))
            }
            let home = try Home(options)
            guard try !home.store.staff().contains(where: { $0.handle == handle }) else {
                throw CommandError(.badArgument, .refused, Words.say("error.operator-exists"))
            }
            let passphrase = try PassphraseInput.read(
                file: operatorPassphraseFile, variable: "CAREPASS_OPERATOR_PASSPHRASE",
                prompt: "prompt.new-operator-passphrase", twice: true)
            let file = try KeyFile(generating: [.staff], from: home.randomness)
            let bytes = try StaffCertificate.make(
                organisation: home.organisation, key: file.signingKey(.staff).verifyingKey,
                notBefore: home.now,
                notAfter: home.now.adding(seconds: Self.certificateSeconds),
                issuer: home.keys.signingKey(.issue))
            let certificate = try StaffCertificate(verifying: bytes, by: home.identity)
            try AtomicFile.write(
                file.encoded(passphrase: passphrase, randomness: home.randomness),
                to: home.layout.operatorKey(handle), replacing: false)
            var fields = AuditFields(act: .staffAdded, time: home.now)
            fields.object = certificate.key.keyHash
            try home.commit(fields, [.staff(handle: handle, certificate: certificate)])
            return Reply(
                lines: [Words.say("operator.added", handle)],
                json: [
                    "operator": .string(handle),
                    "key": .string("\(certificate.key.keyHash)"),
                    "until": .string("\(certificate.notAfter)"),
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
                            "operator.line", $0.handle, "\($0.certificate.notAfter)",
                            "\($0.certificate.key.keyHash)")
                    },
                json: [
                    "operators": .array(
                        staff.map {
                            [
                                "operator": .string($0.handle),
                                "key": .string("\($0.certificate.key.keyHash)"),
                                "until": .string("\($0.certificate.notAfter)"),
                            ]
                        })
                ])
        }
    }
}
