public import PassportCoding
internal import PassportCrypto

/// What an auditor runs: judges an exported log from the file, the keys and kept checkpoints
/// alone, without asking anybody.
public struct AuditVerifier: Sendable {
    /// Age of the newest entry up to which an export counts as fresh, in seconds.
    public let maximumAge: Int64
    /// True when the report is for `Reconciliation`, which needs to remember every exchange.
    public let isForComparing: Bool

    /// Seven days.
    public static let defaultMaximumAge: Int64 = 604_800

    /// Sets the verifier up.
    public init(
        maximumAge: Int64 = AuditVerifier.defaultMaximumAge, isForComparing: Bool = true
    ) {
        self.maximumAge = maximumAge
        self.isForComparing = isForComparing
    }

    /// Verifies an export that is in memory.
    ///
    /// - Parameters:
    ///   - export: the file.
    ///   - authority: the log that is expected, who may sign for it, and how that is known.
    ///   - now: the auditor's time.
    ///   - kept: what the auditor kept of this log.
    public func verify(
        _ export: [UInt8], authority: LogAuthority, now: Timestamp,
        kept: [KeptEvidence] = []
    ) -> AuditReport {
        do {
            return try verify(
                AuditExportReader(export), authority: authority, now: now, kept: kept)
        } catch {
            return unreadable(
                AuditError("export", error), authority: authority, now: now, kept: kept)
        }
    }

    /// Verifies an export as its bytes come in.
    ///
    /// - Throws: what the source throws; nothing else.
    public func verify(
        _ export: AuditExportReader, authority: LogAuthority, now: Timestamp,
        kept: [KeptEvidence] = []
    ) throws -> AuditReport {
        var reader = export
        var run = AuditRun(authority: authority, kept: kept, comparing: isForComparing)
        run.takeHeader(reader.header)
        try run.takeEntries(&reader)
        return run.report(now: now, maximumAge: maximumAge)
    }

    /// The report on a file that begins neither as an export nor as a proof does.
    public func unreadable(
        _ error: AuditError, authority: LogAuthority, now: Timestamp, kept: [KeptEvidence] = []
    ) -> AuditReport {
        var run = AuditRun(authority: authority, kept: kept, comparing: isForComparing)
        run.takeUnreadable(error)
        return run.report(now: now, maximumAge: maximumAge)
    }

    /// Verifies one entry and its proof. Of all that is said about exports it says what one
    /// entry can show; the age of a log is not among it.
    public func verify(
        _ proof: EntryProof, authority: LogAuthority, now: Timestamp, kept: [KeptEvidence] = []
    ) -> AuditReport {
        var run = AuditRun(authority: authority, kept: kept, comparing: false, isAlone: true)
        run.take(proof)
        return run.report(proof, now: now, maximumAge: maximumAge)
    }
}

/// One verification under way.
private struct AuditRun {
    private let authority: LogAuthority
    private let kept: [KeptCheckpoint]
    private var header: AuditExportHeader?
    private var checkpoint: VerifiedCheckpoint?
    private var integrity: IntegrityCheck
    private var completeness: CompletenessCheck
    private var authorityCheck: AuthorityCheck
    private var isBound = false
    private var trailing = false
    private var notChecked: Set<AuditCode> = [.witnesses, .unloggedActs, .otherEnds, .clock]

    /// Why something that was given as a kept checkpoint cannot be used.
    private var unusable: [AuditError] = []

    init(
        authority: LogAuthority, kept: [KeptEvidence], comparing: Bool, isAlone: Bool = false
    ) {
        self.authority = authority
        var usable: [KeptCheckpoint] = []
        for evidence in kept {
            switch evidence {
            case .checkpoint(let kept)
            where kept.checkpoint.origin.hasSameBytes(as: authority.origin):
                usable.append(kept)
            case .checkpoint, .otherLog: notChecked.insert(.keptOtherLog)
            case .unusable(let error): unusable.append(error)
            }
        }
        self.kept = usable
        completeness = CompletenessCheck(comparing: comparing, isAlone: isAlone)
        integrity = IntegrityCheck(size: 0, kept: [])
        authorityCheck = AuthorityCheck(authority, isAlone: isAlone)
    }

    mutating func takeUnreadable(_ error: AuditError) {
        integrity.verdict.add(
            .fail, .headerUnreadable, [error.cause ?? error.identifier])
    }

    mutating func takeHeader(_ header: AuditExportHeader) {
        self.header = header
        var verdict = AuditVerdict()
        if !header.origin.hasSameBytes(as: authority.origin) {
            // Attack: show the good log of another organisation.
            verdict.add(.fail, .originMismatch)
        }
        takeNote(header.note, &verdict)
        if let checkpoint, checkpoint.size != header.size {
            verdict.add(.fail, .sizeMismatch, ["\(header.size)", "\(checkpoint.size)"])
        }
        // No export has more entries than the limit, whatever a checkpoint counts.
        let signed = checkpoint.map(\.size).flatMap { $0 <= Limits.auditEntries ? $0 : nil }
        integrity = IntegrityCheck(size: signed ?? header.size, kept: kept)
        integrity.verdict = verdict
    }

    private mutating func takeNote(_ note: String, _ verdict: inout AuditVerdict) {
        do {
            let checkpoint = try Checkpoint.verify(
                note: note, origin: authority.origin, keys: authority.logKeys.map(\.key))
            if checkpoint.otherSignatures > 0 {
                verdict.add(.fail, .checkpointUnchecked, ["\(checkpoint.otherSignatures)"])
            }
            self.checkpoint = checkpoint
        } catch {
            takeCheckpointError(error, &verdict)
        }
    }

