import PassportAudit
import PassportCoding
import PassportCrypto

func digest(_ text: String) -> Digest { Digest.sha256(of: Array(text.utf8)) }

func makeKey(_ name: String, _ purpose: KeyPurpose) throws -> SigningKey {
    var seed = digest("test key \(name)").bytes
    return try SigningKey(seed: SecretBytes(consuming: &seed), purpose: purpose)
}

/// One organisation's log, as its store would keep it.
final class TestLog {
    let name: String
    let organisation: Digest
    let origin: String
    let logKey: SigningKey
    let staffKey: SigningKey
    let randomness: Randomness
    let identity: [UInt8]
    let certificates: [[UInt8]]

    private(set) var entries: [AuditEntry] = []
    private(set) var frontier = MerkleFrontier()
    private(set) var nodes: [MerklePosition: Digest] = [:]

    /// 2026-03-01T09:30:00Z, and a minute more for each entry.
    static let start: Int64 = 1_772_357_400
    var clock = Timestamp(clamping: TestLog.start)

    init(_ name: String) throws {
        self.name = name
        organisation = digest("organisation \(name)")
        origin = LogOrigin.text(for: organisation)
        logKey = try makeKey("\(name) log", .log)
        staffKey = try makeKey("\(name) staff", .staff)
        randomness = Randomness.repeatable(seed: digest("randomness \(name)"))
        identity = Array("identity file of \(name)".utf8)
        certificates = [Array("certificate one".utf8), Array("certificate two".utf8)]
    }

    var size: UInt64 { UInt64(entries.count) }

    func fields(_ act: AuditAct, _ change: (inout AuditFields) -> Void = { _ in }) -> AuditFields {
        var fields = AuditFields(act: act, time: clock)
        change(&fields)
        return fields
    }

    @discardableResult
    func append(_ entry: AuditEntry) -> UInt64 {
        for node in frontier.append(entry.leafHash) { nodes[node.position] = node.hash }
        entries.append(entry)
        clock = clock.adding(seconds: 60)
        return UInt64(entries.count - 1)
    }

    @discardableResult
    func log(
        _ act: AuditAct, signed: Bool = false, _ change: (inout AuditFields) -> Void = { _ in }
    ) throws -> UInt64 {
        let fields = fields(act, change)
        guard signed else {
            return append(try AuditEntry(fields: fields, randomness: randomness))
        }
        return append(
            try AuditEntry(
                fields: fields, randomness: randomness, origin: origin, signedBy: staffKey))
    }

    /// The first entry of whoever signs here.
    func announce() throws {
        try log(.staffAdded) { $0.object = staffKey.verifyingKey.keyHash }
    }

    func erase(_ index: Int) { entries[index] = entries[index].erased() }

    func replaceWithoutTree(_ index: Int, by entry: AuditEntry) { entries[index] = entry }

    func swapWithoutTree(_ one: Int, _ other: Int) { entries.swapAt(one, other) }

    /// An opening with its end, and what both say about the disclosure.
    func open(_ sender: TestLog, reference: Digest, grants: [Digest]) throws {
        let intent = try log(.openIntent, signed: true) {
            $0.purposes = [1]
            $0.sections = [1, 2, 3]
            $0.passport = digest("passport")
            $0.grants = grants
            $0.counterpart = sender.organisation
            $0.reference = reference
        }
        try log(.openOutcome) {
            $0.intent = intent
            $0.outcome = .done
        }
    }

    func disclose(to recipient: TestLog, reference: Digest, grants: [Digest]) throws {
        try log(.disclosed, signed: true) {
            $0.passport = digest("passport")
            $0.grants = grants
            $0.counterpart = recipient.organisation
            $0.reference = reference
            $0.count = grants.count
        }
    }

    func checkpoint() -> Checkpoint {
        Checkpoint(origin: origin, size: size, root: frontier.root)
    }

    func note() throws -> String { try checkpoint().signed(by: logKey) }

    func kept(seenAt: Timestamp? = nil) throws -> KeptCheckpoint {
        KeptCheckpoint(
            try Checkpoint.verify(note: note(), origin: origin, keys: [logKey.verifyingKey]),
            seenAt: seenAt)
    }

    var binding: Digest {
        AuditExportHeader.binding(identity: identity, staffCertificates: certificates)
    }

    /// Logs the export and returns its pieces: the header, then one for each entry.
    func export(_ policy: DisclosurePolicy = .auditor) throws -> [[UInt8]] {
        try log(.logExported) { $0.object = binding }
        return try pieces(policy)
    }

    func pieces(_ policy: DisclosurePolicy = .auditor) throws -> [[UInt8]] {
        var writer = try AuditExportWriter(
            header: AuditExportHeader(
                note: note(), identity: identity, staffCertificates: certificates),
            policy: policy)
        var pieces = [writer.start]
        for entry in entries { pieces.append(try writer.append(entry)) }
        try writer.finish()
        return pieces
    }

    static let always = (
        Timestamp(clamping: start - 86_400), Timestamp(clamping: start + 86_400 * 365)
    )

    func authority(
        log: (Timestamp, Timestamp) = always, logCompromised: Timestamp? = nil,
        staff: (Timestamp, Timestamp) = always, staffCompromised: Timestamp? = nil,
        identity: IdentityStanding = .confirmed
    ) -> LogAuthority {
        LogAuthority(
            origin: origin,
            logKeys: [
                AuthorisedKey(
                    key: logKey.verifyingKey, notBefore: log.0, notAfter: log.1,
                    compromisedSince: logCompromised)
            ],
            staffKeys: [
                AuthorisedKey(
                    key: staffKey.verifyingKey, notBefore: staff.0, notAfter: staff.1,
                    compromisedSince: staffCompromised)
            ], identity: identity)
    }

    func verify(
        _ export: [UInt8], authority: LogAuthority? = nil, kept: [KeptCheckpoint] = []
    ) -> AuditReport {
        AuditVerifier().verify(
            export, authority: authority ?? self.authority(), now: clock,
            kept: kept.map { .checkpoint($0) })
    }
}

/// Two logs of a day's work: a sender and a recipient, with an erased entry each.
func makeDay() throws -> (sender: TestLog, recipient: TestLog) {
    let (sender, recipient) = (try TestLog("izmir"), try TestLog("athens"))
    for log in [sender, recipient] {
        try log.log(.organisationCreated)
        try log.announce()
        try log.log(.peerPinned, signed: true) { $0.counterpart = digest("peer") }
    }
    for number in 1...14 {
        let grants = [digest("grant \(number)"), digest("grant \(number) b")]
        let reference = AuditReference.hash(of: digest("reference \(number)").bytes)
        try sender.log(.passportSealed, signed: true) { $0.passport = digest("passport") }
        try sender.disclose(to: recipient, reference: reference, grants: grants)
        try recipient.open(sender, reference: reference, grants: [grants[0]])
    }
    try sender.log(.withdrawn, signed: true) {
        $0.grants = [digest("grant 1")]
        $0.reason = "grant.withdrawn"
    }
    sender.erase(3)
    recipient.erase(2)
    return (sender, recipient)
}

extension AuditVerdict {
    func has(_ code: AuditCode, entry: UInt64? = nil) -> Bool {
        findings.contains { $0.code == code && (entry == nil || $0.entry == entry) }
    }
}

extension AuditReport {
    var verdicts: [AuditVerdict] { [integrity, completeness, freshness, authority] }
    var namedEntries: Set<UInt64> { Set(verdicts.flatMap(\.findings).compactMap(\.entry)) }
}
