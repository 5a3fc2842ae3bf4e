public import PassportCoding
public import PassportCrypto

/// What two or more logs say about the same disclosures, compared by reference.
///
/// Neither organisation's log proves what it left out; the other's does.
public struct Reconciliation: Sendable {
    /// One entry of one log.
    public struct Place: Hashable, Sendable {
        /// The log.
        public let origin: String
        /// The entry.
        public let entry: UInt64
    }

    /// A disclosure and the recipient's entries about it.
    public struct Match: Hashable, Sendable {
        /// Hash of the reference.
        public let reference: Digest
        /// The sender's entry.
        public let sender: Place
        /// The recipient's entries; none beside a reused reference, which stand with its first.
        public let recipient: [Place]
    }

    /// Two ends that do not agree.
    public struct Mismatch: Hashable, Sendable {
        /// The ends.
        public let match: Match
        /// In what they differ.
        public let code: AuditCode
    }

    /// One end without the other.
    public struct Missing: Hashable, Sendable {
        /// Hash of the reference.
        public let reference: Digest
        /// The end that is there.
        public let present: Place
        /// The log in which the other end is not.
        public let absentFrom: String
        /// True when that log has erased entries, of which one may have been it.
        public let mayBeErased: Bool
    }

    /// An entry that could not be compared.
    public struct Unchecked: Hashable, Sendable {
        /// The entry.
        public let place: Place
        /// Why.
        public let code: AuditCode
    }

    /// Both ends are there, say with whom and about which grants, and agree.
    public private(set) var matched: [Match] = []
    /// A recipient used what no sender says it gave.
    public private(set) var missingAtSender: [Missing] = []
    /// A sender gave what the recipient's log does not know (yet).
    public private(set) var missingAtRecipient: [Missing] = []
    /// Both ends are there and contradict each other.
    public private(set) var mismatched: [Mismatch] = []
    /// Entries whose details are gone; any of them may be a missing end.
    public private(set) var erased: [Place] = []
    /// What could not be compared.
    public private(set) var notChecked: [Unchecked] = []

    private let logs: [Digest: AuditReport]

    /// Compares logs whose integrity held.
    ///
    /// - Throws: `notIntact` for a log whose integrity failed or whose report was not made for
    ///   comparing, `malformed` for fewer than two logs or two of one organisation.
    public init(_ reports: [AuditReport]) throws(AuditError) {
        var logs: [Digest: AuditReport] = [:]
        for report in reports {
            guard report.integrity.standing < .fail else {
                throw AuditError(
                    .notIntact, .refused, "the log \(report.origin) is not intact")
            }
            // A report without its exchanges would look like a log without disclosures.
            guard report.exchanges != nil else {
                throw AuditError(
                    .notIntact, .refused,
                    "what was made of the log \(report.origin) is not for comparing")
            }
            let organisation = try LogOrigin.organisation(of: report.origin)
            guard logs.updateValue(report, forKey: organisation) == nil else {
                throw AuditError(.malformed, "two exports of one log")
            }
        }
        guard logs.count >= 2 else {
            throw AuditError(.malformed, "nothing to compare with")
        }
        self.logs = logs
        compare()
    }

    /// One organisation's entry about a disclosure.
    private struct End {
        let organisation: Digest
        let place: Place
        let record: ExchangeRecord
    }

    private mutating func compare() {
        var disclosures: [End] = []
        var uses: [Digest: [End]] = [:]
        for (organisation, log) in logs.sorted(by: { $0.key < $1.key }) {
            erased += log.erased.map { Place(origin: log.origin, entry: $0) }
            for record in log.exchanges ?? [] {
                let place = Place(origin: log.origin, entry: record.entry)
                let end = End(organisation: organisation, place: place, record: record)
                if record.isDisclosure {
                    disclosures.append(end)
                } else if let reference = record.reference {
                    uses[reference, default: []].append(end)
                }
            }
        }
        var seen: [Digest: End] = [:]
        for disclosure in disclosures {
            guard let reference = disclosure.record.reference else {
                notChecked.append(.init(place: disclosure.place, code: .referenceNotShown))
                continue
            }
            // Only the first disclosure is compared with the uses: two hostile logs could carry
            // one reference a million times each, and every pair would have to be kept.
            guard seen.updateValue(disclosure, forKey: reference) == nil else {
                let match = Match(reference: reference, sender: disclosure.place, recipient: [])
                mismatched.append(Mismatch(match: match, code: .referenceReused))
                continue
            }
            // The sender's own later entries about the disclosure are not the other end.
            let recipients = (uses[reference] ?? [])
                .filter { $0.organisation != disclosure.organisation }
            let match = Match(
                reference: reference, sender: disclosure.place,
                recipient: recipients.map(\.place))
            if recipients.isEmpty {
                miss(disclosure, reference, atRecipient: true)
            } else if let code = Self.disagreement(disclosure, recipients) {
                mismatched.append(Mismatch(match: match, code: code))
            } else if let gap = Self.gap([disclosure] + recipients) {
                // Attack: name neither the other end nor the grants, and agree with anybody.
                notChecked.append(gap)
            } else {
                matched.append(match)
            }
        }
        for (reference, ends) in uses.sorted(by: { $0.key < $1.key })
        where seen[reference] == nil {
            var counted: Set<Digest> = []
            for end in ends where counted.insert(end.organisation).inserted {
                miss(end, reference, atRecipient: false)
            }
        }
    }

    private mutating func miss(_ end: End, _ reference: Digest, atRecipient: Bool) {
        guard let counterpart = end.record.counterpart else {
            notChecked.append(.init(place: end.place, code: .counterpartNotShown))
            return
        }
        guard let other = logs[counterpart] else {
            notChecked.append(.init(place: end.place, code: .counterpartNotSupplied))
            return
        }
        let missing = Missing(
            reference: reference, present: end.place, absentFrom: other.origin,
            mayBeErased: !other.erased.isEmpty)
        if atRecipient {
            missingAtRecipient.append(missing)
        } else {
            missingAtSender.append(missing)
        }
    }

    /// The first end that does not say what would have to agree.
    private static func gap(_ ends: [End]) -> Unchecked? {
        for end in ends {
            if end.record.counterpart == nil {
                return Unchecked(place: end.place, code: .counterpartNotShown)
            }
            if end.record.grants == nil {
                return Unchecked(place: end.place, code: .grantsNotShown)
            }
        }
        return nil
    }

    private static func disagreement(_ sender: End, _ recipients: [End]) -> AuditCode? {
        for recipient in recipients {
            if let named = sender.record.counterpart, named != recipient.organisation {
                return .counterpartMismatch
            }
            if let named = recipient.record.counterpart, named != sender.organisation {
                return .counterpartMismatch
            }
            // A recipient may use fewer grants than it was given, never others.
            if let given = sender.record.grants, let used = recipient.record.grants,
                !used.isSubset(of: given)
            {
                return .grantMismatch
            }
        }
        return nil
    }
}
