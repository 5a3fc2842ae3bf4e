public import PassportCoding
internal import PassportCrypto

/// What an auditor runs: judges an exported log from the file, the keys and kept checkpoints
/// alone, without asking anybody.
public struct AuditVerifier: Sendable {
    /// Age of the newest entry up to which an export counts as fresh, in seconds.
    public let maximumAge: Int64

    /// Seven days.
    public static let defaultMaximumAge: Int64 = 604_800

    /// Sets the verifier up.
    public init(maximumAge: Int64 = AuditVerifier.defaultMaximumAge) {
        self.maximumAge = maximumAge
    }

    /// Verifies an export.
    ///
    /// - Parameters:
    ///   - export: the file.
    ///   - authority: the log that is expected, and who may sign for it.
    ///   - now: the auditor's time.
    ///   - kept: checkpoints of this log that the auditor verified before.
    public func verify(
        _ export: [UInt8], authority: LogAuthority, now: Timestamp,
        kept: [KeptCheckpoint] = []
    ) -> AuditReport {
        var run = AuditRun(authority: authority, kept: kept)
        do {
            var reader = try AuditExportReader(export)
            run.takeHeader(reader.header)
            run.takeEntries(&reader)
        } catch {
            run.takeUnreadable(error)
        }
        return run.report(now: now, maximumAge: maximumAge)
    }
}

/// One verification under way.
private struct AuditRun {
    private let authority: LogAuthority
    private let kept: [KeptCheckpoint]
    private var header: AuditExportHeader?
    private var checkpoint: VerifiedCheckpoint?
    private var integrity: IntegrityCheck
    private var completeness = CompletenessCheck()
    private var authorityCheck: AuthorityCheck
    private var isBound = false
    private var trailing = false
    private var notChecked: Set<AuditCode> = [.witnesses, .unloggedActs, .otherEnds, .clock]

    init(authority: LogAuthority, kept: [KeptCheckpoint]) {
        self.authority = authority
        self.kept = kept.filter { $0.checkpoint.origin.hasSameBytes(as: authority.origin) }
        if self.kept.count < kept.count { notChecked.insert(.keptOtherLog) }
        integrity = IntegrityCheck(size: 0, kept: [])
        authorityCheck = AuthorityCheck(authority)
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
        do {
            let checkpoint = try Checkpoint.verify(
                note: header.note, origin: authority.origin,
                keys: authority.logKeys.map(\.key))
            if checkpoint.size != header.size {
                verdict.add(.fail, .sizeMismatch, ["\(header.size)", "\(checkpoint.size)"])
            }
            if checkpoint.otherSignatures > 0 {
                verdict.add(.fail, .checkpointUnchecked, ["\(checkpoint.otherSignatures)"])
            }
            self.checkpoint = checkpoint
        } catch {
            takeCheckpointError(error, &verdict)
        }
        integrity = IntegrityCheck(size: checkpoint?.size ?? header.size, kept: kept)
        integrity.verdict = verdict
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

    mutating func takeEntries(_ reader: inout AuditExportReader) {
        var scanner = EntryScanner()
        while !reader.isAtEnd {
            guard !integrity.isFull else {
                trailing = true
                return
            }
            switch reader.facts(&scanner) {
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
        authorityCheck.take(entry)
        isBound = header?.isBound(by: entry.fields) == true
    }

    mutating func report(now: Timestamp, maximumAge: Int64) -> AuditReport {
        let rootHolds = header != nil && integrity.finish(checkpoint, trailing: trailing)
        if header != nil, !isBound { integrity.verdict.add(.fail, .headerNotBound) }
        var continued: [KeptCheckpoint] = []
        if let checkpoint {
            continued = integrity.compare(checkpoint, rootHolds: rootHolds, kept: kept)
        }
        if continued.isEmpty { notChecked.insert(.keptCheckpoints) }
        completeness.finish(integrity)
        authorityCheck.finish(
            checkpoint: checkpoint, newest: completeness.newest, kept: continued)
        if checkpoint == nil, authorityCheck.verdict.standing < .fail {
            authorityCheck.verdict.add(.fail, .notReached)
        }
        if header == nil { completeness.verdict.add(.fail, .notReached) }
        let age = completeness.newest.map { now.seconds - $0.seconds }
        return AuditReport(
            origin: authority.origin, checkpoint: checkpoint, integrity: integrity.verdict,
            completeness: completeness.verdict, freshness: freshness(age, maximumAge),
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
