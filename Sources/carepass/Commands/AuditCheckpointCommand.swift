import ArgumentParser
import CarePassport
import PassportAudit
import PassportCoding
import PassportStore

/// `carepass audit checkpoint`: the newest signed state of the log, for others to keep.
///
/// It says nothing but how many entries there are, so it is not logged and needs no key.
struct AuditCheckpointCommand: ReplyingCommand {
    static let configuration = CommandConfiguration(
        commandName: "checkpoint",
        abstract: "Write the newest signed checkpoint, for an auditor or a peer to keep.")

    @OptionGroup var options: GlobalOptions

    @Option(help: "Where to write; '-' for standard output.")
    var out: String

    var output: String? { out }

    func reply() throws -> Reply {
        let home = try PublicHome(options)
        let size = try home.store.logSize()
        let authority = LogAuthority(of: home.identity, staffCertificates: [], fingerprint: nil)
        // A database that was changed behind our back must not hand out an old state as new.
        guard let note = try home.store.checkpointNote(),
            let checkpoint = try? Checkpoint.verify(
                note: note, origin: authority.origin, keys: authority.logKeys.map(\.key)),
            checkpoint.size >= size
        else {
            throw AuditError(.altered, .refused, Words.say("error.log-not-signed"))
        }
        try Files.write(Array(note.utf8), to: out)
        if out == "-" { return Reply(isSilent: true) }
        return Reply(
            lines: [Words.say("audit-checkpoint.done", "\(checkpoint.size)")],
            json: [
                "origin": .string(checkpoint.origin),
                "entries": .number(Int(clamping: checkpoint.size)),
                "root": .string("\(checkpoint.root)"),
            ])
    }
}
