import CarePassport
import PassportAudit
import PassportCoding
import PassportCrypto
import PassportSealing
import PassportSecrecy
import PassportTrust

/// Exported logs, and what an auditor finds in them.
struct ExportVectors {
    let shop: Workshop
    let log: LogWorld

    static func authorised(
        _ key: VerifyingKey, until: Timestamp = Moments.keyEnd, stolen: Timestamp? = nil
    ) -> JSON {
        [
            "key": .hex(key.rawRepresentation), "notBefore": .int(Int(Moments.made.seconds)),
            "notAfter": .int(Int(until.seconds)),
            "compromisedSince": stolen.map { .int(Int($0.seconds)) } ?? .null,
        ]
    }

    func add(
        _ scenario: String, _ verdict: Ruling, _ comment: String, _ items: [[UInt8]],
        origin: String? = nil, logKey: JSON? = nil, staffKeys: [JSON]? = nil,
        now: Timestamp = Moments.now, kept: [String]? = nil,
        seenAt: Timestamp? = nil, identity: String? = nil
    ) throws {
        let log = Self.authorised(try LogWorld.logKey().verifyingKey)
        let staff = Self.authorised(try LogWorld.nurse().verifyingKey)
        shop.add(
            .auditExport, scenario, verdict, comment,
            [
                "bytes": .hex(Array(items.joined())), "origin": .text(origin ?? self.log.origin),
                "logKeys": .list([logKey ?? log]), "staffKeys": .list(staffKeys ?? [staff]),
                "now": .int(Int(now.seconds)),
                "kept": kept.map { notes in
                    .list(
                        notes.map { note in
                            [
                                "note": .text(note),
                                "seenAt": seenAt.map { .int(Int($0.seconds)) } ?? .null,
                            ]
                        })
                } ?? .null,
                "identity": identity.map { .text($0) } ?? .null,
            ])
    }

    func write() throws {
        let items = try log.export()
        try add("whole", .accept, "An export is what the log signed.", items)
        try add(
            "for-an-auditor", .accept, "An auditor checks a log without seeing which passport.",
            log.export(policy: .auditor))
        let key = try LogWorld.logKey()
        try add(
            "continues-kept", .accept, "A log continues what an auditor kept.", items,
            kept: [log.note(2, key: key)])
        var erased = log
        erased.entries[0] = log.entries[0].erased()
        try add(
            "erased", .warn, "An erased entry is told, and its place is proven.", erased.export())
        try damage(items)
        try rewritten(items)
        try unsigned()
        try ended()
        try keys(items)
        try FindingVectors(exports: self, log: log).write()
    }

    private func damage(_ items: [[UInt8]]) throws {
        for (name, item) in [("header", 0), ("first", 1), ("second", 2), ("last", 4)] {
            for part in 0..<2 {
                var changed = items
                let count = changed[item].count
                changed[item][count / 2 + part * (count / 4)] ^= 1
                try add("\(name)-byte-\(part)", .refused, "A changed byte is found.", changed)
            }
        }
        try add("tail-cut", .refused, "A cut tail is found.", Array(items.dropLast()))
        try add(
            "entry-left-out", .refused, "A missing entry is found.",
            items.enumerated().filter { $0.offset != 2 }.map(\.element))
        var swapped = items
        swapped.swapAt(1, 2)
        try add("entries-exchanged", .refused, "Another order is found.", swapped)
        try add("entry-twice", .refused, "An entry shown twice is found.", items + items.suffix(1))
        try add("trailing-bytes", .refused, "Bytes behind the end are found.", items + [[0]])
        try add(
            "half-an-entry", .refused, "Half an entry is found.",
            items.dropLast() + [Array(items[4].prefix(40))])
        try add("empty", .refused, "An empty file is no log.", [])
        try add("header-alone", .refused, "A header without its entries is found.", [items[0]])
        try add("header-twice", .refused, "A log has one header.", [items[0]] + items)
        try add(
            "first-left-out", .refused, "A log that begins with its second entry is found.",
            [items[0]] + items.dropFirst(2))
        try add("no-header", .refused, "A log has a header.", Array(items.dropFirst()))
    }

    /// What whoever holds the log's key can do.
    private func rewritten(_ items: [[UInt8]]) throws {
        let key = try LogWorld.logKey()
        try add(
            "header-not-bound", .refused,
            "Identity and certificates are those that the log records.",
            [try Forge.fields(items[0]) { $0[CBORItem(5)] = .bytes([9]) }] + items.dropFirst())
        let rewritten = try LogWorld("Izmir log again", identity: [1, 2, 3])
        let foreign = rewritten.tree(2).frontier
        let contradicting = try Checkpoint(origin: log.origin, size: 2, root: foreign.root)
            .signed(by: key)
        try add(
            "split-view", .refused, "Two versions of one log prove that it was rewritten.", items,
            kept: [contradicting])
        let longer = try Checkpoint(origin: log.origin, size: 9, root: foreign.root).signed(by: key)
        try add("rollback", .refused, "A log does not become shorter.", items, kept: [longer])
        try add(
            "another-log", .refused, "Another organisation's good log is not this one.", items,
            origin: LogOrigin.text(for: Digest.sha256(of: [1])))
        var moved = log
        moved.entries.insert(log.entries[1], at: 2)
        try add(
            "signed-entry-copied", .refused, "A signed entry counts in its place.", moved.export())
    }

