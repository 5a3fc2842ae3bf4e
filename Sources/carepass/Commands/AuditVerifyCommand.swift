import ArgumentParser
import CarePassport
import PassportAudit
import PassportCoding
import PassportTrust

/// `carepass audit verify`: judges exported logs and proofs from files alone; needs no home and
/// no keys.
struct AuditVerifyCommand: ReplyingCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Judge exported logs and proofs from files alone.")

    @OptionGroup var options: GlobalOptions

    @Argument(help: "Exported logs, or proofs of single entries.")
    var files: [String]

    @OptionGroup var identities: AuditIdentityOptions

    @Option(
        help: "A checkpoint kept from an earlier time, or an older export; may be repeated.")
    var kept: [String] = []

    func validate() throws { try identities.validate(for: files) }

    func reply() throws -> Reply {
        var reply = Reply()
        var logs: [JSONValue] = []
        let kept = kept.map { KeptFile($0) }
        // Whoever gives a kept checkpoint wants it compared with one of the logs.
        var unused = Set(kept.indices)
        for (position, file) in files.enumerated() {
            let log = try JudgedLog(
                file, fingerprint: identities.fingerprint(at: position),
                acceptsAny: identities.anyIdentity, kept: kept, now: options.now())
            reply.lines += log.lines()
            logs.append(log.json())
            unused.subtract(log.keptOfThisLog)
            if log.report.worst == .fail { reply.exitCode = ExitCode(77) }
        }
        for position in unused.sorted() {
            reply.lines.append(
                Words.say("verify.kept-unused", ViewText.clean(kept[position].path)))
            reply.exitCode = ExitCode(77)
        }
        reply.json = [
            "logs": .array(logs),
            "keptUnused": .array(unused.sorted().map { .string(kept[$0].path) }),
        ]
        return reply
    }
}

/// How an auditor says whose logs the files are.
struct AuditIdentityOptions: ParsableArguments {
    @Option(help: "The organisation's fingerprint, as read aloud; once for each file, in order.")
    var fingerprint: [String] = []

    @Flag(help: "Accept a log without a fingerprint; whose it is then stays unchecked.")
    var anyIdentity = false

    func validate(for files: [String]) throws {
        guard fingerprint.count <= files.count else {
            throw ValidationError(Words.say("error.too-many-fingerprints"))
        }
    }

    func fingerprint(at position: Int) throws -> Fingerprint? {
        position < fingerprint.count ? try Fingerprint(typed: fingerprint[position]) : nil
    }
}
