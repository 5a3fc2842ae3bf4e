import PassportAudit
import PassportCoding
import PassportCrypto

extension Door {
    static func auditEntry(_ input: Input) throws -> Outcome {
        let bytes = try input.bytes("bytes")
        let entry = try AuditEntry(decoding: bytes)
        try sameBytes(entry.encoded(), bytes, "the entry")
        return .accepted([
            "leaf": .hex(entry.leafData.bytes), "leafHash": .hex(entry.leafHash.bytes),
            "erased": .bool(entry.isErased),
            "act": entry.fields?.act.map { .int($0.number) } ?? .null,
            "time": entry.fields?.time.map { .int(Int($0.seconds)) } ?? .null,
        ])
    }

    private static func keys(_ input: Input) throws -> [VerifyingKey] {
        try input.bytesList("keys").map { try VerifyingKey(rawRepresentation: $0) }
    }

    private static func outcome(_ checkpoint: VerifiedCheckpoint) -> Outcome {
        .accepted([
            "size": .int(Int(checkpoint.size)), "root": .hex(checkpoint.root.bytes),
            "signers": .hexes(checkpoint.signers.map(\.bytes)),
        ])
    }

    static func auditCheckpoint(_ input: Input) throws -> Outcome {
        outcome(
            try Checkpoint.verify(
                note: input.text("note"), origin: input.text("origin"), keys: keys(input)))
    }

    static func auditProof(_ input: Input) throws -> Outcome {
        let text = try input.text("proof")
        let proof = try InclusionProof(parsing: text)
        try sameBytes(Array(proof.text.utf8), Array(text.utf8), "the proof")
        return outcome(
            try proof.verify(
                leafData: input.digest("leaf"), origin: input.text("origin"), keys: keys(input)))
    }

    static func auditConsistency(_ input: Input) throws -> Outcome {
        try MerkleProof.verifyConsistency(
            oldSize: UInt64(input.int("oldSize")), oldRoot: input.digest("oldRoot"),
            newSize: UInt64(input.int("newSize")), newRoot: input.digest("newRoot"),
            path: input.bytesList("path").map { bytes in
                guard let digest = Digest(bytes: bytes) else {
                    throw VectorProblem("a hash is not 32 bytes")
                }
                return digest
            })
        return .accepted([:])
    }

    static func auditExport(_ input: Input) throws -> Outcome {
        let authority = LogAuthority(
            origin: try input.text("origin"), logKeys: try authorised(input.parts("logKeys")),
            staffKeys: try authorised(input.parts("staffKeys")), identity: try standing(input))
        let kept = try input.parts("kept").map { part in
            KeptEvidence(
                note: try part.text("note"), authority: authority,
                seenAt: part.has("seenAt") ? try part.time("seenAt") : nil)
        }
        let report = try judge(
            try input.bytes("bytes"), authority, now: try input.time("now"), kept)
        let verdicts = [report.integrity, report.completeness, report.freshness, report.authority]
        let outcome = Outcome.accepted([
            "integrity": findings(report.integrity),
            "completeness": findings(report.completeness),
            "freshness": findings(report.freshness), "authority": findings(report.authority),
            "notChecked": .list(report.notChecked.map { .text($0.name) }),
        ])
        return switch verdicts.map(\.standing).max() {
        case .pass: outcome
        case .warn: outcome.with(.warn)
        default: outcome.with(.refused)
        }
    }

    private static func standing(_ input: Input) throws -> IdentityStanding {
        guard input.has("identity") else { return .confirmed }
        guard let standing = IdentityStanding(rawValue: try input.text("identity")) else {
            throw VectorProblem("no such standing")
        }
        return standing
    }

    /// The bytes come in small pieces, as they do from a file.
    private static func judge(
        _ bytes: [UInt8], _ authority: LogAuthority, now: Timestamp, _ kept: [KeptEvidence]
    ) throws -> AuditReport {
        let verifier = AuditVerifier()
        var rest = bytes[...]
        let evidence: AuditEvidence
        do {
            evidence = try AuditEvidence(reading: { maximum in
                defer { rest = rest.dropFirst(min(maximum, 100)) }
                return Array(rest.prefix(min(maximum, 100)))
            })
        } catch let error as AuditError {
            return verifier.unreadable(error, authority: authority, now: now, kept: kept)
        }
        return switch evidence {
        case .export(let reader):
            try verifier.verify(reader, authority: authority, now: now, kept: kept)
        case .proof(let proof):
            verifier.verify(proof, authority: authority, now: now, kept: kept)
        }
    }

    private static func authorised(_ parts: [Input]) throws -> [AuthorisedKey] {
        try parts.map { part in
            AuthorisedKey(
                key: try part.key("key"), notBefore: try part.time("notBefore"),
                notAfter: try part.time("notAfter"),
                compromisedSince: part.has("compromisedSince")
                    ? try part.time("compromisedSince") : nil)
        }
    }

    private static func findings(_ verdict: AuditVerdict) -> JSON {
        let standing =
            switch verdict.standing {
            case .pass: "pass"
            case .warn: "warn"
            case .fail: "fail"
            }
        return [
            "standing": .text(standing),
            "findings": .list(
                verdict.findings.map { finding in
                    [
                        "code": .text(finding.code.name),
                        "entry": finding.entry.map { .int(Int($0)) } ?? .null,
                    ]
                }),
        ]
    }
}