    private mutating func takeCheckpointError(
        _ error: AuditError, _ verdict: inout AuditVerdict
    ) {
        switch error.code {
        case .wrongOrigin: verdict.add(.fail, .originMismatch)
        case .badSignature: verdict.add(.fail, .checkpointUnsigned)
        case .unknownKey:
            // Attack: sign with a key that is not the log's, or not meant for logs.
            verdict.add(.fail, .checkpointUnsigned)
            authorityCheck.verdict.add(.fail, .logKeyUnknown)
        default:
            verdict.add(.fail, .checkpointMalformed, [error.cause ?? error.identifier])
        }
    }

    mutating func takeEntries(_ reader: inout AuditExportReader) throws {
        var scanner = EntryScanner()
        while try !reader.isAtEnd() {
            guard !integrity.isFull else {
                trailing = true
                return
            }
            switch try reader.facts(&scanner) {
            case .entry(let entry):
                if integrity.take(entry) { takeUsable(entry) }
            case .malformed(let error): integrity.takeUnreadable(error)
            case .lost(let error):
                integrity.takeUnreadable(error)
                return
            }
        }
    }

    private mutating func takeUsable(_ entry: EntryFacts) {
        completeness.take(entry, integrity)
        authorityCheck.take(
            entry,
            hasGaps: !integrity.missing.ranges.isEmpty || !integrity.damaged.ranges.isEmpty)
        isBound = header?.isBound(by: entry.fields) == true
    }

    mutating func take(_ proof: EntryProof) {
        var verdict = AuditVerdict()
        takeNote(proof.proof.note, &verdict)
        let entry = EntryFacts(proof.entry)
        if entry.index != proof.proof.index {
            verdict.add(
                .fail, .entryOutOfOrder, entry: min(entry.index, proof.proof.index),
                ["\(proof.proof.index)"])
        }
        if !entry.isIntact { verdict.add(.fail, .entryAltered, entry: entry.index) }
        if let checkpoint {
            do {
                try proof.proof.verify(leafData: proof.entry.leafData, in: checkpoint)
            } catch {
                // Attack: show an entry that never was in the log.
                verdict.add(.fail, .proofMismatch, entry: entry.index)
            }
        }
        integrity.verdict = verdict
        guard verdict.standing < .fail else {
            completeness.verdict.add(.fail, .notReached, entry: entry.index)
            return
        }
        completeness.take(entry, integrity)
        authorityCheck.take(entry)
    }

    mutating func report(
        _ proof: EntryProof, now: Timestamp, maximumAge: Int64
    ) -> AuditReport {
        notChecked.insert(.otherEntries)
        var continued: [KeptCheckpoint] = []
        if let checkpoint {
            continued = integrity.compare(checkpoint, rootHolds: false, kept: kept)
            let smaller = kept.filter { $0.checkpoint.size < checkpoint.size }.count
            if smaller > 0 { integrity.verdict.add(.fail, .keptNotCompared, ["\(smaller)"]) }
        }
        let age = completeness.newest.map { now.seconds - $0.seconds }
        var freshness = AuditVerdict()
        // The time of one entry does not say when the log ended.
        freshness.add(.warn, .ageUnknown)
        if let age, age < 0 { freshness.add(.warn, .timeAhead, ["\(-age)"]) }
        return close(continued, freshness, age, maximumAge)
    }

    mutating func report(now: Timestamp, maximumAge: Int64) -> AuditReport {
        let rootHolds = header != nil && integrity.finish(checkpoint, trailing: trailing)
        if header != nil, !isBound { integrity.verdict.add(.fail, .headerNotBound) }
        var continued: [KeptCheckpoint] = []
        if let checkpoint {
            continued = integrity.compare(checkpoint, rootHolds: rootHolds, kept: kept)
        }
        completeness.finish(integrity)
        if header == nil { completeness.verdict.add(.fail, .notReached) }
        let age = completeness.newest.map { now.seconds - $0.seconds }
        return close(continued, freshness(age, maximumAge), age, maximumAge)
    }

    private mutating func close(
        _ continued: [KeptCheckpoint], _ freshness: AuditVerdict, _ age: Int64?,
        _ maximumAge: Int64
    ) -> AuditReport {
        for error in unusable {
            // What the auditor wanted to compare was not compared.
            integrity.verdict.add(.fail, .keptUnusable, [error.cause ?? error.identifier])
        }
        if continued.isEmpty { notChecked.insert(.keptCheckpoints) }
        authorityCheck.finish(
            checkpoint: checkpoint, newest: completeness.newest, kept: continued)
        if checkpoint == nil, authorityCheck.verdict.standing < .fail {
            authorityCheck.verdict.add(.fail, .notReached)
        }
        return AuditReport(
            origin: authority.origin, checkpoint: checkpoint, integrity: integrity.verdict,
            completeness: completeness.verdict, freshness: freshness,
            authority: authorityCheck.verdict,
            notChecked: notChecked.union(completeness.notChecked)
                .union(authorityCheck.notChecked).sorted { $0.name < $1.name },
            newest: completeness.newest, age: age, maximumAge: maximumAge,
            erased: completeness.erased, exchanges: completeness.exchanges)
    }

    private func freshness(_ age: Int64?, _ maximumAge: Int64) -> AuditVerdict {
        var verdict = AuditVerdict()
        guard header != nil else {
            verdict.add(.fail, .notReached)
            return verdict
        }
        guard let age else {
            verdict.add(.warn, .ageUnknown)
            return verdict
        }
        if age > maximumAge {
            // Attack: go on showing an old log that says nothing of what was done since.
            verdict.add(.fail, .stale, ["\(age)", "\(maximumAge)"])
        } else if age < 0 {
            verdict.add(.warn, .timeAhead, ["\(-age)"])
        }
        return verdict
    }
}
