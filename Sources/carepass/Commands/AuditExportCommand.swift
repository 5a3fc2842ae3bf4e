import ArgumentParser
import PassportAudit
import PassportCoding
import PassportStore
internal import PassportTrust

/// `carepass audit export`: the log as a file that outsiders can verify.
struct AuditExportCommand: ReplyingCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write the log for an auditor. The export is logged too.")

    @OptionGroup var options: GlobalOptions

    @Option(help: "Where to write; '-' for standard output.")
    var out: String

    @Flag(help: "Show passports too; an auditor does not need them.")
    var full = false

    func reply() throws -> Reply {
        let home = try Home(options)
        let identity = home.identity.encoded()
        let certificates = try home.store.staff().map(\.certificate.bytes)
        var fields = AuditFields(act: .logExported, time: home.now)
        fields.object = AuditExportHeader.binding(
            identity: identity, staffCertificates: certificates)
        try home.commit(fields)
        guard let note = try home.store.checkpointNote() else {
            throw CommandError(.badArgument, .fault, Words.say("error.internal"))
        }
        let header = try AuditExportHeader(
            note: note, identity: identity, staffCertificates: certificates)
        var writer = try AuditExportWriter(header: header, policy: full ? .full : .auditor)
        var bytes = writer.start
        var next: UInt64 = 0
        while next < header.size {
            let entries = try home.store.entries(from: next, count: 1_000)
            guard !entries.isEmpty else { break }
            for (_, entry) in entries where next < header.size {
                bytes += try writer.append(entry)
                next += 1
            }
        }
        try writer.finish()
        try Files.write(bytes, to: out)
        if out == "-" { return Reply(isSilent: true) }
        return Reply(
            lines: [Words.say("audit-export.done", "\(header.size)", "\(bytes.count)")],
            json: [
                "entries": .number(Int(clamping: header.size)), "bytes": .number(bytes.count),
                "origin": .string(header.origin),
            ])
    }
}
