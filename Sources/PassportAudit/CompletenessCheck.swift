internal import PassportCoding
internal import PassportCrypto

/// Judges whether everything is there that belongs together: openings and their ends, the
/// signatures that acts need, times in order, and the places of what was erased.
struct CompletenessCheck {
    var verdict = AuditVerdict()
    private(set) var notChecked: Set<AuditCode> = []
    private(set) var erased: [UInt64] = []
    /// Entries for the comparison of two logs; nil when nobody will compare.
    private(set) var exchanges: [ExchangeRecord]?
    private(set) var newest: Timestamp?

    private var intents = OpenIntents()
    /// Entries that may have been intents.
    private var unknown = IndexRanges()
    /// True once the log speaks of a member of staff: from then on somebody is there to sign.
    private var hasStaff = false
    /// True when the other entries are not here, so that nothing can be said of pairs.
    private let isAlone: Bool

    init(comparing: Bool, isAlone: Bool = false) {
        exchanges = comparing ? [] : nil
        self.isAlone = isAlone
    }

    /// Takes an intact entry; `integrity` says which earlier entries are not there.
    mutating func take(_ entry: EntryFacts, _ integrity: borrowing IntegrityCheck) {
        // Of one entry alone nobody can say that it was the first, so no exception is made.
        let isFirstOfStaff = !isAlone && !hasStaff && entry.fields.act == .staffAdded
        hasStaff = hasStaff || isFirstOfStaff || entry.has(.signature)
        for field in entry.malformed {
            verdict.add(.fail, .fieldMalformed, entry: entry.index, ["\(field.number)"])
        }
        if entry.shown.hasUnknown { notChecked.insert(.unknownNumbers) }
        if entry.isErased {
            verdict.add(.warn, .entryErased, entry: entry.index)
            notChecked.insert(.erasedEntries)
            erased.append(entry.index)
            unknown.insert(entry.index..<entry.index + 1)
            return
        }
        if !entry.hidden.isEmpty { notChecked.insert(.withheldFields) }
        takeTime(entry)
        guard let act = require(.act, entry.fields.act, in: entry) else {
            unknown.insert(entry.index..<entry.index + 1)
            return
        }
        if act.name == nil { notChecked.insert(.unknownNumbers) }
        if act.needsStaffSignature, !entry.has(.signature), !isFirstOfStaff {
            // Attack: open, or give access away, and leave no trace of who did.
            verdict.add(.fail, .signatureMissing, entry: entry.index)
        }
        switch act {
        case .openIntent: intents.open(entry.index)
        case .openOutcome: takeOutcome(entry, integrity)
        case .staffEnded: _ = require(.object, entry.fields.object, in: entry)
        default: break
        }
        takeExchange(entry, act)
    }

    /// A field that an act needs: absent is a fault, not shown a gap in what can be said.
    private mutating func require<Value>(
        _ field: AuditField, _ value: Value?, in entry: EntryFacts
    ) -> Value? {
        if let value { return value }
        if entry.hidden.contains(field) {
            verdict.add(.warn, .fieldWithheld, entry: entry.index, ["\(field.number)"])
        } else if !entry.shown.contains(field) {
            verdict.add(.fail, .fieldMissing, entry: entry.index, ["\(field.number)"])
        }
        // One that is shown is malformed, and reported as that.
        return nil
    }

    private mutating func takeTime(_ entry: EntryFacts) {
        guard let time = require(.time, entry.fields.time, in: entry) else { return }
        if let newest, time < newest {
            // A wrong clock is a fault of the machine, not a lie by itself: say how wrong.
            verdict.add(
                .warn, .clockBackwards, entry: entry.index,
                ["\(newest.seconds - time.seconds)"])
        }
        newest = time
    }

    private mutating func takeOutcome(
        _ entry: EntryFacts, _ integrity: borrowing IntegrityCheck
    ) {
        _ = require(.outcome, entry.fields.outcome, in: entry)
        guard let intent = require(.intent, entry.fields.intent, in: entry) else { return }
        if isAlone { return }
        switch intents.answer(intent) {
        case .first: break
        case .again:
            verdict.add(.fail, .intentAnsweredTwice, entry: entry.index, ["\(intent)"])
        case .unannounced:
            let isLost = [unknown, integrity.missing, integrity.damaged]
                .contains { $0.contains(intent) }
            if isLost { return }
            // Attack: open first and log afterwards.
            verdict.add(.fail, .outcomeWithoutIntent, entry: entry.index, ["\(intent)"])
        }
    }

    private mutating func takeExchange(_ entry: EntryFacts, _ act: AuditAct) {
        let fields = entry.fields
        let isDisclosure = act == .disclosed
        if isDisclosure, fields.reference == nil { notChecked.insert(.referenceNotShown) }
        guard isDisclosure || fields.reference != nil else { return }
        exchanges?.append(
            ExchangeRecord(
                entry: entry.index, isDisclosure: isDisclosure, reference: fields.reference,
                counterpart: fields.counterpart,
                grants: fields.grants.isEmpty ? nil : Set(fields.grants)))
    }

    mutating func finish(_ integrity: IntegrityCheck) {
        for range in integrity.missing.ranges {
            verdict.add(
                .fail, .entriesMissing, entry: range.lowerBound,
                ["\(range.count)", "\(integrity.size)"])
        }
        for range in integrity.damaged.ranges {
            verdict.add(.fail, .notReached, entry: range.lowerBound, ["\(range.count)"])
        }
        intents.forEachUnanswered { verdict.add(.warn, .openingInterrupted, entry: $0) }
    }
}

/// The openings that were announced, and which of them have their end: nine bytes for each, so
/// that a log of millions stays in memory.
struct OpenIntents {
    enum Answer { case first, again, unannounced }

    private var entries: [UInt64] = []
    private var isAnswered: [Bool] = []

    /// Takes an announcement; places ascend.
    mutating func open(_ entry: UInt64) {
        entries.append(entry)
        isAnswered.append(false)
    }

    /// Takes the end of an opening.
    mutating func answer(_ intent: UInt64) -> Answer {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle] < intent { low = middle + 1 } else { high = middle }
        }
        guard low < entries.count, entries[low] == intent else { return .unannounced }
        defer { isAnswered[low] = true }
        return isAnswered[low] ? .again : .first
    }

    func forEachUnanswered(_ body: (UInt64) -> Void) {
        for (entry, isAnswered) in zip(entries, isAnswered) where !isAnswered { body(entry) }
    }
}
