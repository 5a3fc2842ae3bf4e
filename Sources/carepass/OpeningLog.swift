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
struct OpeningLog: ~Copyable {
    private let store: Store
    private let origin: String
    private let logKey: SigningKey
    private let examined: ExaminedEnvelope
    private let now: Timestamp
    private let randomness: Randomness

    /// An intent that stands in the log.
    private struct Attempt {
        let intent: UInt64
        let examined: ExaminedPassport
        let isOpening: Bool
    }

    init(home: borrowing Home, examined: ExaminedEnvelope) throws {
        store = home.store
        origin = home.origin
        now = home.now
        randomness = home.randomness
        self.examined = examined
        logKey = try home.keys.signingKey(.log)
    }

    /// Opens what may be opened, and logs it passport by passport.
    ///
    /// - Parameter changes: what is kept of an envelope from which something opened.
    /// - Returns: the sections; none when everything was refused.
    func open(
        _ wanted: [Int]?, _ report: OpeningReport, _ staff: borrowing SigningKey,
        keeping changes: () -> [StoreChange]
    ) throws -> [OpenedSection] {
        let request = examined.request(wanted)
        var attempts: [Attempt] = []
        var opened: [OpenedSection] = []
        for passport in examined.passports {
            let part = request.part(of: passport.report.passport)
            let intent = try logIntent(passport, part, wanted, staff)
            attempts.append(
                Attempt(
                    intent: intent.index, examined: passport, isOpening: !part.items.isEmpty))
            guard !part.items.isEmpty else { continue }
            do {
                opened += try examined.open(part, intent: intent)
            } catch {
                // One that fails shuts all: nothing of the envelope is shown.
                try logOutcomes(attempts, []) { _ in error.identifier }
                throw error
            }
        }
        try logOutcomes(attempts, opened.isEmpty ? [] : changes()) { attempt in
            attempt.isOpening ? nil : report.firstRefusal(attempt.examined.report)
        }
        return opened
    }

    private func logIntent(
        _ passport: ExaminedPassport, _ part: OpeningRequest, _ wanted: [Int]?,
        _ staff: borrowing SigningKey
    ) throws -> DurableIntent {
        var fields = fields(.openIntent, passport)
        // What was tried, also where it will be refused; and what exactly will be opened.
        fields.sections = wanted ?? part.kinds
        fields.object = part.subject
        fields.purposes = [examined.purpose.rawValue]
        let entry = try AuditEntry(
            fields: fields, randomness: randomness, origin: origin, signedBy: staff)
        return try store.commitIntent(
            entry, subject: part.subject, origin: origin, logKey: logKey)
    }

    /// The outcomes of one envelope are written together, with what is kept of it.
    private func logOutcomes(
        _ attempts: [Attempt], _ changes: [StoreChange], reason: (Attempt) -> String?
    ) throws {
        let entries = try attempts.enumerated().map { index, attempt in
            var fields = fields(.openOutcome, attempt.examined)
            fields.intent = attempt.intent
            fields.reason = reason(attempt)
            fields.outcome = fields.reason == nil && attempt.isOpening ? .done : .refused
            return (
                entry: try AuditEntry(fields: fields, randomness: randomness),
                changes: index == 0 ? changes : []
            )
        }
        try store.commit(entries, origin: origin, logKey: logKey)
    }

    private func fields(_ act: AuditAct, _ passport: ExaminedPassport) -> AuditFields {
        var fields = AuditFields(act: act, time: now)
        fields.reference = examined.disclosure.referenceHash
        fields.counterpart = examined.disclosure.sender.digest
        fields.passport = passport.report.passport
        fields.grants = passport.grant.map { [$0.digest] } ?? examined.disclosure.grants
        return fields
    }
}
