internal import PassportCoding
internal import PassportCrypto

/// Judges whether those signed who were allowed to at the time.
struct AuthorityCheck {
    var verdict = AuditVerdict()
    private(set) var notChecked: Set<AuditCode> = []

    private let authority: LogAuthority
    private let staff: [Digest: [AuthorisedKey]]
    /// Every staff signature met so far. Salts are random, so an honest log never repeats one.
    /// Half a hash of each is enough to know it again.
    private var signatures: Set<HalfDigest> = []
    /// Keys whose end the log has recorded so far.
    private var ended: Set<Digest> = []
    /// Keys that the log has shown as added so far.
    private var added: Set<Digest> = []
    /// True once something was not shown that may have added a key.
    private var mayHaveAdded = false
    /// True when the other entries are not here.
    private let isAlone: Bool
    /// Signatures by keys that were lost later, until it is known what kept checkpoints prove.
    private var unproven: [(entry: UInt64, since: Timestamp)] = []

    init(_ authority: LogAuthority, isAlone: Bool = false) {
        self.authority = authority
        self.isAlone = isAlone
        if isAlone { notChecked.insert(.staffEnds) }
        staff = Dictionary(grouping: authority.staffKeys) { $0.key.keyHash }
        // Attack: a log that is good in itself, made by somebody with a borrowed name.
        switch authority.identity {
        case .confirmed: break
        case .unconfirmed: verdict.add(.fail, .identityUnconfirmed)
        case .waived: verdict.add(.warn, .identityWaived)
        case .differs: verdict.add(.fail, .identityDiffers)
        }
    }

    /// What a key was worth at a claimed moment.
    private enum Worth {
        case good
        case outsideWindow
        case suspect(since: Timestamp)
        case ageUnproven(since: Timestamp)
    }

    private static func worth(of keys: [AuthorisedKey], at time: Timestamp) -> Worth {
        let inForce = keys.filter { $0.notBefore <= time && time <= $0.notAfter }
        guard !inForce.isEmpty else { return .outsideWindow }
        guard let since = inForce.compactMap(\.compromisedSince).min() else { return .good }
        // A thief writes whatever date is wanted, so an early date proves nothing by itself.
        return time >= since ? .suspect(since: since) : .ageUnproven(since: since)
    }

    /// Checks the staff signature of an intact entry; `hasGaps` is true when entries before it
    /// are missing or damaged.
    mutating func take(_ entry: EntryFacts, hasGaps: Bool = false) {
        mayHaveAdded = mayHaveAdded || hasGaps
        // The entry itself may still be signed by the key that it ends, and not by one that it
        // adds.
        defer { takeStaff(entry) }
        guard entry.has(.signature) else {
            if entry.has(.staff) { notChecked.insert(.unsignedStaff) }
            return
        }
        let fields = entry.fields
        guard let bytes = fields.signature else {
            if fields.act?.needsStaffSignature == true, entry.hidden.contains(.signature) {
                verdict.add(
                    .warn, .fieldWithheld, entry: entry.index,
                    ["\(AuditField.signature.number)"])
            }
            return
        }
        guard let object = try? StaffSignature.parse(bytes) else {
            verdict.add(.fail, .staffSignatureBad, entry: entry.index)
            return
        }
        let signer = object.keyHash
        guard let keys = staff[signer], let key = keys.first?.key else {
            // Attack: sign with a key that the organisation never certified.
            verdict.add(.fail, .staffUnknown, entry: entry.index, ["\(signer)"])
            return
        }
        do {
            try StaffSignature.verify(
                object, origin: authority.origin, commitments: entry.commitments, key: key)
        } catch {
            // Attack: move a signature to another entry or another log.
            verdict.add(.fail, .staffSignatureBad, entry: entry.index)
            return
        }
        guard signatures.insert(HalfDigest(of: bytes)).inserted else {
            // Attack: copy what somebody once signed, and have it look like a second act.
            verdict.add(.fail, .staffSignatureReused, entry: entry.index, ["\(signer)"])
            return
        }
        if let named = fields.staff, named != signer {
            verdict.add(.fail, .staffMismatch, entry: entry.index, ["\(named)", "\(signer)"])
        }
        if !isAlone, !added.contains(signer) {
            // Attack: certify a key of one's own, and say nothing of it to the log.
            verdict.add(
                mayHaveAdded ? .warn : .fail, .staffUnannounced, entry: entry.index,
                ["\(signer)"])
        }
        guard !ended.contains(signer) else {
            // Attack: go on signing after one's end, under any date.
            verdict.add(.fail, .staffOutsideWindow, entry: entry.index, ["\(signer)"])
            return
        }
        guard let time = fields.time else { return }
        takeWorth(Self.worth(of: keys, at: time), entry.index, signer)
    }

