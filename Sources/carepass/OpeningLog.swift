import CarePassport
import PassportAudit
import PassportCoding
internal import PassportCrypto
import PassportSealing
internal import PassportSecrecy
import PassportStore
internal import PassportTrust

/// The entries around an opening: for each passport of the envelope an intent that an operator
/// signs, before anything of it is decrypted, and an outcome.
struct OpeningLog {
    private let examined: ExaminedEnvelope

    /// An intent that stands in the log.
    private struct Attempt {
        let intent: UInt64
        let examined: ExaminedPassport
        let isOpening: Bool
    }

    /// What is kept of an opened envelope, and what stands in the log beside its outcomes.
    struct Kept {
        var changes: [StoreChange] = []
        var acts: [(fields: AuditFields, changes: [StoreChange])] = []
    }

    init(_ examined: ExaminedEnvelope) { self.examined = examined }

    /// Opens what may be opened, and logs it passport by passport.
    ///
    /// - Parameter prepare: makes ready what was opened for whoever asked, and says what is kept
    ///   of the envelope; where it fails, nothing is shown, and the log says that.
    /// - Returns: the sections; none when everything was refused.
    func open(
        _ wanted: [Int]?, _ report: OpeningReport, _ home: borrowing Home,
        signedBy staff: borrowing OperatorKey,
        preparing prepare: ([OpenedSection]) throws -> Kept
    ) throws -> [OpenedSection] {
        let request = examined.request(wanted)
        var attempts: [Attempt] = []
        var opened: [OpenedSection] = []
        for passport in examined.passports {
            let part = request.part(of: passport.report.passport)
            let intent = try logIntent(passport, part, wanted, home, staff)
            attempts.append(
                Attempt(
                    intent: intent.index, examined: passport, isOpening: !part.items.isEmpty))
            guard !part.items.isEmpty else { continue }
            do {
                opened += try examined.open(part, intent: intent)
            } catch {
                // One that fails shuts all: nothing of the envelope is shown.
                try logOutcomes(attempts, home, Kept()) { _ in error.identifier }
                throw error
            }
        }
        let kept: Kept
        do {
            kept = opened.isEmpty ? Kept() : try prepare(opened)
        } catch {
            try logOutcomes(attempts, home, Kept()) { _ in Self.code(of: error) }
            throw error
        }
        try logOutcomes(attempts, home, kept) { attempt in
            attempt.isOpening ? nil : report.firstRefusal(attempt.examined.report)
        }
        return opened
    }

    private static func code(of error: any Error) -> String {
        (error as? any DescribedFailure)?.identifier ?? "unknown"
    }

    private func logIntent(
        _ passport: ExaminedPassport, _ part: OpeningRequest, _ wanted: [Int]?,
        _ home: borrowing Home, _ staff: borrowing OperatorKey
    ) throws -> DurableIntent {
        var fields = fields(.openIntent, passport, home.now)
        // What was tried, also where it will be refused; and what exactly will be opened.
        fields.sections = wanted ?? part.kinds
        fields.object = part.subject
        fields.purposes = [examined.purpose.rawValue]
        return try home.commitIntent(fields, subject: part.subject, signedBy: staff)
    }

    /// The outcomes of one envelope are written together, with what is kept of it.
    private func logOutcomes(
        _ attempts: [Attempt], _ home: borrowing Home, _ kept: Kept,
        reason: (Attempt) -> String?
    ) throws {
        var acts: [(fields: AuditFields, changes: [StoreChange])] = []
        for attempt in attempts {
            var fields = fields(.openOutcome, attempt.examined, home.now)
            fields.intent = attempt.intent
            fields.reason = reason(attempt)
            fields.outcome = fields.reason == nil && attempt.isOpening ? .done : .refused
            acts.append((fields, acts.isEmpty ? kept.changes : []))
        }
        try home.commitTogether(acts + kept.acts)
    }

    private func fields(_ act: AuditAct, _ passport: ExaminedPassport, _ now: Timestamp)
        -> AuditFields
    {
        var fields = AuditFields(act: act, time: now)
        fields.reference = examined.disclosure.referenceHash
        fields.counterpart = examined.disclosure.sender.digest
        fields.passport = passport.report.passport
        fields.grants = passport.grant.map { [$0.digest] } ?? examined.disclosure.grants
        return fields
    }
}
