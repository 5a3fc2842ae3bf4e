import ArgumentParser
import PassportAudit
import PassportCoding
import PassportCrypto
import PassportStore
internal import PassportTrust

/// `carepass audit export`: the log, or one entry of it with its proof, as a file that outsiders
/// can verify.
struct AuditExportCommand: ReplyingCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write the log for an auditor. The export is logged too.")

    @OptionGroup var options: GlobalOptions

    @Option(help: "Where to write; '-' for standard output.")
    var out: String

    var output: String? { out }

    @Flag(help: "Show passports and envelopes too; an auditor does not need them.")
    var full = false

    @Option(help: "Only this entry, with the proof that it is in the log.")
    var proof: UInt64?

    private var policy: DisclosurePolicy { full ? .full : .auditor }

    func reply() throws -> Reply {
        let home = try Home(options)
        if let proof, try proof >= home.store.logSize() {
            throw AuditError(.outOfRange, .noInput, Words.say("error.no-entry", "\(proof)"))
        }
        let output = try Output(out)
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
        if let proof {
            return try write(
                Self.proof(of: proof, header, home.store, policy), to: output, header,
                "audit-export.proof-done", "\(proof)")
        }
        return try write(
            Self.log(header, home.store, policy), to: output, header, "audit-export.done",
            "\(header.size)")
    }

    private static func log(
        _ header: AuditExportHeader, _ store: Store, _ policy: DisclosurePolicy
    ) throws -> [UInt8] {
        var writer = try AuditExportWriter(header: header, policy: policy)
        var bytes = writer.start
        var next: UInt64 = 0
        while next < header.size {
            let entries = try store.entries(from: next, count: 1_000)
            guard !entries.isEmpty else { break }
            for (_, entry) in entries where next < header.size {
                bytes += try writer.append(entry)
                next += 1
            }
            guard bytes.count <= Limits.auditExportBytes else {
                throw AuditError(.overLimit, "an export of more than \(bytes.count) bytes")
            }
        }
        try writer.finish()
        return bytes
    }

    private static func proof(
        of index: UInt64, _ header: AuditExportHeader, _ store: Store, _ policy: DisclosurePolicy
    ) throws -> [UInt8] {
        let path = try MerkleProof.inclusion(of: index, size: header.size) { position in
            let hash = try store.logNode(level: position.level, position: position.index)
            guard let digest = hash.flatMap({ Digest(bytes: $0) }) else {
                throw AuditError(.altered, .refused, Words.say("error.log-not-signed"))
            }
            return digest
        }
        guard let (found, entry) = try store.entries(from: index, count: 1).first, found == index
        else { throw AuditError(.altered, .refused, Words.say("error.log-not-signed")) }
        return try EntryProof(
            entry, InclusionProof(index: index, path: path, note: header.note), policy: policy,
            identity: header.identity, staffCertificates: header.staffCertificates
        ).encoded()
    }

    private func write(
        _ bytes: [UInt8], to output: Output, _ header: AuditExportHeader, _ key: String,
        _ what: String
    ) throws -> Reply {
        try output.writeAfterAct(bytes)
        if output.isStandardOutput { return Reply(isSilent: true) }
        return Reply(
            lines: [Words.say(key, what, "\(bytes.count)")],
            json: [
                "entries": .number(proof == nil ? Int(clamping: header.size) : 1),
                "bytes": .number(bytes.count), "origin": .string(header.origin),
            ])
    }
}