    /// Remembers whom an entry adds or ends. Keys that are not certified sign nothing that
    /// counts, and are not worth remembering.
    private mutating func takeStaff(_ entry: EntryFacts) {
        switch entry.fields.act {
        case .staffAdded?, .staffEnded?:
            guard let key = entry.fields.object else {
                if entry.fields.act == .staffAdded, entry.hidden.contains(.object) {
                    mayHaveAdded = true
                }
                return
            }
            guard staff[key] != nil else { return }
            if entry.fields.act == .staffAdded { added.insert(key) } else { ended.insert(key) }
        case nil where entry.hidden.contains(.act): mayHaveAdded = true
        default: break
        }
    }

    private mutating func takeWorth(_ worth: Worth, _ entry: UInt64, _ signer: Digest) {
        switch worth {
        case .good: break
        case .outsideWindow:
            verdict.add(.fail, .staffOutsideWindow, entry: entry, ["\(signer)"])
        case .suspect(let since):
            verdict.add(.fail, .staffKeySuspect, entry: entry, ["\(signer)", "\(since)"])
        case .ageUnproven(let since): unproven.append((entry, since))
        }
    }

    /// Settles what kept checkpoints prove about signatures by keys that were lost later.
    mutating func finish(
        checkpoint: VerifiedCheckpoint?, newest: Timestamp?, kept: [KeptCheckpoint]
    ) {
        for (entry, since) in unproven {
            guard !Self.isProven(size: entry + 1, before: since, by: kept) else { continue }
            verdict.add(.warn, .staffAgeUnproven, entry: entry, ["\(since)"])
        }
        guard let checkpoint else { return }
        guard let newest else {
            verdict.add(.warn, .ageUnknown)
            return
        }
        let keys = authority.logKeys.filter { checkpoint.signers.contains($0.key.keyHash) }
        switch Self.worth(of: keys, at: newest) {
        case .good: break
        case .outsideWindow: verdict.add(.fail, .logKeyOutsideWindow, ["\(newest)"])
        case .suspect(let since): verdict.add(.fail, .logKeySuspect, ["\(since)"])
        case .ageUnproven(let since):
            guard !Self.isProven(size: checkpoint.size, before: since, by: kept) else { return }
            verdict.add(.warn, .logKeyAgeUnproven, ["\(since)"])
        }
    }

    /// 128 bits of SHA-256: nobody finds two signatures that share them, and a log of millions
    /// of them stays in memory.
    private struct HalfDigest: Hashable {
        let high: UInt64
        let low: UInt64

        init(of bytes: [UInt8]) {
            var words: [UInt64] = [0, 0]
            for (index, byte) in Digest.sha256(of: bytes).bytes.prefix(16).enumerated() {
                words[index / 8] = words[index / 8] << 8 | UInt64(byte)
            }
            (high, low) = (words[0], words[1])
        }
    }

    private static func isProven(
        size: UInt64, before since: Timestamp, by kept: [KeptCheckpoint]
    ) -> Bool {
        kept.contains { earlier in
            guard let seenAt = earlier.seenAt else { return false }
            return seenAt < since && earlier.checkpoint.size >= size
        }
    }
}
