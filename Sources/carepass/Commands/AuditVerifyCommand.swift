import ArgumentParser
import CarePassport
import PassportAudit
import PassportCoding
import PassportTrust

/// `carepass audit verify`: judges exported logs from files alone; needs no home and no keys.
struct AuditVerifyCommand: ReplyingCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Judge exported logs from files alone.")

    @OptionGroup var options: GlobalOptions

    @Argument(help: "Exported logs.")
    var files: [String]

    @Option(help: "The fingerprint of the organisation, as read aloud; once for each file.")
    var fingerprint: [String] = []

    @Option(help: "A checkpoint kept from an earlier time; may be repeated.")
    var kept: [String] = []

    func reply() throws -> Reply {
        var reply = Reply()
        var logs: [JSONValue] = []
        for (position, file) in files.enumerated() {
            let log = try ExportedLog(file, kept: kept, now: options.now())
            let typed = position < fingerprint.count ? fingerprint[position] : nil
            let isPinned = try typed.map { try log.matches($0) }
            reply.lines += log.lines(isPinned: isPinned)
            logs.append(log.json(isPinned: isPinned))
            if log.report.worst == .fail || isPinned == false {
                reply.exitCode = ExitCode(77)
            }
        }
        reply.json = ["logs": .array(logs)]
        return reply
    }
}

extension AuditReport {
    /// The four verdicts with their names.
    var verdicts: [(name: String, verdict: AuditVerdict)] {
        [
            ("integrity", integrity), ("completeness", completeness), ("freshness", freshness),
            ("authority", authority),
        ]
    }

    /// The worst of the four; only for an exit code, never instead of them.
    var worst: AuditStanding { verdicts.map(\.verdict.standing).max() ?? .fail }
}

/// One exported log, read and judged.
struct ExportedLog {
    let report: AuditReport
    private let identity: Identity?

    init(_ path: String, kept: [String], now: Timestamp) throws {
        let bytes = try Files.read(
            path, maximum: Limits.auditExportBytes, what: Words.say("what.log"))
        let header = try? AuditExportReader(bytes).header
        let identity = header.flatMap { try? Identity(decoding: $0.identity) }
        let authority = identity.map {
            LogAuthority(of: $0, staffCertificates: header?.staffCertificates ?? [])
        }
        var checkpoints: [KeptCheckpoint] = []
        for file in kept {
            let note = String(
                decoding: try Files.read(
                    file, maximum: Limits.noteBytes, what: Words.say("what.checkpoint")),
                as: UTF8.self)
            // A checkpoint of another log is not an error: one folder may keep them all.
            if let authority,
                let verified = try? Checkpoint.verify(
                    note: note, origin: authority.origin, keys: authority.logKeys.map(\.key))
            {
                checkpoints.append(KeptCheckpoint(verified))
            }
        }
        report = AuditVerifier().verify(
            bytes,
            authority: authority ?? LogAuthority(origin: "", logKeys: [], staffKeys: []),
            now: now, kept: checkpoints)
        self.identity = identity
    }

    /// Whether the organisation is the one whose fingerprint was read aloud.
    func matches(_ typed: String) throws -> Bool {
        guard let identity else { return false }
        return try Fingerprint(typed: typed) == Fingerprint(of: identity)
    }

    private var name: String {
        identity.map { ViewText.name($0.name) } ?? Words.say("verify.unreadable")
    }

    private func standing(_ verdict: AuditVerdict) -> String {
        switch verdict.standing {
        case .pass: "pass"
        case .warn: "warn"
        case .fail: "fail"
        }
    }

    private func text(_ finding: AuditFinding) -> String {
        let text = SummaryLine(
            "audit.\(finding.code.name)",
            finding.arguments.map { .text(ViewText.clean($0)) }
        ).text(Words.table)
        return finding.entry.map { Words.say("verify.entry", "\($0)", text) } ?? text
    }

    func lines(isPinned: Bool?) -> [String] {
        let size = report.checkpoint.map { "\($0.size)" } ?? "?"
        var lines = [Words.say("verify.log", name, size)]
        switch isPinned {
        case true: lines.append("  " + Words.say("verify.fingerprint-matches"))
        case false: lines.append("  " + Words.say("verify.fingerprint-differs"))
        default: lines.append("  " + Words.say("verify.no-fingerprint"))
        }
        for (name, verdict) in report.verdicts {
            lines.append(
                "  " + Words.say("verify.\(name)", Words.say("outcome.\(standing(verdict))")))
            lines += verdict.findings.prefix(20).map { "    " + text($0) }
            let more = verdict.findings.count - 20 + verdict.omitted
            if more > 0 { lines.append("    " + Words.say("verify.more", "\(more)")) }
        }
        lines += report.notChecked.map {
            "  " + Words.say("verify.not-checked", Words.say("audit.\($0.name)"))
        }
        return lines
    }

    func json(isPinned: Bool?) -> JSONValue {
        var members: [String: JSONValue] = [
            "origin": .string(report.origin), "name": JSONValue(identity?.name),
            "fingerprintMatches": isPinned.map { .bool($0) } ?? .null,
            "size": report.checkpoint.map { .number(Int(clamping: $0.size)) } ?? .null,
            "notChecked": .array(report.notChecked.map { .string($0.name) }),
        ]
        for (name, verdict) in report.verdicts {
            members[name] = [
                "standing": .string(standing(verdict)),
                "findings": .array(
                    verdict.findings.map { finding in
                        [
                            "entry": finding.entry.map { .number(Int(clamping: $0)) } ?? .null,
                            "code": .string(finding.code.name),
                            "arguments": .array(finding.arguments.map { .string($0) }),
                        ]
                    }),
            ]
        }
        return .object(members)
    }
}
