import CarePassport
import PassportAudit
import PassportCoding
import PassportTrust

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

/// A file that an auditor kept, read once however many logs it is held against.
struct KeptFile {
    let path: String
    private let note: Result<String, AuditError>

    /// What cannot be read is a finding and not the end: the rest is judged all the same.
    init(_ path: String) {
        self.path = path
        do {
            note = .success(
                try KeptEvidence.note(
                    reading: Files.source(
                        path, maximum: Limits.auditExportBytes, what: Words.say("what.checkpoint")
                    )))
        } catch let error as AuditError {
            note = .failure(error)
        } catch {
            note = .failure(
                AuditError(
                    .malformed, .noInput, (error as? any DescribedFailure)?.message ?? "",
                    cause: (error as? any DescribedFailure)?.identifier))
        }
    }

    func evidence(_ authority: LogAuthority) -> KeptEvidence {
        switch note {
        case .success(let note): KeptEvidence(note: note, authority: authority)
        case .failure(let error): .unusable(error)
        }
    }
}

/// One exported log, or one entry of a log, read and judged.
struct JudgedLog {
    let report: AuditReport
    /// Positions of kept files that are not another log's.
    private(set) var keptOfThisLog: Set<Int> = []

    private let identity: Identity?
    private let standing: IdentityStanding
    private let proof: EntryProof?

    /// - Parameters:
    ///   - path: the file; nothing of it is believed before it is judged.
    ///   - fingerprint: what the organisation read aloud.
    ///   - acceptsAny: true when the auditor said that no fingerprint is needed.
    init(
        _ path: String, fingerprint: Fingerprint?, acceptsAny: Bool, kept: [KeptFile] = [],
        now: Timestamp, isForComparing: Bool = false
    ) throws {
        let source = try Files.source(
            path, maximum: Limits.auditExportBytes, what: Words.say("what.log"))
        let evidence: Result<AuditEvidence, AuditError>
        do {
            evidence = .success(try AuditEvidence(reading: source))
        } catch let error as AuditError {
            evidence = .failure(error)
        }
        let file = try? evidence.get()
        let identity = file.flatMap { try? Identity(decoding: $0.identity) }
        let authority =
            identity.map {
                LogAuthority(
                    of: $0, staffCertificates: file?.staffCertificates ?? [],
                    fingerprint: fingerprint, acceptsAny: acceptsAny)
            }
            ?? LogAuthority(
                origin: "", logKeys: [], staffKeys: [],
                identity: fingerprint == nil ? .unconfirmed : .differs)
        let evidences = kept.map { $0.evidence(authority) }
        for (position, evidence) in evidences.enumerated() {
            if case .otherLog = evidence { continue }
            keptOfThisLog.insert(position)
        }
        let verifier = AuditVerifier(isForComparing: isForComparing)
        switch evidence {
        case .success(.export(let reader)):
            proof = nil
            report = try verifier.verify(reader, authority: authority, now: now, kept: evidences)
        case .success(.proof(let proof)):
            self.proof = proof
            report = verifier.verify(proof, authority: authority, now: now, kept: evidences)
        case .failure(let error):
            proof = nil
            report = verifier.unreadable(error, authority: authority, now: now, kept: evidences)
        }
        self.identity = identity
        standing = authority.identity
    }

    /// What the organisation calls itself in the file.
    var name: String {
        identity.map { ViewText.name($0.name) } ?? Words.say("verify.unreadable")
    }

    private func word(_ verdict: AuditVerdict) -> String {
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

    /// Whose log it is, and how that is known.
    private var heads: [String] {
        let size = report.checkpoint.map { "\($0.size)" } ?? "?"
        return [
            proof.map { Words.say("verify.proof", name, size, "\($0.entry.index)") }
                ?? Words.say("verify.log", name, size),
            "  " + Words.say("verify.identity-\(standing.rawValue)"),
        ]
    }

    /// Everything that is said about it.
    func lines() -> [String] {
        var lines = heads
        for (name, verdict) in report.verdicts { lines += self.lines(name, verdict) }
        lines += report.notChecked.map {
            "  " + Words.say("verify.not-checked", Words.say("audit.\($0.name)"))
        }
        if let fields = provenFields, let proof {
            lines.append("  " + AuditLine.text(proof.entry.index, fields, [:]))
        }
        return lines
    }

    /// The same without what is in order.
    func troubles() -> [String] {
        heads
            + report.verdicts.filter { $0.verdict.standing == .fail }
            .flatMap { lines($0.name, $0.verdict) }
    }

    private func lines(_ name: String, _ verdict: AuditVerdict) -> [String] {
        var lines = ["  " + Words.say("verify.\(name)", Words.say("outcome.\(word(verdict))"))]
        lines += verdict.findings.prefix(20).map { "    " + text($0) }
        let more = verdict.findings.count - 20 + verdict.omitted
        if more > 0 { lines.append("    " + Words.say("verify.more", "\(more)")) }
        return lines
    }

    /// What a proven entry says; nothing of one that may have been made up.
    private var provenFields: AuditFields? {
        report.worst == .fail ? nil : proof.flatMap { try? $0.entry.typedFields() }
    }

    func json() -> JSONValue {
        var members: [String: JSONValue] = [
            "origin": .string(report.origin), "name": JSONValue(identity?.name),
            "identity": .string(standing.rawValue),
            "fingerprintMatches": standing == .confirmed
                ? true : standing == .differs ? false : .null,
            "size": report.checkpoint.map { .number(Int(clamping: $0.size)) } ?? .null,
            "notChecked": .array(report.notChecked.map { .string($0.name) }),
        ]
        if let proof {
            members["proofOf"] = .number(Int(clamping: proof.entry.index))
            members["entry"] =
                provenFields.map { AuditLine.json(proof.entry.index, $0) } ?? .null
        }
        for (name, verdict) in report.verdicts {
            members[name] = [
                "standing": .string(word(verdict)),
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