    /// Acts that a member of staff has to sign, and nobody did.
    private func unsigned() throws {
        func entry(_ act: AuditAct) throws -> AuditEntry {
            var fields = AuditFields(act: act, time: Moments.granted)
            fields.object = Digest.sha256(of: [7])
            return try AuditEntry(
                fields: fields, randomness: Secrets.stream("unsigned \(act.number)"))
        }
        func add(
            _ scenario: String, _ verdict: Ruling, _ comment: String, _ entries: [AuditEntry]
        ) throws {
            var short = log
            short.entries = entries + log.entries.suffix(1)
            try self.add(scenario, verdict, comment, short.export())
        }
        try add(
            "opening-not-signed", .refused, "Nobody opens without a name.", [entry(.openIntent)])
        let acts: [AuditAct] = [
            .staffEnded, .peerPinned, .peerRemoved, .summaryExported, .passportSealed, .grantMade,
            .disclosed, .withdrawn, .clockConfirmed,
        ]
        try add(
            "acts-not-signed", .refused, "Nobody gives or takes access or trust without a name.",
            acts.map(entry))
        let hired = try entry(.staffAdded)
        try add(
            "first-of-staff", .accept, "The first member of staff has nobody who could sign.",
            [hired])
        try add(
            "second-of-staff-not-signed", .refused, "There is one who could sign.", [hired, hired])
        try add(
            "staff-after-staff-not-signed", .refused, "Whoever signed before could sign again.",
            [log.entries[1], hired])
        try add(
            "staff-after-erased-staff-not-signed", .refused,
            "That somebody signed shows after erasure.", [log.entries[1].erased(), hired])
    }

    /// The end of a member of staff, and what is signed afterwards.
    private func ended() throws {
        let nurse = try LogWorld.nurse()
        func end(_ key: Digest?, at time: Timestamp = Moments.granted) throws -> AuditEntry {
            var fields = AuditFields(act: .staffEnded, time: time)
            fields.object = key
            return try AuditEntry(
                fields: fields, randomness: Secrets.stream("end"), origin: log.origin,
                signedBy: nurse)
        }
        var over = log
        over.entries.insert(try end(nurse.verifyingKey.keyHash, at: Moments.now), at: 3)
        try add("staff-ended", .accept, "What was signed before an end counts.", over.export())
        over.entries = [
            log.entries[0], try end(nurse.verifyingKey.keyHash), log.entries[1], log.entries[3],
        ]
        try add(
            "staff-signs-after-end", .refused, "Whoever is no longer staff signs nothing.",
            over.export())
        over.entries = [log.entries[0], try end(nil), log.entries[3]]
        try add("end-of-nobody", .refused, "An end names whose it is.", over.export())
    }

    private func keys(_ items: [[UInt8]]) throws {
        let key = try LogWorld.logKey().verifyingKey
        let nurse = try LogWorld.nurse().verifyingKey
        let before = Moments.now.adding(seconds: -1)
        var ghost = log
        ghost.entries = [log.entries[1], log.entries[0], log.entries[3]]
        try add(
            "staff-unannounced", .refused,
            "A certified key that the log does not know yet signs nothing.", ghost.export())
        try add(
            "staff-announcement-withheld", .warn,
            "Whom an entry adds has to be shown, or nobody knows.",
            log.export(policy: DisclosurePolicy { $0 != 0 || $1 != .object }))
        try add(
            "log-key-unknown", .refused, "Another key signs no log.", items,
            logKey: Self.authorised(try LogWorld.logKey("thief").verifyingKey))
        try add(
            "log-key-stolen", .refused, "A log signed after a theft is suspect.", items,
            logKey: Self.authorised(key, stolen: before))
        try add(
            "log-key-over", .refused, "A log key counts in its window.", items,
            logKey: Self.authorised(key, until: before))
        try add("staff-unknown", .refused, "A signature by nobody's staff.", items, staffKeys: [])
        try add(
            "staff-key-over", .refused, "Staff sign while they are staff.", items,
            staffKeys: [Self.authorised(nurse, until: before)])
        try add(
            "stale", .refused, "A log that says nothing of the last week is stale.", items,
            now: Moments.now.adding(seconds: 604_801))
    }
}
